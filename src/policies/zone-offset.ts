/**
 * How far a zone's clock is from UTC at a moment. The runtime's own zone data says so, but asking it costs microseconds and the gate
 * asks thousands of times a second, so answers are remembered by zone and hour. Remembering changes no answer: an hour inside which
 * a clock changes is never remembered as a whole.
 */
import { HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Offset in ms by hour since the epoch; NaN for an hour inside which the clock changes. */
  readonly offsets: Map<number, number>;
}

/** All zones there are fit; more than that are misspellings of a broken source. */
const ZONES_MAX = 1_000;
/** Six weeks of hours: enough for today and for a search of the next sending hours. */
const HOURS_MAX = 1_024;

/** Null for a name that is no zone. */
const zones = new Map<string, Zone | null>();

function zoneNamed(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  let zone: Zone | null = null;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    zone = { format, offsets: new Map() };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (zones.size >= ZONES_MAX) zones.clear();
  zones.set(name, zone);
  return zone;
}

function offsetByCalendar(format: Intl.DateTimeFormat, at: Instant): number {
  const field: Record<string, number> = {};
  for (const part of format.formatToParts(new Date(at))) field[part.type] = Number(part.value);
  const read = (name: string): number => field[name] ?? Number.NaN;
  const local = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), read('second'));
  return local - Math.floor(at / SECOND_MS) * SECOND_MS;
}

/**
 * What to add to a moment in UTC to get the wall clock of an IANA zone, in ms: 3,600,000 for Paris in winter. Null when there is no
 * such zone. Throws `RangeError` on a time that is no date.
 */
export function zoneOffsetMs(name: string, at: Instant): number | null {
  const zone = zoneNamed(name);
  if (zone === null) return null;
  const hour = Math.floor(at / HOUR_MS);
  let offset = zone.offsets.get(hour);
  if (offset === undefined) {
    const first = offsetByCalendar(zone.format, hour * HOUR_MS);
    const last = offsetByCalendar(zone.format, (hour + 1) * HOUR_MS - 1);
    offset = first === last ? first : Number.NaN;
    if (zone.offsets.size >= HOURS_MAX) zone.offsets.clear();
    zone.offsets.set(hour, offset);
  }
  return Number.isNaN(offset) ? offsetByCalendar(zone.format, at) : offset;
}
