import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { backtestCaps } from './cap-backtest.ts';

test('a log with known answers', () => {
  // Three people with one touch, one of them a success; two with three, both; one with five, none.
  const report = backtestCaps(
    [
      { touches: 1, people: 3, successes: 1 },
      { touches: 3, people: 2, successes: 2 },
      { touches: 5, people: 1, successes: 0 },
    ],
    5,
  );
  expect(report).toMatchObject({ people: 6, touches: 14, successes: 3, kind: 'descriptive' });
  expect(report.caps.map((row) => [row.cap, row.people, row.successes_lost, row.touches_saved])).toEqual([
    [1, 3, 2, 8],
    [2, 3, 2, 5],
    [3, 1, 0, 2],
    [4, 1, 0, 1],
    [5, 0, 0, 0],
  ]);
  expect(report.caps[0]?.lost_of_all.share).toBeCloseTo(2 / 3, 12);
  expect(report.caps[4]?.successes_per_touch_saved).toBeNull();
});

test('agrees with walking through the touches of each person', () => {
  const person = fc.record({ touches: fc.integer({ min: 1, max: 12 }), success: fc.boolean() });
  fc.assert(
    fc.property(fc.array(person, { minLength: 1, maxLength: 60 }), (people) => {
      const counts = people.map(({ touches, success }) => ({ touches, people: 1, successes: success ? 1 : 0 }));
      for (const row of backtestCaps(counts, 8).caps) {
        let [lost, saved] = [0, 0];
        for (const { touches, success } of people)
          for (let touch = 1; touch <= touches; touch += 1)
            if (touch > row.cap) {
              saved += 1;
              if (success && touch === touches) lost += 1;
            }
        expect([row.successes_lost, row.touches_saved]).toEqual([lost, saved]);
      }
    }),
  );
});

test('a log without touches is refused', () => {
  expect(() => backtestCaps([], 3)).toThrow('no touches');
});
