/**
 * When a recipient may next be written to: the first moment inside the sending hours of the recipient's own clock. Clocks change, and
 * not always by an hour or at a full hour, so nothing here adds days to a wall time without looking at the zone again.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { calendarDayOf } from '../domain/sending-terms.ts';
import type { SendingHours } from '../domain/sending-terms.ts';
import { zoneOffsetMs } from './zone-offset.ts';

/** Hours on some days of the week, without the holidays that are named by their day of the calendar. */
export interface SendingDays extends SendingHours {
  readonly holidays?: Readonly<Record<string, string>>;
}

/** The hours of somebody on the clock of an IANA zone. */
export interface SendingWindow {
  readonly zone: string;
  readonly hours: SendingDays;
}

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

/** A change of the clock or a holiday can swallow the only sending hour of a week, so two weeks are looked at, and a day more. */
const SEARCH_DAYS = 15;
const SEARCH_MS = SEARCH_DAYS * DAY_MS;

function isSendingDay({ days, holidays }: SendingDays, day: number): boolean {
  return days.includes(weekdayOf(day)) && holidays?.[calendarDayOf(day)] === undefined;
}

/** Time until the sending hours on a clock that does not change; 0 inside them; null when no day is a sending day. */
function waitOnSteadyClock(hours: SendingDays, wall: WallTime): number | null {
  const { day, msOfDay } = wallClockOf(wall);
  const from = hours.from * HOUR_MS;
  if (msOfDay < hours.to * HOUR_MS && isSendingDay(hours, day)) return Math.max(0, from - msOfDay);
  for (let ahead = 1; ahead <= SEARCH_DAYS; ahead += 1) {
    if (isSendingDay(hours, day + ahead)) return ahead * DAY_MS + from - msOfDay;
  }
  return null;
}

/** Looks hour by hour, and minute by minute through an hour in which the clock changes. */
function searchThroughClockChange(hours: SendingDays, zone: string, from: Instant): Instant | null {
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
export function nextSendingTime(hours: SendingDays, zone: string, at: Instant): Instant | null {
  const offset = zoneOffsetMs(zone, at);
  if (offset === null) return null;
  const wait = waitOnSteadyClock(hours, at + offset);
  if (wait === null) return null;
  const next = at + wait;
  // The same offset before and after means that the clock did not change in between: no zone changes twice in two weeks.
  return zoneOffsetMs(zone, next) === offset ? next : searchThroughClockChange(hours, zone, at);
}

/**
 * The first moment from `at` on, and within `searchMs`, that lies in all of these windows; null when there is none. Another window never
 * makes it earlier. It costs least with those windows first that agree the least.
 */
export function firstCommonTime(windows: readonly SendingWindow[], at: Instant, searchMs: number): Instant | null {
  let time = at;
  for (let index = 0; index < windows.length;) {
    const window = windows[index];
    if (window === undefined) break;
    const next = nextSendingTime(window.hours, window.zone, time);
    if (next === null || next - at > searchMs) return null;
    // No window is open before `next` in all of them, so the search goes on from there with all.
    index = next === time ? index + 1 : 0;
    time = next;
  }
  return time;
}
