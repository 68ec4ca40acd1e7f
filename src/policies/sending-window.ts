/**
 * When a recipient may next be written to: the first moment inside the sending hours of the recipient's own clock. Clocks change, and
 * not always by an hour or at a full hour, so nothing here adds days to a wall time without looking at the zone again.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { zoneOffsetMs } from './zone-offset.ts';

export type SendingHours = Policy['sending_hours'];

/** A wall clock as ms since 1970-01-01T00:00 of that clock. */
type WallTime = number;

/** The weekday of a day counted from 1970-01-01, a Thursday: 1 for Monday to 7 for Sunday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

export function wallClockOf(wall: WallTime): {
  readonly weekday: number;
  readonly msOfDay: number;
  readonly day: number;
} {
  const day = Math.floor(wall / DAY_MS);
  return { day, weekday: weekdayOf(day), msOfDay: wall - day * DAY_MS };
}

/** Time until the sending hours on a clock that does not change; 0 inside them; null when no day is a sending day. */
function waitOnSteadyClock(hours: SendingHours, wall: WallTime): number | null {
  const { day, weekday, msOfDay } = wallClockOf(wall);
  const from = hours.from * HOUR_MS;
  if (hours.days.includes(weekday) && msOfDay < hours.to * HOUR_MS) return Math.max(0, from - msOfDay);
  for (let ahead = 1; ahead <= 7; ahead += 1) {
    if (hours.days.includes(weekdayOf(day + ahead))) return ahead * DAY_MS + from - msOfDay;
  }
  return null;
}

/** A change of the clock can swallow the only sending hour of a week, so two weeks are looked at, and a day more. */
const SEARCH_MS = 15 * DAY_MS;

/** Looks hour by hour, and minute by minute through an hour in which the clock changes. */
function searchThroughClockChange(hours: SendingHours, zone: string, from: Instant): Instant | null {
  let at = from;
  while (at < from + SEARCH_MS) {
    const hourEnd = (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
    const offset = zoneOffsetMs(zone, at);
    if (offset === null) return null;
    const steadyUntil =
      offset === zoneOffsetMs(zone, hourEnd - 1) ? hourEnd : (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS;
    const wait = waitOnSteadyClock(hours, at + offset);
    if (wait === null) return null;
    if (at + wait < steadyUntil) return at + wait;
    at = steadyUntil;
  }
  return null;
}

/**
 * The first moment from `at` on that lies in the sending hours on the clock of the zone; `at` itself when it does. Null when there
 * is no such zone, or no sending hour within two weeks. Throws `RangeError` on a time that is no date.
 */
export function nextSendingTime(hours: SendingHours, zone: string, at: Instant): Instant | null {
  const offset = zoneOffsetMs(zone, at);
  if (offset === null) return null;
  const wait = waitOnSteadyClock(hours, at + offset);
  if (wait === null) return null;
  const next = at + wait;
  // The same offset before and after means that the clock did not change in between: no zone changes twice in a week.
  return zoneOffsetMs(zone, next) === offset ? next : searchThroughClockChange(hours, zone, at);
}
