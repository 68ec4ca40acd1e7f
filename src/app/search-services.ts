/** Search in the memory of an account, for the gateway and the command line: the timeline first, then the layers of notes. */
import type { Clock } from '../actors/clock.port.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { ScopeId } from '../domain/ids.ts';
import { asId } from '../domain/ids.ts';
import type { NoteServices } from '../gateway/note-services.port.ts';
import type { MemoryAnswer, SearchServices } from '../gateway/search-services.port.ts';
import { tokensOf } from '../memory/retrieval/memory-search.ts';
import type { StaleDays } from '../policies/staleness.ts';
import { isStale } from '../policies/staleness.ts';
import { noteView } from './note-services.ts';
import type { Retrieval } from './retrieval.ts';

export interface SearchParts {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly notes: Pick<NoteServices, 'accountTimeline'>;
  readonly retrieval: Retrieval;
  readonly staleDays: StaleDays;
}

export function createSearchServices(parts: SearchParts): SearchServices {
  const { clock, directory, notes, retrieval, staleDays } = parts;
  const { memory, indexer, vectors } = retrieval;
  return {
    async searchMemory(caller, account, request): Promise<MemoryAnswer> {
      const found = await directory.find(caller.tenant, 'account', account);
      if (found === null) throw new GatehouseError('not_found', `There is no account ${account}.`);
      const began = performance.now();
      const timeline = request.as_of === null ? await notes.accountTimeline(caller, account) : null;
      const timelineTokens = timeline === null ? 0 : tokensOf(JSON.stringify(timeline));
      const fits = timeline !== null && timelineTokens <= request.budget_tokens;
      const spent = fits ? timelineTokens : 0;
      const firstStep = { layer: 'timeline' as const, added: fits ? 1 : 0, milliseconds: performance.now() - began };
      const first = { provider: 'lexical', semantic: false, timeline: fits ? timeline : null };
      if (request.query === null) {
        const stopped = timeline === null || fits ? 'first_look' : 'token_budget';
        return { ...first, items: [], tokens: spent, trace: { steps: [firstStep], stopped, searched: 'timeline' } };
      }
      const result = await memory.search({
        tenant: caller.tenant,
        scope: asId<ScopeId>(found.scope),
        query: request.query,
        asOf: request.as_of,
        budgetTokens: request.budget_tokens - spent,
        budgetMs: request.budget_ms,
      });
      const now = clock.now();
      return {
        ...first,
        ...(result.space === null ? {} : { provider: result.space, semantic: true }),
        items: result.notes.map(({ note, ...item }) => ({
          note: noteView(note, isStale(note, staleDays, now)),
          ...item,
        })),
        tokens: spent + result.tokens,
        trace: {
          steps: [...(timeline === null ? [] : [firstStep]), ...result.steps],
          stopped: result.stopped,
          searched: result.searched,
        },
      };
    },
    async reindexMemory(caller) {
      await indexer.clear(caller.tenant);
      const partitions = await indexer.catchUpAll(caller.tenant);
      await vectors?.catchUp(caller.tenant);
      return { notes: await indexer.count(caller.tenant), partitions };
    },
  };
}
