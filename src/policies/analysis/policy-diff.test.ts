import { expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { changedSections, policyChanges } from './policy-diff.ts';

const words = (after: Partial<Policy>, before: Partial<Policy> = {}) =>
  policyChanges({ ...DEFAULT_POLICY, ...before }, { ...DEFAULT_POLICY, ...after }).map((change) => change.words);
const rule = (id: string, value: number) => ({
  id,
  title: id,
  when: [{ attribute: 'fit_score', operator: 'lt' as const, value }],
  then: 'hold' as const,
});

test('the name alone is no difference', () => {
  expect(words({ name: 'other' })).toEqual([]);
});

test('numbers have a direction and durations their unit', () => {
  expect(words({ touch_cap: { max: 5, window_ms: 14 * DAY_MS } })).toEqual([
    'touch_cap.max: 3 → 5, up',
    'touch_cap.window_ms: 7 days → 14 days, up',
  ]);
  expect(words({ cooldown: { ...DEFAULT_POLICY.cooldown, channel_ms: { email: DAY_MS } } })).toEqual([
    'cooldown.channel_ms.email is new: 1 day',
  ]);
});

test('rules, grants and lanes are compared by name, whatever their order', () => {
  expect(words({ rules: [rule('b', 1), rule('a', 1)] }, { rules: [rule('a', 1), rule('b', 1)] })).toEqual([]);
  expect(words({ rules: [rule('b', 1)] }, { rules: [rule('a', 1), rule('b', 1)] })[0]).toContain(
    'rules.a is gone; it was',
  );
  expect(words({ rules: [rule('a', 2)] }, { rules: [rule('a', 1)] })[0]).toContain('rules.a.when: {');
  expect(words({ grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }] })[0]).toContain(
    'grants.crm_update@low is new',
  );
  expect(words({ authorizations: DEFAULT_POLICY.authorizations.filter(({ lane }) => lane !== 'tam') })[0]).toMatch(
    /^authorizations\.tam is gone/,
  );
});

test('says who owns what changes', () => {
  const after = {
    ...DEFAULT_POLICY,
    touch_cap: { max: 4, window_ms: DAY_MS },
    budget: { currency: 'EUR', per_day_minor: 1 },
  };
  expect(changedSections(DEFAULT_POLICY, after)).toEqual(['touch_cap', 'budget']);
  expect(policyChanges(DEFAULT_POLICY, after).at(-1)?.owners).toEqual(['Finance', 'CFO']);
});
