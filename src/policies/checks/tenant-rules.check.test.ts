import { expect, test } from 'vitest';

import type { RuleCondition, TenantRule } from '../../domain/policy.ts';
import { approvalBy, EMAIL, FACTS, factsWith, factsWithout, policyWith } from '../gate.fixture.ts';
import { tenantRulesCheck } from './tenant-rules.check.ts';

const rule = (id: string, then: TenantRule['then'], ...when: readonly RuleCondition[]): TenantRule => ({
  id,
  title: id,
  when: [...when],
  then,
});
const is = (attribute: string, value: string | number): RuleCondition => ({ attribute, operator: 'eq', value });
const check = (rules: readonly TenantRule[], attributes = {}, request = EMAIL) =>
  tenantRulesCheck(request, factsWith({ attributes }), policyWith({ rules: [...rules] }));

const APPROVED = { ...EMAIL, approval: approvalBy('ana') };

test('no rules and rules that do not speak pass', () => {
  expect(check([]).outcome).toBe('pass');
  expect(check([rule('tier', 'deny', is('fit_tier', 'T3'))], { fit_tier: 'T1' }).outcome).toBe('pass');
});

test('a true rule denies or holds, and is named', () => {
  expect(check([rule('tier', 'deny', is('fit_tier', 'T3'))], { fit_tier: 'T3' })).toMatchObject({
    outcome: 'deny',
    code: 'tenant_rule_denied',
    inputs: { rule: 'tier' },
    comparison: 'denied by tier (fit_tier eq T3)',
  });
  expect(check([rule('always', 'hold')])).toMatchObject({
    outcome: 'hold',
    code: 'tenant_rule_held',
    inputs: { rule: 'always' },
  });
});

test.each(['deny', 'hold'] as const)('an undecided rule that would %s holds, with what it lacks', (then) => {
  expect(check([rule('tier', then, is('fit_tier', 'T3'))])).toMatchObject({
    outcome: 'hold',
    code: 'tenant_rule_unknown',
    inputs: { rule: 'tier', attributes: 'fit_tier' },
  });
});

test('all speak: a denial goes before an undecided rule, that before a hold', () => {
  const deny = rule('a', 'deny', is('x', 1));
  const unknown = rule('b', 'deny', is('y', 1));
  const hold = rule('c', 'hold');
  const another = rule('d', 'deny');
  expect(check([hold, unknown, deny, another], { x: 1 })).toMatchObject({
    code: 'tenant_rule_denied',
    inputs: { rule: 'a, d' },
  });
  expect(check([hold, unknown], { x: 1 }).code).toBe('tenant_rule_unknown');
});

test('an approval answers a hold, and nothing else', () => {
  expect(check([rule('c', 'hold')], {}, APPROVED)).toMatchObject({
    outcome: 'pass',
    inputs: { rule: 'c', approved: true },
  });
  expect(check([rule('c', 'deny')], {}, APPROVED).outcome).toBe('deny');
  expect(check([rule('c', 'hold'), rule('b', 'hold', is('y', 1))], {}, APPROVED).code).toBe('tenant_rule_unknown');
});

test('neither an approval of another draft nor the own approval answers', () => {
  expect(check([rule('c', 'hold')], {}, { ...EMAIL, approval: approvalBy('ana', 'fp_old') }).outcome).toBe('hold');
  expect(check([rule('c', 'hold')], {}, { ...EMAIL, approval: approvalBy(EMAIL.proposer) }).outcome).toBe('hold');
});

test('what every proposal has is known without facts, and cannot be overridden', () => {
  const rules = [rule('lane', 'deny', is('lane', 'operator'))];
  expect(tenantRulesCheck(EMAIL, factsWithout('attributes'), policyWith({ rules })).outcome).toBe('deny');
  expect(check(rules, { lane: 'tam' }).outcome).toBe('deny');
});

test('a person states no confidence, so a rule about it is undecided', () => {
  const rules = [rule('sure', 'hold', { attribute: 'confidence', operator: 'lt', value: 0.5 })];
  expect(check(rules).outcome).toBe('pass');
  expect(check(rules, {}, { ...EMAIL, confidence: null }).code).toBe('tenant_rule_unknown');
});

test('absence can be asked for only where the attributes were read', () => {
  const rules = [rule('tier', 'deny', { attribute: 'fit_tier', operator: 'exists' })];
  expect(check(rules).outcome).toBe('pass');
  expect(check(rules, { fit_tier: 'T1' }).outcome).toBe('deny');
  expect(tenantRulesCheck(EMAIL, factsWithout('attributes'), policyWith({ rules })).code).toBe('tenant_rule_unknown');
});

test('names that every object has are no attributes', () => {
  expect(check([rule('odd', 'deny', { attribute: 'constructor', operator: 'exists' })]).outcome).toBe('pass');
});

test('a rule with a list says so in words', () => {
  const rules = [rule('tiers', 'hold', { attribute: 'fit_tier', operator: 'in', value: ['T2', 'T3'] })];
  expect(check(rules, { fit_tier: 'T2' }).comparison).toBe('held by tiers (fit_tier in [T2, T3])');
  expect(tenantRulesCheck(EMAIL, FACTS, policyWith({ rules })).outcome).toBe('hold');
});
