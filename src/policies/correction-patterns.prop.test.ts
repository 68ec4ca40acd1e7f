import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DecidedReview } from '../domain/correction.ts';
import { tenantRuleSchema } from '../domain/policy.ts';
import { correctionPatterns, PATTERN_TERMS } from './correction-patterns.ts';
import { truthOfRule } from './rule-logic.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const review: fc.Arbitrary<Omit<DecidedReview, 'id'>> = fc.record({
  at: fc.integer({ min: 1, max: 50 }),
  state: fc.constantFrom('approved', 'edited', 'rejected', 'rejected'),
  actionType: fc.constantFrom('outreach_push', 'crm_update'),
  attributes: fc.record(
    {
      persona: fc.constantFrom('user', 'champion'),
      stage: fc.constantFrom('new', 'engaged'),
      fit_tier: fc.constant(3),
    },
    { requiredKeys: [] },
  ),
  reason: fc.constantFrom(null, 'wrong person', 'Wrong person!', 'too early', '?'),
});
const reviews = fc
  .array(review, { maxLength: 40 })
  .map((items) => items.map((item, index): DecidedReview => ({ ...item, id: `rev_${index}` })));

const lookupOf =
  ({ actionType, attributes }: DecidedReview) =>
  (name: string) =>
    name === 'action_type' ? actionType : (attributes[name] ?? null);

test('every pattern is as frequent as it says, and its rule speaks of its class and of nothing else', () => {
  fc.assert(
    fc.property(reviews, (all) => {
      for (const pattern of correctionPatterns(all, digest)) {
        expect(pattern.corrections).toBeGreaterThanOrEqual(PATTERN_TERMS.corrections_min);
        expect(pattern.corrections / pattern.reviews).toBeGreaterThanOrEqual(PATTERN_TERMS.share_min);
        expect(tenantRuleSchema.parse(pattern.rule)).toEqual(pattern.rule);
        const truths = all.map((item) => ({ item, truth: truthOfRule(pattern.rule, lookupOf(item)) }));
        expect(truths.some(({ truth }) => truth === 'unknown')).toBe(false);
        const spoken = truths.filter(({ truth }) => truth === 'true').map(({ item }) => item);
        expect(spoken).toHaveLength(pattern.reviews);
        const ids = spoken.filter(({ state }) => state === pattern.correction).map(({ id }) => id);
        expect(pattern.evidence.every((id) => ids.includes(id))).toBe(true);
        expect(pattern.times).toHaveLength(pattern.corrections);
      }
    }),
  );
});

test('the order of the reviews does not matter, and ids are unique', () => {
  fc.assert(
    fc.property(reviews, fc.infiniteStream(fc.nat()), (all, keys) => {
      const shuffled = all
        .map((item) => ({ item, key: keys.next().value as number }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ item }) => item);
      const found = correctionPatterns(all, digest);
      expect(correctionPatterns(shuffled, digest)).toEqual(found);
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    }),
  );
});
