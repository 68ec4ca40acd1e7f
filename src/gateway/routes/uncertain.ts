/** Actions of which nobody knows whether they happened: read, and settled by an operator who found out. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import { findingSchema, settledSchema, uncertainQuerySchema, uncertainViewSchema } from '../schemas/uncertain.ts';

export function registerUncertainRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/uncertain',
    operation('listUncertain', {
      tag: 'administration',
      summary: 'List uncertain actions',
      description:
        'Actions whose channel was called and gave no answer, and cannot say afterwards whether it acted. They are never tried again by themselves.',
      request: { querystring: uncertainQuerySchema },
      answers: { 200: { description: 'One page of them, oldest first.', schema: pageOf(uncertainViewSchema) } },
    }),
    async (request) => services.listUncertain(callerOf(request), pageQueryOf(request.query)),
  );

  app.post(
    '/v1/uncertain/:id/findings',
    operation('settleUncertain', {
      tag: 'administration',
      summary: 'Settle an uncertain action',
      description:
        'Says whether it happened, as somebody found out. The id is the permit. What did not happen gives back its touch and may be proposed again.',
      request: { params: idParams, body: findingSchema },
      answers: { 200: { description: 'The action has come to its end.', schema: settledSchema } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { happened, reason, receipt = null } = request.body;
      return services.settleUncertain(callerOf(request), request.params.id, { happened, reason, receipt });
    },
  );
}
