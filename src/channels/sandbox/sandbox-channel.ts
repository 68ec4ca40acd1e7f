/**
 * The channel of every tenant that is not live: it renders and records, and sends nothing. It behaves as a good channel should: once
 * per idempotency key, and able to say afterwards whether it acted.
 */
import { hash } from 'node:crypto';

import type { ActionChannel } from '../../actors/channel.port.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { SandboxStore } from './sandbox-store.port.ts';

export function createSandboxChannel(store: SandboxStore): ActionChannel {
  return {
    name: 'sandbox',
    remembersInDatabase: true,
    carries: (_channel, mode) => mode === 'sandbox',
    forgetting: {
      kind: 'asked',
      by: 'recipient',
      async forget({ tenant, id, recipient }) {
        await store.forget(tenant, recipient);
        return { receipt: `sandbox:${id}` };
      },
    },
    async send(requests) {
      const receipts = await store.record(
        requests.map((request) => ({
          tenant: request.tenant,
          idempotencyKey: request.idempotencyKey,
          receipt: `sandbox:${request.idempotencyKey}`,
          at: request.at,
          actionType: request.actionType,
          channel: request.channel,
          recipient: request.recipient,
          contentDigest: hash('sha256', canonicalJson(request.content), 'hex'),
        })),
      );
      return receipts.map((receipt) => ({ status: 'fulfilled' as const, value: { receipt } }));
    },
    async lookup(tenant, keys) {
      const found = await store.find(tenant, keys);
      return found.map((receipt) => (receipt === null ? 'absent' : { receipt }));
    },
  };
}
