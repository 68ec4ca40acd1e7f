import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { choiceSchema } from '../../domain/candidate.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { canonicalJson } from '../../domain/json.ts';
import { anyInput } from './decision-input.fixture.ts';
import { createRulesEngine } from './rules-engine.ts';

const engine = createRulesEngine();
const RUNS = { numRuns: 500 };

test('every decision has the shape of the catalogue, and doing nothing among its candidates', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { choice, content } = engine.decide(input);
      expect(choiceSchema.parse(choice)).toEqual(choice);
      expect(choice.candidates.at(-1)).toMatchObject({ action_type: 'none', score: 20 });
      expect(content === null).toBe(choice.candidates[choice.chosen]?.action_type === 'none');
    }),
    RUNS,
  );
});

test('every candidate has a reason, a score from 0 to 100 and its channel', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      for (const { action_type, channel, reason, score } of engine.decide(input).choice.candidates) {
        expect(reason.length).toBeGreaterThan(10);
        expect(reason).not.toMatch(/undefined|null|NaN|Infinity/);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(channel).toBe(action_type === 'none' ? 'internal' : ACTION_TYPE_SPECS[action_type].channel);
      }
    }),
    RUNS,
  );
});

test('propensities add up to 1, and the chosen one was possible', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { candidates, chosen } = engine.decide(input).choice;
      expect(candidates.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
      expect(candidates[chosen]!.propensity).toBeGreaterThan(0);
      expect(candidates[chosen]!.score).toBeGreaterThan(0);
      expect(candidates.some(({ propensity, score }) => score === 0 && propensity > 0)).toBe(false);
    }),
    RUNS,
  );
});

test('the same input gives the same bytes, and the seed changes the draw only', () => {
  fc.assert(
    fc.property(anyInput, fc.string(), (input, seed) => {
      const first = engine.decide(input);
      expect(canonicalJson(createRulesEngine().decide(structuredClone(input)))).toBe(canonicalJson(first));
      expect(engine.decide({ ...input, seed }).choice.candidates).toEqual(first.choice.candidates);
    }),
    RUNS,
  );
});

test('nobody without an address, and no account that must not be prospected, is written to', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const related = Object.values(input.relations).includes(true);
      const forbidden = engine.decide(input).choice.candidates.filter(({ action_type }) => {
        if (action_type === 'none' || !ACTION_TYPE_SPECS[action_type].touch) return false;
        return related || (!input.hasRecipient && action_type !== 'linkedin_push');
      });
      expect(forbidden.filter(({ score }) => score > 0)).toEqual([]);
    }),
    RUNS,
  );
});

test('time changes neither fit nor coverage, and never raises priority', () => {
  fc.assert(
    fc.property(anyInput, fc.nat(2_000), (input, hours) => {
      const now = engine.assess(input);
      const later = engine.assess({ ...input, at: input.at + hours * HOUR_MS });
      expect(later.fit).toEqual(now.fit);
      expect(later.priority).toBeLessThanOrEqual(now.priority);
    }),
    RUNS,
  );
});
