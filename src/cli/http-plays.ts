/** The plays of a running server, over its REST interface. */
import type { PlayServices } from '../gateway/play-services.port.ts';
import { queryOf, withoutNulls } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpPlays(call: Call): PlayServices {
  const of = (id: string, rest = '') => `/v1/plays/${encodeURIComponent(id)}${rest}`;
  return {
    list: (_caller, { limit, cursor, state, segment, tier }) =>
      call('GET', `/v1/plays${queryOf({ limit: String(limit), cursor, state, segment, tier: tier ?? 'all' })}`),
    get: (_caller, id) => call('GET', of(id)),
    propose: (_caller, { content, ...rest }) => call('POST', '/v1/plays', { ...withoutNulls(rest), ...content }),
    pickUp: (_caller, id) => call('POST', of(id, '/review')),
    edit: (_caller, id, input) => call('POST', of(id, '/edits'), input),
    approve: (_caller, id, input) => call('POST', of(id, '/approvals'), withoutNulls(input)),
    reject: (_caller, id, reason) => call('POST', of(id, '/rejection'), { reason }),
    retire: (_caller, id, input) => call('POST', of(id, '/retirement'), withoutNulls(input)),
    measure: (_caller, id, outcomes) => call('POST', of(id, '/outcomes'), outcomes),
    retrospective: (_caller, { play, quarter }) => call('GET', `/v1/play-retrospectives${queryOf({ play, quarter })}`),
    calibration: () => call('GET', '/v1/play-calibration'),
    listAnalyses: (_caller, { limit, cursor }) =>
      call('GET', `/v1/brain-analysis-log${queryOf({ limit: String(limit), cursor })}`),
    getAnalysis: (_caller, proposal) => call('GET', `/v1/brain-analysis-log/${encodeURIComponent(proposal)}`),
    logAnalysis: (_caller, input) => call('POST', '/v1/brain-analysis-log', withoutNulls(input)),
  };
}
