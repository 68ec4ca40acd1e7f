/** The waits between attempts: bounded, growing, spread, and few. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import { retryDelayMs } from './retry-delay.ts';

const life = fc.integer({ min: 1_000, max: 30 * DAY_MS });

test('a wait lies between a second and an hour, whatever the permit', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 5_000 }), life, (id, attempts, ttl) => {
      const delay = retryDelayMs({ id, attempts, grantedAt: 0, expiresAt: ttl });
      expect(delay).toBeGreaterThanOrEqual(1_000);
      expect(delay).toBeLessThanOrEqual(60 * MINUTE_MS);
    }),
  );
});

test('the bound of the second wait is never below that of the first', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), life, (id, attempts, ttl) => {
      const permit = { id, grantedAt: 0, expiresAt: ttl };
      // A wait is at least half of its bound, and at most its bound.
      expect(2 * retryDelayMs({ ...permit, attempts: attempts + 1 })).toBeGreaterThanOrEqual(
        retryDelayMs({ ...permit, attempts }) - 1,
      );
    }),
  );
});

test('a permit of fifteen minutes is tried until its last minutes, and seldom', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      const permit = { id, grantedAt: 0, expiresAt: 15 * MINUTE_MS };
      const attemptsAt = [0];
      for (let at = 0; ;) {
        at += retryDelayMs({ ...permit, attempts: attemptsAt.length - 1 });
        if (at > permit.expiresAt) break;
        attemptsAt.push(at);
      }
      expect(attemptsAt.at(-1)).toBeGreaterThan(13 * MINUTE_MS);
      expect(attemptsAt.length).toBeLessThan(30);
    }),
  );
});

test('what failed together does not come back together', () => {
  const permit = { attempts: 5, grantedAt: 0, expiresAt: 15 * MINUTE_MS };
  const delays = Array.from({ length: 1_000 }, (_, index) => retryDelayMs({ ...permit, id: `per_${index}` }));
  const bySecond = Map.groupBy(delays, (delay) => Math.floor(delay / 1_000));
  expect(Math.max(...[...bySecond.values()].map((group) => group.length))).toBeLessThan(80);
});
