/** Identities of a system that knows one account and one merge. Notes every call. */
import type { AliasView, IdentityActView, IdentityServices, SuggestionView } from './identity.port.ts';

const ACT: IdentityActView = {
  id: 'mrg_1',
  act: 'merge',
  subject_kind: 'account',
  subject: { id: 'acc_1', external_id: 'acme' },
  target: { id: 'acc_2', external_id: 'acme-inc' },
  previous: null,
  state: 'joining',
  by: 'operator',
  reason: 'the same company',
  at: '2026-01-05T09:00:00.000Z',
};
const ALIAS: AliasView = { id: 'a1', kind: 'domain', value: 'acme.com', added_at: '2026-01-05T09:00:00.000Z' };
const SUGGESTION: SuggestionView = {
  kind: 'account',
  one: { id: 'acc_1', external_id: 'acme' },
  other: { id: 'acc_2', external_id: 'acme-inc' },
  score: 60,
  reasons: [{ code: 'same_domain', detail: 'the same company domain', points: 60 }],
};

export function fakeIdentities(note: (name: string, ...args: readonly unknown[]) => void): IdentityServices {
  return {
    async mergeInto(_caller, kind, externalId, input) {
      note('mergeInto', kind, externalId, input);
      return ACT;
    },
    async moveContact(_caller, externalId, input) {
      note('moveContact', externalId, input);
      return { ...ACT, id: 'mov_1', act: 'reparent', subject_kind: 'contact', state: 'done' };
    },
    async reverseAct(_caller, id, input) {
      note('reverseAct', id, input);
      return { ...ACT, id, state: 'splitting' };
    },
    async listIdentityActs(_caller, query) {
      note('listIdentityActs', query);
      return { items: [ACT], next_cursor: null };
    },
    async listAliases(_caller, kind, externalId) {
      note('listAliases', kind, externalId);
      return [ALIAS];
    },
    async addAlias(_caller, kind, externalId, input) {
      note('addAlias', kind, externalId, input);
      return ALIAS;
    },
    async removeAlias(_caller, kind, externalId, id, reason) {
      note('removeAlias', kind, externalId, id, reason);
      return { id };
    },
    async findByName(_caller, kind, name) {
      note('findByName', kind, name);
      return ACT.subject;
    },
    async listSuggestions(_caller, kind, query) {
      note('listSuggestions', kind, query);
      return { items: [SUGGESTION], next_cursor: null };
    },
    async dismissSuggestion(_caller, kind, { one, other, reason }) {
      note('dismissSuggestion', kind, { one, other, reason });
      return { one, other };
    },
  };
}
