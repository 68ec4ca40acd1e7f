/** The analysis of rules against the gate itself: what it says is tried on random proposals. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { RULE_OPERATORS } from '../../domain/policy.ts';
import type { RuleCondition, TenantRule } from '../../domain/policy.ts';
import { tenantRulesCheck } from '../checks/tenant-rules.check.ts';
import { EMAIL, FACTS, policyWith } from '../gate.fixture.ts';
import { truthOfRule } from '../rule-logic.ts';
import { isEmpty, isShadowedBy, spaceOf, trueRegion, witnessesOf } from './rule-regions.ts';

const scalar = fc.constantFrom<string | number | boolean>('a', 'b', 1, 2, 3, true);
const condition: fc.Arbitrary<RuleCondition> = fc.oneof(
  fc.record({
    attribute: fc.constantFrom('tier', 'score'),
    operator: fc.constantFrom(...RULE_OPERATORS),
    value: fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
  }),
  fc.record({ attribute: fc.constantFrom('tier', 'score'), operator: fc.constant('exists' as const) }),
);
const rule = (id: string): fc.Arbitrary<TenantRule> =>
  fc.record({
    id: fc.constant(id),
    title: fc.constant(id),
    when: fc.array(condition, { maxLength: 3 }),
    then: fc.constantFrom('deny', 'hold'),
  });
const value = fc.constantFrom('a', 'b', 'c', 0, 1, 1.2, 2, 2.5, 3, 99, true, false, null, undefined);
const world = fc.record({ tier: value, score: value });

test('an empty region means never true, and one that is not has a witness that makes the rule true', () => {
  let empty = 0;
  fc.assert(
    fc.property(rule('one'), fc.array(world, { minLength: 10, maxLength: 10 }), (one, worlds) => {
      const region = trueRegion(one, spaceOf([one]));
      if (isEmpty(region)) {
        empty += 1;
        return worlds.every((facts) => truthOfRule(one, (name) => facts[name as keyof typeof facts]) !== 'true');
      }
      const witness = new Map([...region].map(([name, inside]) => [name, [...inside][0]]));
      return truthOfRule(one, (name) => witness.get(name)) === 'true';
    }),
    { numRuns: 500 },
  );
  expect(empty).toBeGreaterThan(20);
});

/** What the gate makes of rules in a world; an approval is given, so a plain hold differs from an undecided rule. */
function verdictOf(rules: readonly TenantRule[], attributes: object, approved: boolean): string | null {
  const approval = approved ? { by: 'ana', fingerprint: EMAIL.fingerprint, at: EMAIL.at } : null;
  const known = Object.fromEntries(Object.entries(attributes).filter(([, one]) => one !== null && one !== undefined));
  return tenantRulesCheck({ ...EMAIL, approval }, { ...FACTS, attributes: known }, policyWith({ rules: [...rules] }))
    .code;
}

test('a shadowed rule can be taken out without changing a verdict of the gate', () => {
  let shadowed = 0;
  fc.assert(
    fc.property(rule('one'), rule('two'), fc.array(world, { minLength: 10, maxLength: 10 }), (one, two, worlds) => {
      if (!isShadowedBy(one, two, spaceOf([one, two]))) return;
      shadowed += 1;
      for (const facts of worlds)
        for (const approved of [true, false])
          expect(verdictOf([one, two], facts, approved)).toBe(verdictOf([two], facts, approved));
    }),
    { numRuns: 500 },
  );
  expect(shadowed).toBeGreaterThan(10);
});

test('a rule that is not shadowed changes a verdict for some witnesses', () => {
  fc.assert(
    fc.property(rule('one'), rule('two'), (one, two) => {
      const space = spaceOf([one, two]);
      if (isShadowedBy(one, two, space)) return;
      const tiers = space.get('tier') ?? ['a'];
      const scores = space.get('score') ?? ['a'];
      const differs = tiers.some((tier) =>
        scores.some((score) => strength([one, two], { tier, score }) !== strength([two], { tier, score })),
      );
      // Only a rule that is false everywhere changes nothing without being shadowed by a rule that speaks.
      const speaks = tiers.some((tier) => scores.some((score) => strength([one], { tier, score }) > 0));
      expect(differs || !speaks).toBe(true);
    }),
    { numRuns: 500 },
  );
});

/** 0 nothing, 1 hold, 2 undecided, 3 deny: with null for certainly none, and undefined for not known. */
function strength(rules: readonly TenantRule[], facts: { readonly tier: unknown; readonly score: unknown }): number {
  return Math.max(
    0,
    ...rules.map((one) => {
      const truth = truthOfRule(one, (name) => facts[name as keyof typeof facts] as string);
      if (truth === 'false') return 0;
      return truth === 'unknown' ? 2 : one.then === 'deny' ? 3 : 1;
    }),
  );
}

test('attributes that every proposal has come from closed sets', () => {
  expect(witnessesOf('lane', [])).toEqual(['inbound', 'tam', 'marketing', 'operator']);
  expect(witnessesOf('confidence', [{ attribute: 'confidence', operator: 'gt', value: 1 }]).includes(2)).toBe(false);
});
