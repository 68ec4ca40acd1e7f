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
