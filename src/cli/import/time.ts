/**
 * Reads the times of files. A date or a date with a time is on the wall of the map's zone; where that wall showed the time twice the
 * earlier one counts, and where clocks jumped over it the time after the jump, as far behind it as was written. Zones whose clocks
 * change at midnight have days without a midnight: such a day begins at one o'clock.
 */
import type { Instant } from '../../domain/instant.ts';
import { DAY_MS, SECOND_MS } from '../../domain/instant.ts';
import type { TimeFormat } from './map-schema.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[ Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;

/** Before this year a file holds a placeholder or a misreading, not a time. */
const YEAR_MIN = 1900;

const EXAMPLES: Record<TimeFormat, string> = {
  date: 'a date such as 2018-02-26',
  datetime: 'a date and time such as 2020-03-04 05:06:07',
  iso: 'a time with its offset such as 2018-02-26T19:58:54Z',
  epoch_ms: 'milliseconds since 1970 as a whole number',
  epoch_s: 'seconds since 1970',
};

export interface TimeReader {
  /** Null when the text is no time of the format, or no time that exists. */
  read(text: string): Instant | null;
  /** What a time of the format looks like. */
  readonly expected: string;
}

export function timeReader(format: TimeFormat, zone: string): TimeReader {
  const expected = EXAMPLES[format];
  switch (format) {
    case 'date':
    case 'datetime': {
      const clock = new ZoneClock(zone);
      const pattern = format === 'date' ? DATE : DATETIME;
      return { expected, read: (text) => readLocal(pattern.exec(text), clock) };
    }
    case 'iso':
      return { expected, read: readIso };
    case 'epoch_ms':
      return { expected, read: (text) => (/^-?\d{1,15}$/.test(text) ? inRange(Number(text)) : null) };
    case 'epoch_s':
      return {
        expected,
        read: (text) => (/^-?\d{1,12}(\.\d{1,9})?$/.test(text) ? inRange(Math.round(Number(text) * SECOND_MS)) : null),
      };
  }
}

function readLocal(match: RegExpExecArray | null, clock: ZoneClock): Instant | null {
  const wall = match === null ? null : wallTime(match);
  return wall === null ? null : clock.instantOf(wall);
}

function readIso(text: string): Instant | null {
  const match = ISO.exec(text);
  const wall = match === null ? null : wallTime(match);
  if (match === null || wall === null) return null;
  const [hours, minutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (hours > 23 || minutes > 59) return null;
  const offset = (hours * 60 + minutes) * 60 * SECOND_MS;
  return inRange(match[9] === '-' ? wall + offset : wall - offset);
}

/** The written date and time as if it were in UTC; null when there is no such day or time. */
function wallTime(match: RegExpExecArray): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (year < YEAR_MIN || hour > 23 || minute > 59 || second > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return at + Math.trunc(Number(`0.${match[7] ?? '0'}`) * SECOND_MS);
}

function inRange(at: number): Instant | null {
  if (!Number.isSafeInteger(at)) return null;
  const year = new Date(at).getUTCFullYear();
  return year >= YEAR_MIN && year <= 9999 ? at : null;
}

/** Offsets of a zone from UTC, which the runtime knows for every moment but only in one direction. */
class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** The last answers by moment: a file asks for the same days again and again. */
  readonly #offsets = new Map<Instant, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  instantOf(wall: number): Instant {
    // A day before and after, every zone has the offset from before and after a change near this time.
    const before = this.#offsetAt(wall - DAY_MS);
    const after = this.#offsetAt(wall + DAY_MS);
    const fits = [wall - before, wall - after].filter((at) => wall - at === this.#offsetAt(at));
    return fits.length > 0 ? Math.min(...fits) : wall - before;
  }

  #offsetAt(at: Instant): number {
    const known = this.#offsets.get(at);
    if (known !== undefined) return known;
    const parts = new Map(this.#format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
    const field = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
    const [year, month, day] = [field('year'), field('month'), field('day')];
    const wall = Date.UTC(year, month - 1, day, field('hour'), field('minute'), field('second'));
    const offset = wall - Math.floor(at / SECOND_MS) * SECOND_MS;
    if (this.#offsets.size >= 10_000) this.#offsets.clear();
    this.#offsets.set(at, offset);
    return offset;
  }
}
