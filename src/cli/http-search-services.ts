/** Search in memory of a running server, over its REST interface. */
import { isoOf } from '../domain/instant.ts';
import type { SearchServices } from '../gateway/search-services.port.ts';
import { queryOf } from './query.ts';

export function httpSearchServices(
  call: <Result>(method: string, path: string, body?: unknown) => Promise<Result>,
): SearchServices {
  return {
    searchMemory: (_caller, account, { query, as_of: asOf, budget_tokens: tokens, budget_ms: ms }) =>
      call(
        'GET',
        `/v1/accounts/${encodeURIComponent(account)}/memory${queryOf({
          query,
          as_of: asOf === null ? null : isoOf(asOf),
          budget_tokens: String(tokens),
          budget_ms: String(ms),
        })}`,
      ),
    reindexMemory: () => call('POST', '/v1/memory/reindex'),
  };
}
