/** Who owns what on a running server, over its REST interface. */
import type { OwnershipServices } from '../gateway/ownership.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpOwnership(call: Call): OwnershipServices {
  const pathOf = (kind: string, id: string) => `/v1/${kind}s/${encodeURIComponent(id)}/ownership`;
  return {
    show: (_caller, kind, id) => call('GET', pathOf(kind, id)),
    queue: (_caller, kind, id) => call('GET', `${pathOf(kind, id)}/queue`),
    queues: (_caller, query) =>
      call('GET', `/v1/ownership-queues${queryOf({ limit: String(query.limit), cursor: query.cursor })}`),
    take: (_caller, kind, id, input) => call('PUT', pathOf(kind, id), input),
    release: (_caller, kind, id, input) => call('POST', `${pathOf(kind, id)}/release`, input),
  };
}
