import { describe, expect, test } from 'vitest';

import { HOUR_MS } from '../../domain/instant.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { MONDAY_NOON, TIER_1_BUYER, TIER_1_FACTS } from './decision-input.fixture.ts';
import { icpFit } from './icp-fit.ts';
import { opportunityPoints, priorityOf } from './priority.ts';
import { assessmentOf } from './situation.ts';

const fit = icpFit(TIER_1_FACTS, DEFAULT_POLICY.icp);
const intent = { score: 50, at: MONDAY_NOON };

describe('priorityOf', () => {
  test('is 40 % fit, 40 % intent and 20 % opportunity', () => {
    // .4 × 94.5 + .4 × 50 + .2 × 70 = 37.8 + 20 + 14
    expect(priorityOf(fit, intent, 'proposal', MONDAY_NOON)).toEqual({ priority: 71.8, intent: 50, opportunity: 70 });
  });

  test('keeps e⁻¹ of the intent after 72 hours, and the fit whole', () => {
    // .4 × 94.5 + .4 × 18.39 = 37.8 + 7.356
    expect(priorityOf(fit, intent, null, MONDAY_NOON + 72 * HOUR_MS)).toEqual({
      priority: 45.16,
      intent: Math.round(5000 * Math.exp(-1)) / 100,
      opportunity: 0,
    });
  });
});

test.each([
  [null, 0],
  ['qualification', 30],
  ['discovery', 50],
  ['proposal', 70],
  ['negotiation', 90],
  ['won', 0],
  ['lost', 0],
  ['Closed Lost', 0],
  ['constructor', 0],
])('an opportunity in %s is worth %i', (stage, points) => {
  expect(opportunityPoints(stage)).toBe(points);
});

test('fit does not change with time, while intent and priority do', () => {
  const now = assessmentOf(TIER_1_BUYER);
  const later = assessmentOf({ ...TIER_1_BUYER, at: TIER_1_BUYER.at + 90 * 24 * HOUR_MS });
  expect(later.fit).toEqual(now.fit);
  expect(now.intent).toBe(45);
  expect(later.intent).toBe(0);
  expect(later.priority).toBe(37.8);
});
