/** Whom nobody may write to: every change is on the ledger and holds at once. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import {
  suppressedSchema,
  suppressionQuerySchema,
  suppressionRemovalSchema,
  suppressionSchema,
  suppressionViewSchema,
} from '../schemas/suppression.ts';

export function registerSuppressionRoutes(app: GatewayApp, { services }: GatewayContext): void {
  const { suppressions } = services;
  app.get(
    '/v1/suppressions',
    operation('listSuppressions', {
      tag: 'administration',
      summary: 'List suppressions',
      description: 'Those in force, oldest first, with the reason and where the wish came from.',
      request: { querystring: suppressionQuerySchema },
      answers: { 200: { description: 'One page of them.', schema: pageOf(suppressionViewSchema) } },
    }),
    async (request) => suppressions.list(callerOf(request), pageQueryOf(request.query)),
  );

  app.post(
    '/v1/suppressions',
    operation('addSuppression', {
      tag: 'administration',
      summary: 'Suppress a recipient',
      description:
        'Nothing reaches a suppressed contact, address, domain or account. It holds at once, also for what has a permit.',
      request: { body: suppressionSchema },
      answers: { 201: { description: 'The suppression holds.', schema: suppressedSchema } },
    }),
    async (request, reply) => reply.code(201).send(await suppressions.add(callerOf(request), request.body)),
  );

  app.post(
    '/v1/suppressions/removal',
    operation('removeSuppression', {
      tag: 'administration',
      summary: 'Remove a suppression',
      description:
        'For an admin, with a reason that stands on the ledger. What follows from an objection or an erasure stays, and so does what the person said to us: an opt-out is remembered beside it.',
      request: { body: suppressionRemovalSchema },
      answers: { 200: { description: 'It holds no longer.', schema: suppressedSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => suppressions.remove(callerOf(request), request.body),
  );
}
