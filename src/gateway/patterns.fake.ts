/** One pattern, not yet proposed. Notes every call. */
import type { PatternServices, PatternView } from './patterns.port.ts';
import { fakePolicies } from './policy.fake.ts';

const AT = '2026-11-21T10:00:00.000Z';
const PATTERN: PatternView = {
  id: 'pat_1',
  state: 'open',
  proposal: null,
  class: { action_type: 'outreach_push', attribute: 'persona', value: 'user' },
  correction: 'rejected',
  reason: 'never buys',
  words: '3 of 4 outreach_push with persona user were rejected: never buys',
  corrections: 3,
  reviews: 4,
  evidence: ['rev_3.1', 'rev_2.1', 'rev_1.1'],
  first_at: AT,
  last_at: AT,
  rule: {
    id: 'pattern-1',
    title: 'outreach_push with persona user: rejected: never buys',
    when: [{ attribute: 'persona', operator: 'eq', value: 'user' }],
    then: 'hold',
  },
};

export function fakePatterns(
  note: (name: string, ...args: readonly unknown[]) => void,
): PatternServices & { items: readonly PatternView[] } {
  const policies = fakePolicies(() => undefined);
  return {
    items: [PATTERN],
    async list() {
      note('listPatterns');
      return this.items;
    },
    async get(caller, id) {
      note('getPattern', id);
      const { backtest } = await policies.test(caller, { policy: null, days: 30, cases: [] });
      if (backtest === null) throw new Error('the fake has a back-test');
      return { ...PATTERN, backtest };
    },
    async confirm(caller, id, input) {
      note('confirmPattern', id, input);
      return policies.get(caller, 'pol_1');
    },
    async dismiss(_caller, id, reason) {
      note('dismissPattern', id, reason);
      return { id };
    },
  };
}
