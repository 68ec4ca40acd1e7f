import { describe, expect, test } from 'vitest';

import type { RuleCondition, TenantRule } from '../domain/policy.ts';
import { RULE_OPERATORS } from '../domain/policy.ts';
import { truthOfCondition, truthOfRule, unknownAttributesOf } from './rule-logic.ts';
import type { AttributeValue } from './rule-logic.ts';

const KNOWN: Record<string, AttributeValue | null> = { tier: 'T1', score: 10, hot: true, odd: Number.NaN, none: null };
const lookup = (name: string) => KNOWN[name];
const condition = (
  attribute: string,
  operator: RuleCondition['operator'],
  value?: RuleCondition['value'],
): RuleCondition => (value === undefined ? { attribute, operator } : { attribute, operator, value });

test.each<[string, RuleCondition['operator'], RuleCondition['value'], string]>([
  ['tier', 'eq', 'T1', 'true'],
  ['tier', 'eq', 'T2', 'false'],
  ['tier', 'eq', 1, 'unknown'],
  ['tier', 'eq', undefined, 'unknown'],
  ['tier', 'ne', 'T2', 'true'],
  ['tier', 'ne', 'T1', 'false'],
  ['tier', 'ne', true, 'unknown'],
  ['hot', 'eq', true, 'true'],
  ['hot', 'eq', 'true', 'unknown'],
  ['score', 'lt', 11, 'true'],
  ['score', 'lt', 10, 'false'],
  ['score', 'lte', 10, 'true'],
  ['score', 'gt', 10, 'false'],
  ['score', 'gte', 10, 'true'],
  ['score', 'gte', '10', 'unknown'],
  ['tier', 'lt', 'T2', 'unknown'],
  ['score', 'in', [1, 10], 'true'],
  ['score', 'in', [1, 2], 'false'],
  ['score', 'in', [], 'false'],
  ['score', 'in', ['10'], 'unknown'],
  ['score', 'in', ['x', 10], 'true'],
  ['score', 'in', 10, 'unknown'],
  ['score', 'not_in', [1, 2], 'true'],
  ['score', 'not_in', [10], 'false'],
  ['score', 'not_in', [], 'true'],
  ['score', 'not_in', ['x'], 'unknown'],
  ['score', 'eq', [10], 'unknown'],
  ['score', 'exists', undefined, 'true'],
  ['score', 'exists', false, 'false'],
  ['none', 'exists', undefined, 'false'],
  ['none', 'exists', true, 'false'],
  ['none', 'exists', false, 'true'],
  ['unread', 'exists', undefined, 'unknown'],
  ['score', 'exists', 'yes', 'unknown'],
])('%s %s %j is %s', (attribute, operator, value, truth) => {
  expect(truthOfCondition(condition(attribute, operator, value), lookup)).toBe(truth);
});

describe.each(RULE_OPERATORS.filter((operator) => operator !== 'exists'))('%s', (operator) => {
  test.each(['none', 'unread', 'odd'])('of %s is unknown', (attribute) => {
    for (const value of ['x', 1, true, ['x', 1]]) {
      expect(truthOfCondition(condition(attribute, operator, value), lookup)).toBe('unknown');
    }
  });
});

describe('a rule', () => {
  const yes = condition('tier', 'eq', 'T1');
  const no = condition('tier', 'eq', 'T2');
  const unknown = condition('unread', 'eq', 'x');
  const rule = (...when: readonly RuleCondition[]): TenantRule => ({
    id: 'r',
    title: 'r',
    when: [...when],
    then: 'hold',
  });

  test.each([
    ['nothing', rule(), 'true'],
    ['what is true', rule(yes, yes), 'true'],
    ['something false', rule(yes, no), 'false'],
    ['something unknown', rule(yes, unknown), 'unknown'],
    ['something unknown and something false', rule(unknown, no), 'false'],
  ])('of %s', (_, given, truth) => {
    expect(truthOfRule(given, lookup)).toBe(truth);
  });

  test('names what it lacks, each once', () => {
    const given = rule(unknown, yes, condition('none', 'lt', 1), condition('unread', 'ne', 'y'));
    expect(unknownAttributesOf(given, lookup)).toEqual(['unread', 'none']);
  });
});
