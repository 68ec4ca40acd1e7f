/** The views of a running server, over its REST interface. */
import type { ViewContractView, ViewServices } from '../gateway/view-services.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpViewServices(call: Call): ViewServices {
  return {
    listViews: async () => (await call<{ readonly items: readonly ViewContractView[] }>('GET', '/v1/views')).items,
    readView: (_caller, name, { key, budget_tokens: budget, refresh }) => {
      const query = { key, budget_tokens: budget === null ? null : String(budget), refresh: refresh ? 'true' : null };
      return call('GET', `/v1/views/${encodeURIComponent(name)}${queryOf(query)}`);
    },
  };
}
