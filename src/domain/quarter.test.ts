import { expect, it } from 'vitest';

import { quarterOf, quarterSchema, spanOfQuarter } from './quarter.ts';

it('goes by the calendar in UTC', () => {
  expect(quarterOf(Date.UTC(2026, 8, 30, 23, 59, 59, 999))).toBe('2026-Q3');
  expect(quarterOf(Date.UTC(2026, 9, 1))).toBe('2026-Q4');
  expect(spanOfQuarter('2026-Q4')).toEqual({ from: Date.UTC(2026, 9, 1), to: Date.UTC(2027, 0, 1) });
  for (const wrong of ['2026-Q5', '2026', 'Q4-2026']) expect(quarterSchema.safeParse(wrong).success).toBe(false);
});

it('every moment lies in the span of its quarter', () => {
  for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2026, 0, 1); at += 7 * 3_600_000 + 1) {
    const { from, to } = spanOfQuarter(quarterOf(at));
    expect(from <= at && at < to).toBe(true);
  }
});
