/** Time as the core sees it: a number handed in, never read from a clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** ISO 8601 in UTC with milliseconds, the only textual form that leaves the system. */
export function isoOf(at: Instant): string {
  return new Date(at).toISOString();
}
