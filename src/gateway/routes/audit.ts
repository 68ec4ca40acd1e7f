/** Proofs over the whole ledger, which read everything and write nothing, and the anchors that one of them rests on. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import {
  anchorRequestSchema,
  anchorViewSchema,
  rebuildReportSchema,
  replayAllReportSchema,
  verifyReportSchema,
} from '../schemas/report.ts';

export function registerAuditRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/verify',
    operation('verifyLedger', {
      tag: 'audit',
      summary: 'Verify the ledger',
      description:
        'Checks every link of the hash chains, and compares them with the anchors that the server keeps outside the database.',
      request: {},
      answers: { 200: { description: 'What was found; `ok` says whether all is well.', schema: verifyReportSchema } },
    }),
    async (request) => services.verify(callerOf(request)),
  );

  app.post(
    '/v1/anchors',
    operation('writeAnchor', {
      tag: 'audit',
      summary: 'Write an anchor',
      description:
        'Signs where every chain of the ledger ends now, into the folder of anchors of the server. A server does so once a day by itself. Only a key of the tenant `default` may ask for it.',
      request: { body: anchorRequestSchema },
      answers: { 201: { description: 'The anchor.', schema: anchorViewSchema } },
      errors: ['state_conflict'],
    }),
    async (request, reply) =>
      reply
        .code(201)
        .send(await services.writeAnchor(callerOf(request), { restored_from: request.body.restored_from ?? null })),
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
