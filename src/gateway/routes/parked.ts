/** Messages that could not be processed: read, and decided about by an operator. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import { parkedDecidedSchema, parkedDecisionSchema, parkedQuerySchema, parkedViewSchema } from '../schemas/parked.ts';

export function registerParkedRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/parked',
    operation('listParked', {
      tag: 'administration',
      summary: 'List parked messages',
      description:
        'Messages that were accepted and could not be processed. What came later for the same actor waits behind them, in order.',
      request: { querystring: parkedQuerySchema },
      answers: { 200: { description: 'One page of parked messages.', schema: pageOf(parkedViewSchema) } },
    }),
    async (request) => services.listParked(callerOf(request), pageQueryOf(request.query)),
  );

  app.get(
    '/v1/parked/:id',
    operation('getParked', {
      tag: 'administration',
      summary: 'Read a parked message',
      description: 'Why it could not be processed, its data, and how much waits behind it.',
      request: { params: idParams },
      answers: { 200: { description: 'The message.', schema: parkedViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getParked(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/parked/:id/decisions',
    operation('decideParked', {
      tag: 'administration',
      summary: 'Decide about a parked message',
      description:
        'Processes it again, processes it with other data, or never processes it. The decision stands on the ledger, and what waited behind the message goes on in its order.',
      request: { params: idParams, body: parkedDecisionSchema },
      answers: { 200: { description: 'The decision holds.', schema: parkedDecidedSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => {
      const { decision, reason, data = null } = request.body;
      return services.decideParked(callerOf(request), request.params.id, { decision, reason, data });
    },
  );
}
