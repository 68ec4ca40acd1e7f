/** Patterns of corrections on a running server, over its REST interface. */
import type { PatternServices, PatternView } from '../gateway/patterns.port.ts';
import type { Page } from '../gateway/services.port.ts';
import { withoutNulls } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpPatterns(call: Call): PatternServices {
  const path = (id: string) => `/v1/patterns/${encodeURIComponent(id)}`;
  return {
    list: async () => (await call<Page<PatternView>>('GET', '/v1/patterns')).items,
    get: (_caller, id) => call('GET', path(id)),
    confirm: (_caller, id, input) => call('POST', `${path(id)}/confirmation`, withoutNulls(input)),
    dismiss: (_caller, id, reason) => call('POST', `${path(id)}/dismissal`, { reason }),
  };
}
