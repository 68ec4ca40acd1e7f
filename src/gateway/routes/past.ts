/** The past beside the present: checkpoints and the way back, what changed since a time, and hindsight. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import { idParams } from '../schemas/common.ts';
import {
  checkpointParams,
  checkpointRequestSchema,
  checkpointSchema,
  differenceQuerySchema,
  differenceSchema,
  hindsightQuerySchema,
  hindsightReportSchema,
  hindsightSchema,
  restoreReportSchema,
  restoreRequestSchema,
} from '../schemas/past.ts';

/** Milliseconds. The schema has checked the text. */
function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : parseRfc3339(text);
}

export function registerPastRoutes(app: GatewayApp, context: GatewayContext): void {
  registerCheckpoints(app, context);
  registerHindsight(app, context);
}

function registerCheckpoints(app: GatewayApp, { services }: GatewayContext): void {
  const { past } = services;
  app.get(
    '/v1/checkpoints',
    operation('listCheckpoints', {
      tag: 'past',
      summary: 'List checkpoints',
      description: 'All checkpoints of the tenant, oldest first, on one page.',
      request: {},
      answers: { 200: { description: 'The checkpoints.', schema: pageOf(checkpointSchema) } },
    }),
    async (request) => ({ items: [...(await past.listCheckpoints(callerOf(request)))], next_cursor: null }),
  );

  app.post(
    '/v1/checkpoints',
    operation('createCheckpoint', {
      tag: 'past',
      summary: 'Set a checkpoint',
      description: 'Notes on the ledger where every partition stands, under a name of your choice.',
      request: { body: checkpointRequestSchema },
      answers: { 201: { description: 'The checkpoint.', schema: checkpointSchema } },
      errors: ['state_conflict', 'storage_full'],
    }),
    async (request, reply) => reply.code(201).send(await past.createCheckpoint(callerOf(request), request.body.name)),
  );

  app.get(
    '/v1/checkpoints/:name',
    operation('getCheckpoint', {
      tag: 'past',
      summary: 'Read a checkpoint',
      description: 'When it was set and restored. What changed since it: `GET /v1/difference?checkpoint=…`.',
      request: { params: checkpointParams },
      answers: { 200: { description: 'The checkpoint.', schema: checkpointSchema } },
      errors: ['not_found'],
    }),
    async (request) => past.getCheckpoint(callerOf(request), request.params.name),
  );

  app.post(
    '/v1/checkpoints/:name/restore',
    operation('restoreCheckpoint', {
      tag: 'past',
      summary: 'Restore a checkpoint',
      description:
        'Puts accounts and leads back to what they were at the checkpoint, and cancels open actions that were proposed since, by events: nothing is taken out of the ledger, nothing is sent, and guards, suppressions, objections, erasures, identities, notes, policy and trust stay. Only a person may ask for it.',
      request: { params: checkpointParams, body: restoreRequestSchema },
      answers: { 200: { description: 'What went back, and what stayed.', schema: restoreReportSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => past.restoreCheckpoint(callerOf(request), request.params.name, request.body.dry_run ?? false),
  );
}

function registerHindsight(app: GatewayApp, { services }: GatewayContext): void {
  const { past } = services;
  app.get(
    '/v1/difference',
    operation('getDifference', {
      tag: 'past',
      summary: 'Compare a moment with now',
      description:
        'Accounts, leads, actions, policy, mode, suppressions and trust as they were known at a time or a checkpoint, beside what they are now. Give either `as_of` or `checkpoint`; with `subject` for one account or person only.',
      request: { querystring: differenceQuerySchema },
      answers: { 200: { description: 'The difference.', schema: differenceSchema } },
      errors: ['invalid_request', 'not_found'],
    }),
    async (request) => {
      const { as_of: asOf, checkpoint = null, subject = null } = request.query;
      return past.difference(callerOf(request), { asOf: timeOf(asOf), checkpoint, subject });
    },
  );

  app.get(
    '/v1/decisions/:id/hindsight',
    operation('getHindsight', {
      tag: 'past',
      summary: 'Reconsider a decision',
      description:
        'Which candidate the policy and engine of today would have chosen, and what the gate of today would have said, given what was known then. Writes nothing.',
      request: { params: idParams },
      answers: { 200: { description: 'Then and now.', schema: hindsightSchema } },
      errors: ['not_found'],
    }),
    async (request) => past.hindsight(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/hindsight',
    operation('getHindsightReport', {
      tag: 'past',
      summary: 'Reconsider many decisions',
      description:
        'How many decisions of a time would be others today, and which members of the policy make the difference.',
      request: { querystring: hindsightQuerySchema },
      answers: { 200: { description: 'The summary.', schema: hindsightReportSchema } },
    }),
    async (request) => {
      const { since, until } = request.query;
      return past.hindsightReport(callerOf(request), { since: timeOf(since), until: timeOf(until) });
    },
  );
}
