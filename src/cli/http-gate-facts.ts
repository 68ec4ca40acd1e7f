/** What the gate is told on a running server, over its REST interface. */
import type { GateFactServices, SyncView, TouchAccepted } from '../gateway/gate-facts.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpGateFacts(call: Call): GateFactServices {
  const contactPath = (id: string, rest: string) => `/v1/contacts/${encodeURIComponent(id)}/${rest}`;
  return {
    recordTouches: async (_caller, touches) =>
      (await call<{ readonly accepted: readonly TouchAccepted[] }>('POST', '/v1/touches', { touches })).accepted,
    listSyncs: async () => (await call<{ readonly items: readonly SyncView[] }>('GET', '/v1/syncs')).items,
    reportSync: async (_caller, source, completeTo) =>
      (
        await call<{ readonly items: readonly SyncView[] }>('POST', '/v1/syncs', {
          source,
          complete_to: completeTo,
        })
      ).items,
    showBases: (_caller, contact) => call('GET', contactPath(contact, 'lawful-bases')),
    recordBasis: (_caller, contact, input) => call('POST', contactPath(contact, 'lawful-bases'), input),
    clearBounce: (_caller, contact, reason) => call('POST', contactPath(contact, 'bounce-clearance'), { reason }),
    readiness: (_caller, purpose) => call('GET', `/v1/reports/readiness${queryOf({ purpose })}`),
  };
}
