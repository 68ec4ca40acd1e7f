import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { HOUR_MS } from './instant.ts';
import { addIntent, decayedIntent } from './intent.ts';

const score = fc.double({ min: 0, max: 100, noNaN: true });
const hours = fc.integer({ min: -2_000, max: 2_000 });

test('intent stays between 0 and what it was', () => {
  fc.assert(
    fc.property(score, hours, (start, passed) => {
      const left = decayedIntent(start, 0, passed * HOUR_MS);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(start);
    }),
  );
});

test('waiting twice is waiting once for as long', () => {
  fc.assert(
    fc.property(score, fc.nat(500), fc.nat(500), (start, first, second) => {
      const between = decayedIntent(start, 0, first * HOUR_MS);
      const twice = decayedIntent(between, first * HOUR_MS, (first + second) * HOUR_MS);
      expect(twice).toBeCloseTo(decayedIntent(start, 0, (first + second) * HOUR_MS), 9);
    }),
  );
});

test('below the cap, the order in which signals arrive does not matter', () => {
  const signal = fc.record({ strength: fc.integer({ min: 0, max: 12 }), hour: fc.nat(500) });
  fc.assert(
    fc.property(fc.array(signal, { minLength: 1, maxLength: 8 }), (signals) => {
      const fold = (list: typeof signals) =>
        list.reduce((state, one) => addIntent(state, one.strength, one.hour * HOUR_MS), { score: 0, at: 0 });
      const forward = fold(signals);
      const backward = fold(signals.toReversed());
      expect(backward.at).toBe(forward.at);
      expect(backward.score).toBeCloseTo(forward.score, 9);
    }),
  );
});
