/** The outcomes of a running server, over its REST interface. */
import { isoOf } from '../domain/instant.ts';
import type { OutcomeServices } from '../gateway/outcome-services.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

const part = encodeURIComponent;

export function httpOutcomeServices(call: Call): OutcomeServices {
  return {
    listOutcomes: (_caller, { limit, ...query }) =>
      call('GET', `/v1/outcomes${queryOf({ ...query, limit: String(limit) })}`),
    getOutcome: (_caller, id) => call('GET', `/v1/outcomes/${part(id)}`),
    correctOutcome: (_caller, id, { occurred_at: at, ...rest }) =>
      call('POST', `/v1/outcomes/${part(id)}/corrections`, {
        ...rest,
        ...(at === undefined ? {} : { occurred_at: isoOf(at) }),
      }),
    retractOutcome: (_caller, id, reason) => call('POST', `/v1/outcomes/${part(id)}/retraction`, { reason }),
  };
}
