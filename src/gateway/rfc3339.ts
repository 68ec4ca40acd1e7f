/**
 * Reads the time of an event. `Date.parse` is no border: it accepts local times, rolls 31 April over into May, and differs between
 * engines. This accepts exactly the timestamps of RFC 3339, with any offset, any fraction, and a leap second where one can be.
 *
 * Source: RFC 3339, section 5.6 and the restrictions of section 5.7.
 */
import type { Instant } from '../domain/instant.ts';

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,32}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const DAY_MINUTES = 24 * 60;

/** Milliseconds since 1970, digits beyond the millisecond cut off; null when the text is no RFC 3339 timestamp. */
export function parseRfc3339(text: string): Instant | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const [offsetHour, offsetMinute] = [part(9), part(10)];
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60) return null;
  if (offsetHour > 23 || offsetMinute > 59) return null;

  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  if (second === 60 && !isLastMinuteOfDay(hour * 60 + minute - offset)) return null;
  const millis = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999, so the year is set by itself.
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute - offset, second, millis);
  return at.getTime();
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** Leap seconds are inserted at 23:59:60 UTC only. */
function isLastMinuteOfDay(utcMinutes: number): boolean {
  return (utcMinutes + 2 * DAY_MINUTES) % DAY_MINUTES === DAY_MINUTES - 1;
}
