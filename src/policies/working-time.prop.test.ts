import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import type { WorkingHours } from '../domain/review-terms.ts';
import { afterWorkingTime, nextWorkingDay, startOfDay, workingTimeBetween } from './working-time.ts';

const WEEKDAYS: WorkingHours = { time_zone: 'UTC', from: 8, to: 18, days: [1, 2, 3, 4, 5] };
const FRIDAY_EVENING = Date.UTC(2026, 10, 20, 17);
const MONDAY = Date.UTC(2026, 10, 23, 8);

describe('working time', () => {
  it('does not run at night, nor at the weekend', () => {
    expect(afterWorkingTime(WEEKDAYS, FRIDAY_EVENING, HOUR_MS)).toBe(FRIDAY_EVENING + HOUR_MS);
    expect(afterWorkingTime(WEEKDAYS, FRIDAY_EVENING, 4 * HOUR_MS)).toBe(MONDAY + 3 * HOUR_MS);
    expect(workingTimeBetween(WEEKDAYS, FRIDAY_EVENING, MONDAY + 3 * HOUR_MS)).toBe(4 * HOUR_MS);
    expect(workingTimeBetween(WEEKDAYS, MONDAY, FRIDAY_EVENING)).toBe(0);
  });

  it('knows the next working day and where a day began', () => {
    expect(nextWorkingDay(WEEKDAYS, FRIDAY_EVENING)).toBe(MONDAY);
    expect(nextWorkingDay(WEEKDAYS, MONDAY - HOUR_MS)).toBe(MONDAY);
    expect(startOfDay({ ...WEEKDAYS, time_zone: 'Asia/Tokyo' }, MONDAY)).toBe(Date.UTC(2026, 10, 22, 15));
  });

  it('counts by UTC in a zone that does not exist', () => {
    expect(afterWorkingTime({ ...WEEKDAYS, time_zone: 'Mars/Base' }, FRIDAY_EVENING, 2 * HOUR_MS)).toBe(
      MONDAY + HOUR_MS,
    );
  });

  it('finds its way back: what passes until the end of a term is the term', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const hours = fc.record({
      time_zone: zones,
      from: fc.integer({ min: 0, max: 12 }),
      to: fc.integer({ min: 13, max: 24 }),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    });
    const at = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2030) });
    fc.assert(
      fc.property(hours, at, fc.integer({ min: 1, max: 10 * DAY_MS }), (when, from, term) => {
        const end = afterWorkingTime(when, from, term);
        expect(end).toBeGreaterThanOrEqual(from + term);
        expect(workingTimeBetween(when, from, end)).toBe(term);
      }),
      { numRuns: 300 },
    );
  });
});
