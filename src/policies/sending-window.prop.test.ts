import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import { nextSendingTime } from './sending-window.ts';
import type { SendingHours } from './sending-window.ts';

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
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
];

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' }),
  ]),
);

/** Asks the runtime for weekday and hour, and computes nothing. */
function isOpen(hours: SendingHours, zone: (typeof ZONES)[number], at: number): boolean {
  const parts = clocks.get(zone)?.formatToParts(at) ?? [];
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const hour = Number(read('hour'));
  return hours.days.includes(WEEKDAYS.indexOf(read('weekday')) + 1) && hour >= hours.from && hour < hours.to;
}

const anyHours: fc.Arbitrary<SendingHours> = fc
  .record({
    from: fc.integer({ min: 0, max: 23 }),
    length: fc.integer({ min: 1, max: 24 }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
  })
  .map(({ from, length, days }) => ({ from, to: Math.min(24, from + length), days }));

test('the time found is a sending hour, and no minute before it is one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      anyHours,
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
