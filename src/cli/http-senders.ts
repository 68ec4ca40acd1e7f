/** Senders on a running server, over its REST interface. */
import type { SenderServices, SenderView } from '../gateway/senders.port.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpSenders(call: Call): SenderServices {
  return {
    list: async () => (await call<{ items: readonly SenderView[] }>('GET', '/v1/senders')).items,
    clear: (_caller, input) => call('POST', '/v1/senders/clear', input),
  };
}
