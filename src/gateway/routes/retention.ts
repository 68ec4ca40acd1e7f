/** How long what is kept, and deleting what was kept long enough. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { retentionRunSchema, retentionViewSchema } from '../schemas/retention.ts';

export function registerRetentionRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/retention',
    operation('getRetention', {
      tag: 'administration',
      summary: 'Show how long what is kept',
      description: 'The periods are part of the policy, under `retention`. Counts what the next run deletes.',
      request: {},
      answers: { 200: { description: 'The classes.', schema: retentionViewSchema } },
    }),
    async (request) => services.getRetention(callerOf(request)),
  );

  app.post(
    '/v1/retention/runs',
    operation('runRetention', {
      tag: 'administration',
      summary: 'Delete what was kept long enough',
      description: 'A server does so once an hour by itself. What was deleted is an event of the tenant.',
      request: {},
      answers: { 200: { description: 'Rows that were deleted, by class.', schema: retentionRunSchema } },
    }),
    async (request) => services.runRetention(callerOf(request)),
  );
}
