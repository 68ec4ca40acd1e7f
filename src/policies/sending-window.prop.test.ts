import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import type { SendingHours } from '../domain/sending-terms.ts';
import { firstCommonTime, nextSendingTime } from './sending-window.ts';
import type { SendingDays, SendingWindow } from './sending-window.ts';

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Chatham',
] as const;
/** Weekends on which one of these clocks changes, and one on which none does. */
const NEAR = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2026-06-14',
  '2027-02-07',
  '2027-03-14',
];

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map<string, Intl.DateTimeFormat>(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }),
  ]),
);

/** Asks the runtime for day, weekday and hour, and computes nothing. */
function isOpen(hours: SendingDays, zone: string, at: number): boolean {
  const parts = clocks.get(zone)?.formatToParts(at) ?? [];
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const hour = Number(read('hour'));
  if (hours.holidays?.[`${read('year')}-${read('month')}-${read('day')}`] !== undefined) return false;
  return hours.days.includes(WEEKDAYS.indexOf(read('weekday')) + 1) && hour >= hours.from && hour < hours.to;
}

const anyHours: fc.Arbitrary<SendingHours> = fc
  .record({
    from: fc.integer({ min: 0, max: 23 }),
    length: fc.integer({ min: 1, max: 24 }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
  })
  .map(({ from, length, days }) => ({ from, to: Math.min(24, from + length), days }));

/** A holiday or some around the days on which clocks change. */
const anyDays: fc.Arbitrary<SendingDays> = fc
  .tuple(
    anyHours,
    fc.dictionary(
      fc
        .tuple(fc.constantFrom(...NEAR), fc.integer({ min: -3, max: 3 }))
        .map(([day, ahead]) => new Date(Date.parse(day) + ahead * DAY_MS).toISOString().slice(0, 10)),
      fc.constant('Holiday'),
      { maxKeys: 6 },
    ),
  )
  .map(([hours, holidays]) => ({ ...hours, holidays }));

test('the time found is a sending hour, and no minute before it is one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      anyDays,
      fc.constantFrom(...NEAR),
      fc.integer({ min: -3 * DAY_MS, max: DAY_MS }),
      (zone, hours, day, offset) => {
        const at = Date.parse(day) + offset;
        const next = nextSendingTime(hours, zone, at) ?? Number.NaN;
        expect(next).toBeGreaterThanOrEqual(at);
        expect(isOpen(hours, zone, next)).toBe(true);
        let first = at;
        while (first < next && !isOpen(hours, zone, first)) first += MINUTE_MS;
        expect(first).toBeGreaterThanOrEqual(next);
        expect(next === at || !isOpen(hours, zone, next - 1)).toBe(true);
      },
    ),
    { numRuns: 120 },
  );
}, 60_000);

const anyWindow: fc.Arbitrary<SendingWindow> = fc
  .record({ zone: fc.constantFrom(...ZONES), from: fc.integer({ min: 0, max: 9 }), days: anyDays })
  .map(({ zone, from, days }) => ({ zone, hours: { ...days, from, to: from + 14, days: [1, 2, 3, 5, 6, 7] } }));
const WEEK_MS = 7 * DAY_MS;

test('the common time lies in every window, no minute before it does, and one window more never makes it earlier', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(anyWindow, { minLength: 1, maxLength: 4 }),
      anyWindow,
      fc.constantFrom(...NEAR),
      fc.integer({ min: -3 * DAY_MS, max: DAY_MS }),
      (windows, another, day, offset) => {
        const at = Date.parse(day) + offset;
        const isOpenInAll = (moment: number) => windows.every(({ hours, zone }) => isOpen(hours, zone, moment));
        const time = firstCommonTime(windows, at, WEEK_MS);
        const first = time ?? at + WEEK_MS;
        found += Number(time !== null);
        expect(time === null || isOpenInAll(time)).toBe(true);
        // Quarters of an hour: every clock here changes, and every window opens, at one of them.
        const step = 15 * MINUTE_MS;
        for (let before = Math.ceil(at / step) * step; before < first; before += step)
          expect([before, isOpenInAll(before)]).toEqual([before, false]);
        const stricter = firstCommonTime([...windows, another], at, WEEK_MS) ?? Number.POSITIVE_INFINITY;
        expect(stricter).toBeGreaterThanOrEqual(time ?? Number.POSITIVE_INFINITY);
        expect(firstCommonTime(windows.toReversed(), at, WEEK_MS)).toBe(time);
      },
    ),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(20);
}, 60_000);
