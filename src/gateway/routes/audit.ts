/** Three proofs, each over the whole ledger of the tenant: they read everything and write nothing. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { rebuildReportSchema, replayAllReportSchema, verifyReportSchema } from '../schemas/report.ts';

export function registerAuditRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/verify',
    operation('verifyLedger', {
      tag: 'audit',
      summary: 'Verify the ledger',
      description: 'Checks every link of the hash chains.',
      request: {},
      answers: { 200: { description: 'What was found; `ok` says whether all is well.', schema: verifyReportSchema } },
    }),
    async (request) => services.verify(callerOf(request)),
  );

  app.post(
    '/v1/rebuild-check',
    operation('checkRebuild', {
      tag: 'audit',
      summary: 'Check a rebuild',
      description: 'Derives every state and guard from the first event on, and compares them with what is stored.',
      request: {},
      answers: { 200: { description: 'What was found; `ok` says whether all is well.', schema: rebuildReportSchema } },
    }),
    async (request) => services.rebuildCheck(callerOf(request)),
  );

  app.post(
    '/v1/replay-all',
    operation('replayAll', {
      tag: 'audit',
      summary: 'Replay every decision',
      description: 'Evaluates the gate again for every decision, and compares the hashes of the verdicts.',
      request: {},
      answers: {
        200: { description: 'What was found; `ok` says whether all is well.', schema: replayAllReportSchema },
      },
    }),
    async (request) => services.replayAll(callerOf(request)),
  );
}
