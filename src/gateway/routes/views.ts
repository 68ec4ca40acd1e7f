/** Brain-ready views: their contracts, and one at a time. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { brainViewSchema, viewContractSchema, viewParams, viewQuerySchema } from '../schemas/view.ts';

export function registerViewRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/views',
    operation('listViews', {
      tag: 'memory',
      summary: 'List brain-ready views',
      description: 'The contracts of all views: what they hold, who owns them, how fresh they are kept, their budgets.',
      request: {},
      answers: {
        200: { description: 'All of them.', schema: z.object({ items: z.array(viewContractSchema) }) },
      },
      errors: [],
    }),
    async (request) => ({ items: [...(await services.listViews(callerOf(request)))] }),
  );

  app.get(
    '/v1/views/:name',
    operation('readView', {
      tag: 'memory',
      summary: 'Read a brain-ready view',
      description:
        'A view as it was when it was last refreshed; it is made when nobody has read it before. `view_metadata` says how old it is, whether that is too old, and what was cut.',
      request: { params: viewParams, querystring: viewQuerySchema },
      answers: { 200: { description: 'The view.', schema: brainViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { key, budget_tokens: budget, refresh } = request.query;
      const wanted = { key, budget_tokens: budget ?? null, refresh: refresh === 'true' };
      return services.readView(callerOf(request), request.params.name, wanted);
    },
  );
}
