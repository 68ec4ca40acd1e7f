/** An account that somebody owns. Notes every call. */
import type { OwnershipServices, OwnershipView } from './ownership.port.ts';

const VIEW: OwnershipView = {
  subject: 'account/acme',
  owned_through: 'account',
  lock: { owner: 'per_1', person: true, lane: 'operator', epoch: 1, until: null },
};

export function fakeOwnership(note: (name: string, ...args: readonly unknown[]) => void): OwnershipServices {
  return {
    async show(_caller, kind, externalId) {
      note('show', kind, externalId);
      return VIEW;
    },
    async queue(_caller, kind, externalId) {
      note('queue', kind, externalId);
      const since = '2026-11-21T10:00:00.000Z';
      return {
        ...VIEW,
        waiting: [{ position: 1, action: 'act_1', action_type: 'outreach_push', lane: 'inbound', since }],
      };
    },
    async queues(_caller, query) {
      note('queues', query);
      const since = '2026-11-21T10:00:00.000Z';
      const waiting = [{ position: 1, action: 'act_1', action_type: 'outreach_push', lane: 'inbound', since }];
      return { items: [{ ...VIEW, waiting }], next_cursor: null };
    },
    async take(_caller, kind, externalId, input) {
      note('take', kind, externalId, input);
      return VIEW;
    },
    async release(_caller, kind, externalId, input) {
      note('release', kind, externalId, input);
      return { ...VIEW, lock: null };
    },
  };
}
