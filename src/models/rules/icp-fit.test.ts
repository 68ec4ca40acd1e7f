import { describe, expect, test } from 'vitest';

import { segmentOf } from '../../domain/entity.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { TIER_1_FACTS, TIER_2_FACTS, TIER_3_FACTS } from './decision-input.fixture.ts';
import { icpFit } from './icp-fit.ts';

const { icp } = DEFAULT_POLICY;
const pointsOf = (facts: Parameters<typeof icpFit>[0]) => icpFit(facts, icp).points;

describe('a worked example', () => {
  test('of tier 1', () => {
    expect(icpFit(TIER_1_FACTS, icp)).toEqual({
      score: 94.5,
      tier: 'T1',
      points: { firmographic: 20, vertical: 20, revenue: 15, tech: 13.5, growth: 10, intent: 16 },
      gaps: [],
      coverage: 1,
    });
  });

  test('of tier 2', () => {
    expect(icpFit(TIER_2_FACTS, icp)).toEqual({
      score: 57,
      tier: 'T2',
      points: { firmographic: 20, vertical: 8, revenue: 15, tech: 7.5, growth: 2.5, intent: 4 },
      gaps: [],
      coverage: 1,
    });
  });

  test('of tier 3', () => {
    expect(icpFit(TIER_3_FACTS, icp)).toEqual({
      score: 24.08,
      tier: 'T3',
      points: { firmographic: 11.19, vertical: 8, revenue: 3.39, tech: 1.5, growth: 0, intent: 0 },
      gaps: [],
      coverage: 1,
    });
  });

  test('of a company that is known by size and vertical only', () => {
    expect(icpFit({ employees: 300, vertical: 'SaaS' }, icp)).toEqual({
      score: 40,
      tier: 'T3',
      points: { firmographic: 20, vertical: 20, revenue: null, tech: null, growth: null, intent: null },
      gaps: ['revenue', 'tech', 'growth', 'intent'],
      coverage: 0.4,
    });
  });
});

describe('the band of employees, 50 to 2,000', () => {
  test.each([
    [50, 20],
    [2_000, 20],
    [25, 13.33],
    [12, 6.27],
    [6, 0],
    [0, 0],
    [4_000, 13.33],
    [8_000, 6.67],
    [16_000, 0],
    [10_000_000, 0],
  ])('earns %i employees %f of 20 points', (employees, points) => {
    expect(pointsOf({ employees }).firmographic).toBe(points);
  });
});

test('revenue falls off as size does, also from a band that starts at nothing', () => {
  expect(pointsOf({ annual_revenue_minor: 250_000_000 }).revenue).toBe(10);
  expect(pointsOf({ annual_revenue_minor: 0 }).revenue).toBe(0);
  expect(icpFit({ annual_revenue_minor: 0 }, { ...icp, revenue_minor: { from: 0, to: 0 } }).points.revenue).toBe(15);
  expect(icpFit({ annual_revenue_minor: 1 }, { ...icp, revenue_minor: { from: 0, to: 0 } }).points.revenue).toBe(0);
});

test.each([
  ['SaaS', 20],
  ['saas', 20],
  ['hr-tech', 20],
  ['HRTech', 20],
  ['Logistics', 8],
  ['EdTech', 8],
  ['Agriculture', 0],
  ['Software', 0],
  ['  ', null],
])('vertical %j earns %s of 20 points', (vertical, points) => {
  expect(pointsOf({ vertical }).vertical).toBe(points);
});

test('growth earns nothing below zero and no more than all', () => {
  expect(pointsOf({ growth_percent: -30 }).growth).toBe(0);
  expect(pointsOf({ growth_percent: 20 }).growth).toBe(5);
  expect(pointsOf({ growth_percent: 4_000 }).growth).toBe(10);
});

test('technology and growth together have 25 points', () => {
  expect(icp.weights.tech + icp.weights.growth).toBe(25);
});

test('the segment does not score: one employee over its border changes no points', () => {
  expect([segmentOf(200), segmentOf(201)]).toEqual(['smb', 'mid_market']);
  expect(icpFit({ ...TIER_1_FACTS, employees: 200 }, icp)).toEqual(icpFit({ ...TIER_1_FACTS, employees: 201 }, icp));
});

describe('the tier', () => {
  test('is not named when less than 40 % of the weight is known, even if all of it fits', () => {
    const fit = icpFit({ employees: 300, annual_revenue_minor: 3_000_000_000 }, icp);
    expect(fit).toMatchObject({ score: 35, coverage: 0.35, tier: 'unscored' });
  });

  test('of nothing known is unscored with six gaps', () => {
    expect(icpFit({}, icp)).toMatchObject({
      score: 0,
      coverage: 0,
      tier: 'unscored',
      gaps: ['firmographic', 'vertical', 'revenue', 'tech', 'growth', 'intent'],
    });
  });

  test('begins exactly at its points', () => {
    const tiers = { t1: 94.5, t2: 57 };
    expect(icpFit(TIER_1_FACTS, { ...icp, tiers }).tier).toBe('T1');
    expect(icpFit(TIER_2_FACTS, { ...icp, tiers }).tier).toBe('T2');
    expect(icpFit(TIER_1_FACTS, { ...icp, tiers: { t1: 94.51, t2: 57.01 } }).tier).toBe('T2');
    expect(icpFit(TIER_2_FACTS, { ...icp, tiers: { t1: 94.51, t2: 57.01 } }).tier).toBe('T3');
  });
});
