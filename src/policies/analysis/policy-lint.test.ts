import { expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy, RuleCondition, TenantRule } from '../../domain/policy.ts';
import { lintPolicy } from './policy-lint.ts';
import type { LintCode, LintOptions } from './policy-lint.ts';

const rule = (id: string, then: TenantRule['then'], ...when: RuleCondition[]): TenantRule => ({
  id,
  title: id,
  when,
  then,
});
const is = (attribute: string, value: RuleCondition['value']): RuleCondition => ({ attribute, operator: 'eq', value });
const lint = (changes: Partial<Policy>, options?: LintOptions) =>
  lintPolicy({ ...DEFAULT_POLICY, ...changes }, options);
const codes = (changes: Partial<Policy>, options?: LintOptions): readonly LintCode[] =>
  lint(changes, options).map(({ code }) => code);

test('the default policy has nothing to find', () => {
  expect(lintPolicy(DEFAULT_POLICY)).toEqual([]);
});

test.each<[string, TenantRule[], LintCode[]]>([
  ['two values at once', [rule('a', 'deny', is('fit_tier', 't1'), is('fit_tier', 't2'))], ['rule_unsatisfiable']],
  [
    'an empty interval',
    [
      rule(
        'a',
        'deny',
        { attribute: 'fit_score', operator: 'gt', value: 5 },
        { attribute: 'fit_score', operator: 'lte', value: 5 },
      ),
    ],
    ['rule_unsatisfiable'],
  ],
  [
    'an open interval without whole numbers',
    [
      rule(
        'a',
        'deny',
        { attribute: 'fit_score', operator: 'gt', value: 5 },
        { attribute: 'fit_score', operator: 'lt', value: 6 },
      ),
    ],
    [],
  ],
  [
    'text against an order',
    [rule('a', 'hold', { attribute: 'fit_score', operator: 'lt', value: 'low' })],
    ['rule_unsatisfiable'],
  ],
  [
    'contradicting types',
    [rule('a', 'deny', is('fit_score', 'high'), { attribute: 'fit_score', operator: 'gt', value: 3 })],
    ['rule_types_conflict'],
  ],
  ['a channel that does not exist', [rule('a', 'deny', is('channel', 'fax'))], ['rule_unsatisfiable']],
  [
    'no confidence above 1',
    [rule('a', 'deny', { attribute: 'confidence', operator: 'gt', value: 1 })],
    ['rule_unsatisfiable'],
  ],
  [
    'one within another',
    [
      rule('wide', 'deny', { attribute: 'fit_score', operator: 'lt', value: 50 }),
      rule('narrow', 'deny', { attribute: 'fit_score', operator: 'lt', value: 20 }),
    ],
    ['rule_shadowed'],
  ],
  [
    'a hold within a hold may be undecided where the other is not',
    [
      rule('wide', 'hold', { attribute: 'fit_score', operator: 'lt', value: 50 }),
      rule('narrow', 'hold', { attribute: 'fit_score', operator: 'lt', value: 20 }, is('persona', 'x')),
    ],
    [],
  ],
  ['a denial within a hold', [rule('wide', 'hold'), rule('narrow', 'deny', is('fit_tier', 't3'))], ['rule_always']],
  [
    'twice the same',
    [rule('a', 'deny', is('fit_tier', 't3')), rule('b', 'deny', is('fit_tier', 't3'))],
    ['rule_shadowed'],
  ],
  [
    'one id twice',
    [rule('a', 'deny', is('fit_tier', 't3')), rule('a', 'hold', is('fit_tier', 't2'))],
    ['rule_repeated'],
  ],
  ['every channel', [rule('a', 'hold', { attribute: 'channel', operator: 'ne', value: 'fax' })], ['rule_always']],
  ['an attribute of others', [rule('a', 'deny', is('region', 'emea'))], ['rule_attribute_unusual']],
])('rules: %s', (_, rules, expected) => {
  expect(codes({ rules })).toEqual(expected);
});

test('says which conditions exclude each other, and that an undecided rule still holds', () => {
  const [found] = lint({ rules: [rule('a', 'deny', is('fit_tier', 't1'), is('fit_tier', 't2'))] });
  expect(found?.message).toBe(
    'a is never true: `fit_tier eq "t1"` and `fit_tier eq "t2"` exclude each other. It still holds what it cannot decide, such as a proposal without this attribute.',
  );
});

test('calls grants out, and those that never matter', () => {
  expect(codes({ grants: [{ action_type: 'outreach_push', level: 'auto', max_risk: 'high' }] })).toEqual([
    'grant_overrides_trust',
  ]);
  expect(codes({ grants: [{ action_type: 'outreach_push', level: 'auto', max_risk: 'low' }] })).toEqual([
    'grant_never_applies',
  ]);
  expect(
    codes({
      grants: [
        { action_type: 'crm_update', level: 'auto', max_risk: 'high' },
        { action_type: 'crm_update', level: 'approve_each', max_risk: 'high' },
      ],
    }),
  ).toEqual(['grant_shadowed', 'grant_overrides_trust']);
});

test('limits that nothing passes or reaches', () => {
  expect(codes({ icp: { ...DEFAULT_POLICY.icp, tiers: { t1: 120, t2: 45 } } })).toEqual(['tier_unreachable']);
  expect(codes({ touch_cap: { max: 0, window_ms: 1 } })).toEqual(['touches_forbidden']);
  expect(codes({ budget: { currency: 'EUR', per_day_minor: 64 * 4 } })).toEqual([
    'budget_below_cost',
    'budget_below_cost',
  ]);
  expect(codes({ authorizations: [{ lane: 'tam', action_types: ['outreach_push'], channels: ['crm'] }] })).toEqual([
    'authorization_dead',
  ]);
});

test('a threshold out of reach at the observed rates', () => {
  const rates = { outreach_push: { goodPerDay: 0.3, badPerDay: 0.05 }, crm_update: { goodPerDay: 5, badPerDay: 0.1 } };
  const found = lint({}, { rates });
  expect(found).toMatchObject([{ code: 'threshold_unreachable', severity: 'warning' }]);
  expect(found[0]?.message).toContain('outreach_push never comes to sample review. At 0.30 for and 0.05 against a day');
});

test('a permit without a check that was asked for', () => {
  const found = lint({}, { require: ['consent', 'kill_switch'] });
  const named = found.map(({ message }) => message.split(' ')[0]);
  expect(found.every(({ code }) => code === 'permit_without_check')).toBe(true);
  expect(named).toContain('crm_update');
  expect(named).not.toContain('outreach_push');
  const granted = lint(
    { grants: [{ action_type: 'outreach_push', level: 'auto', max_risk: 'high' }] },
    { require: ['trust'] },
  );
  const unchecked = granted.filter(({ code }) => code === 'permit_without_check');
  expect(unchecked).toHaveLength(1);
  expect(unchecked[0]?.message).toContain('outreach_push can get a permit without trust');
});
