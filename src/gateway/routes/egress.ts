/** What leaves the installation for other hosts. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { egressViewSchema } from '../schemas/egress.ts';

export function registerEgressRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/egress',
    operation('getEgress', {
      tag: 'administration',
      summary: 'List every host and field that leaves',
      description:
        'Names the hosts that the answering process is configured with, what goes there, and what the policy of the tenant keeps back. Blocks are part of the policy, under `egress`.',
      request: {},
      answers: { 200: { description: 'The destinations.', schema: egressViewSchema } },
    }),
    async (request) => services.getEgress(callerOf(request)),
  );
}
