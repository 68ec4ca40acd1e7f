/** The sequences of a running server, over its REST interface. */
import type { CadenceServices } from '../gateway/cadence.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpCadence(call: Call): CadenceServices {
  return {
    listEvents: (_caller, { limit, cursor, ...filter }) =>
      call('GET', `/v1/cadence/events${queryOf({ limit: String(limit), cursor, ...filter })}`),
    listPlays: () => call('GET', '/v1/cadence/plays'),
    run: () => call('POST', '/v1/cadence/runs'),
  };
}
