/** What is known about an account: a first look, and answers to a question within a budget. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { externalIdParams } from '../schemas/common.ts';
import { memoryAnswerSchema, memoryQuerySchema, memoryRequestOf, reindexedSchema } from '../schemas/memory.ts';

export function registerMemoryRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/accounts/:external_id/memory',
    operation('searchMemory', {
      tag: 'memory',
      summary: 'Search the memory of an account',
      description:
        'Reads the timeline, then searches the notes: by words, beside what was found, along links, and by meaning where a provider of embeddings is configured. Ends when the layers or a budget end, and says why.',
      request: { params: externalIdParams, querystring: memoryQuerySchema },
      answers: { 200: { description: 'What was found, with the trace of the search.', schema: memoryAnswerSchema } },
      errors: ['not_found'],
    }),
    async (request) =>
      services.searchMemory(callerOf(request), request.params.external_id, memoryRequestOf(request.query)),
  );

  app.post(
    '/v1/memory/reindex',
    operation('reindexMemory', {
      tag: 'memory',
      summary: 'Make the index of the notes again',
      description:
        'Empties what searches read beside the notes and makes it again from them. Searches go on meanwhile, more slowly.',
      request: {},
      answers: { 200: { description: 'The index is complete.', schema: reindexedSchema } },
    }),
    async (request) => services.reindexMemory(callerOf(request)),
  );
}
