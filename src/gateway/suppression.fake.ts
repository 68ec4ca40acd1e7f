/** One suppression. Notes every call. */
import type { SuppressionServices } from './suppression.port.ts';

export function fakeSuppressions(note: (name: string, ...args: readonly unknown[]) => void): SuppressionServices {
  return {
    async add(_caller, input) {
      note('add', input);
      return { key: 'sup_1' };
    },
    async list(_caller, query) {
      note('list', query);
      return { items: [{ key: 'sup_1', scope: 'email', reason: 'unsubscribe', source: 'outcome' }], next_cursor: null };
    },
    async remove(_caller, input) {
      note('remove', input);
      return { key: 'sup_1' };
    },
  };
}
