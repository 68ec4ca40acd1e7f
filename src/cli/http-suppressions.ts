/** Suppressions of a running server, over its REST interface. */
import type { SuppressionServices } from '../gateway/suppression.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpSuppressions(call: Call): SuppressionServices {
  return {
    add: (_caller, input) => call('POST', '/v1/suppressions', input),
    list: (_caller, { limit, cursor }) => call('GET', `/v1/suppressions${queryOf({ limit: String(limit), cursor })}`),
    remove: (_caller, input) => call('POST', '/v1/suppressions/removal', input),
  };
}
