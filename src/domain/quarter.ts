/** Quarters of the calendar in UTC, written as in `2026-Q4`. */
import { z } from 'zod';

import type { Instant } from './instant.ts';

export const quarterSchema = z.string().regex(/^\d{4}-Q[1-4]$/, 'a quarter such as 2026-Q4');

/** The quarter that a moment is in. */
export function quarterOf(at: Instant): string {
  const date = new Date(at);
  return `${date.getUTCFullYear()}-Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
}

/** Its first moment, and the first moment after it. `quarter` has passed `quarterSchema`. */
export function spanOfQuarter(quarter: string): { readonly from: Instant; readonly to: Instant } {
  const year = Number(quarter.slice(0, 4));
  const first = (Number(quarter.slice(-1)) - 1) * 3;
  return { from: Date.UTC(year, first), to: Date.UTC(year, first + 3) };
}
