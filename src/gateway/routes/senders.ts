/** Senders: how well their messages are taken, and letting one begin anew. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { clearSenderSchema, senderViewSchema } from '../schemas/senders.ts';

export function registerSenderRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/senders',
    operation('listSenders', {
      tag: 'governance',
      summary: 'List senders with what became of their messages',
      description:
        'All that sent something in the window of the policy or ever were limited. The counts are of now; the level changes within a minute of what calls for it.',
      request: {},
      answers: { 200: { description: 'By channel and name.', schema: z.object({ items: z.array(senderViewSchema) }) } },
      errors: [],
    }),
    async (request) => ({ items: await services.senders.list(callerOf(request)) }),
  );
  app.post(
    '/v1/senders/clear',
    operation('clearSender', {
      tag: 'governance',
      summary: 'Let a limited sender begin anew',
      description:
        'For people with the authority RevOps. What it sent before does not count any more. Held messages go on when they are approved or proposed again.',
      request: { body: clearSenderSchema },
      answers: { 200: { description: 'Nothing limits it now.', schema: senderViewSchema } },
      errors: ['state_conflict', 'storage_full'],
    }),
    async (request) => services.senders.clear(callerOf(request), request.body),
  );
}
