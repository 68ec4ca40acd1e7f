import { describe, expect, it } from 'vitest';

import type { Cohort } from '../domain/retrospection.ts';
import { wilsonInterval } from '../stats/interval.ts';
import { retrospection } from './play-retrospective.ts';

const COHORT: Cohort = {
  play: 'play_1',
  begun: 120,
  reached: 110,
  matured: 100,
  meetings: 20,
  opportunities: 1,
  won: [],
  unreal: 0,
  elsewhere: 0,
};
const CRITERIA = { meeting_rate: 0.1, opportunity_rate: 0.1, evaluate_after_days: 45 };
const standings = (criteria: object, changes: Partial<Cohort> = {}) =>
  retrospection(criteria, { ...COHORT, ...changes })?.criteria.map(({ criterion, standing }) => [criterion, standing]);

describe('rates', () => {
  it('are those of people who count, with a Wilson interval', () => {
    const [meetings] = retrospection(CRITERIA, COHORT)?.criteria ?? [];
    expect(meetings).toMatchObject({ observed: 0.2, n: 100, target: 0.1, interval: wilsonInterval(20, 100) });
  });

  it('are reached or missed only when the whole interval is on one side of the target', () => {
    expect(standings(CRITERIA)).toEqual([
      ['meeting_rate', 'reached'],
      ['opportunity_rate', 'missed'],
    ]);
    // The same rates of fewer people say nothing.
    expect(standings(CRITERIA, { matured: 5, meetings: 1, opportunities: 0 })).toEqual([
      ['meeting_rate', 'open'],
      ['opportunity_rate', 'open'],
    ]);
  });

  it('of nobody are no rates', () => {
    const none = retrospection(CRITERIA, { ...COHORT, matured: 0, meetings: 0, opportunities: 0 });
    expect(none?.criteria[0]).toMatchObject({ observed: null, interval: null, n: 0, standing: 'open' });
  });
});

describe('the value of deals', () => {
  const deals = (amounts: readonly number[], currency = 'EUR') =>
    amounts.map((amount_minor) => ({ amount_minor, currency }));
  const VALUE = { contract_value: { amount_minor: 1_000_00, currency: 'EUR' }, evaluate_after_days: 45 };
  const valueOf = (won: Cohort['won']) => retrospection(VALUE, { ...COHORT, won })?.criteria[0];

  it('is the mean of those in the currency of the target', () => {
    const result = valueOf([...deals([2_000_00, 3_000_00, 2_500_00, 2_200_00, 2_800_00]), ...deals([1], 'USD')]);
    expect(result).toMatchObject({ n: 5, observed: 2_500_00, currency: 'EUR', unit: 'minor', standing: 'reached' });
    expect(result?.interval?.low).toBeGreaterThanOrEqual(2_000_00);
    expect(result?.interval?.high).toBeLessThanOrEqual(3_000_00);
    // The same figures give the same interval whenever they are asked for.
    expect(valueOf(deals([2_000_00, 3_000_00, 2_500_00, 2_200_00, 2_800_00]))?.interval).toEqual(result?.interval);
  });

  it('has no interval with fewer than five deals, and so proves nothing', () => {
    expect(valueOf(deals([9_000_00, 9_000_00]))).toMatchObject({ n: 2, interval: null, standing: 'open' });
  });
});

it('says what it cannot know', () => {
  const codes = (changes: Partial<Cohort>) =>
    retrospection({ ...CRITERIA, contract_value: { amount_minor: 1, currency: 'EUR' } }, { ...COHORT, ...changes })
      ?.unknown;
  expect(codes({ begun: 100 })).toEqual([
    { code: 'no_comparison', count: null },
    { code: 'outcomes_may_come', count: null },
  ]);
  expect(
    codes({
      unreal: 7,
      elsewhere: 3,
      won: [
        { amount_minor: null, currency: null },
        { amount_minor: 5, currency: 'USD' },
      ],
    }),
  ).toEqual([
    { code: 'no_comparison', count: null },
    { code: 'outcomes_may_come', count: null },
    { code: 'not_matured', count: 20 },
    { code: 'mode_reaches_nobody', count: 7 },
    { code: 'linked_elsewhere', count: 3 },
    { code: 'other_currency', count: 2 },
  ]);
  expect(retrospection({ unheard_of: 1 }, COHORT)).toBeNull();
});
