/**
 * Time as reviewers have it: only the hours in which somebody works count. A review that comes in on Friday evening is not overdue on
 * Saturday.
 */
import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { WorkingHours } from '../domain/review-terms.ts';
import { nextSendingTime, wallClockOf } from './sending-window.ts';
import { zoneOffsetMs } from './zone-offset.ts';

const UTC = 'UTC';

/** A zone that does not exist would stop the clock for ever, so UTC stands in for it. */
function zoneOf(hours: WorkingHours, at: Instant): string {
  return zoneOffsetMs(hours.time_zone, at) === null ? UTC : hours.time_zone;
}

/** The next stretch of working time that ends after `at`. */
function stretchFrom(hours: WorkingHours, at: Instant): { readonly from: Instant; readonly to: Instant } {
  const zone = zoneOf(hours, at);
  const from = nextSendingTime(hours, zone, at) ?? at;
  const offset = zoneOffsetMs(zone, from) ?? 0;
  const { day } = wallClockOf(from + offset);
  const to = day * DAY_MS + hours.to * HOUR_MS - offset;
  // A clock that changes within the stretch can put its end before its beginning.
  return { from, to: Math.max(to, from + 1) };
}

/** The moment at which `ms` of working time have passed since `at`. */
export function afterWorkingTime(hours: WorkingHours, at: Instant, ms: number): Instant {
  let left = ms;
  let now = at;
  for (;;) {
    const { from, to } = stretchFrom(hours, now);
    if (left <= to - from) return from + left;
    left -= to - from;
    now = to;
  }
}

/** The working time between two moments; 0 when `to` is not later. */
export function workingTimeBetween(hours: WorkingHours, from: Instant, to: Instant): number {
  let sum = 0;
  let now = from;
  while (now < to) {
    const stretch = stretchFrom(hours, now);
    if (stretch.from >= to) break;
    sum += Math.min(stretch.to, to) - stretch.from;
    now = stretch.to;
  }
  return sum;
}

/** When the working day begins that comes after the one of `at`. */
export function nextWorkingDay(hours: WorkingHours, at: Instant): Instant {
  const { from, to } = stretchFrom(hours, at);
  // Before the hours of a day begin, that day is still to come.
  return from > at ? from : stretchFrom(hours, to).from;
}

/** When the working day of `at` began by the calendar of its zone. */
export function startOfDay(hours: WorkingHours, at: Instant): Instant {
  const offset = zoneOffsetMs(zoneOf(hours, at), at) ?? 0;
  return wallClockOf(at + offset).day * DAY_MS - offset;
}
