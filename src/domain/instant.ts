/** Time as the core sees it: a number handed in, never read from a clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** 9999-12-31T23:59:59Z: the end of what ends by an act of somebody only, such as the lock of a person. */
export const UNTIL_RELEASED: Instant = 253_402_300_799_000;

/** ISO 8601 in UTC with milliseconds, the only textual form that leaves the system. */
export function isoOf(at: Instant): string {
  return new Date(at).toISOString();
}
