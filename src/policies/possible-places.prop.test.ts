import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { GuardState } from '../domain/guard.ts';
import { DAY_MS } from '../domain/instant.ts';
import { quietHoursCheck } from './checks/quiet-hours.check.ts';
import { zonesOfCountry } from './country-zones.ts';
import { CONTACT, EMAIL, factsWith, policyWith } from './gate.fixture.ts';

const COUNTRIES = ['US', 'AU', 'BR', 'CA', 'MX', 'ES', 'PT', 'MA', 'NP', 'FR', 'NZ', 'RU'] as const;
/** Weekends on which clocks change somewhere, and a Wednesday. */
const NEAR = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01', '2027-02-07'];

const clocks = new Map<string, Intl.DateTimeFormat>();
/** The day, weekday and hour as the runtime says them. */
function clockIn(timeZone: string, at: number) {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  clocks.set(timeZone, clock);
  const parts = clock.formatToParts(at);
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return {
    day: `${read('year')}-${read('month')}-${read('day')}`,
    weekday: read('weekday'),
    hour: Number(read('hour')),
  };
}

const anySituation = fc.record({
  country: fc.constantFrom(...COUNTRIES),
  zone: fc.nat(40),
  from: fc.integer({ min: 0, max: 10 }),
  length: fc.integer({ min: 6, max: 24 }),
  at: fc
    .tuple(fc.constantFrom(...NEAR), fc.integer({ min: -4 * DAY_MS, max: 2 * DAY_MS }))
    .map(([day, offset]) => Date.parse(day) + offset),
});

test('the time found is right on every clock that is possible, and knowing less never makes it earlier', () => {
  let found = 0;
  fc.assert(
    fc.property(anySituation, ({ country, zone, from, length, at }) => {
      const holiday = clockIn('UTC', at + DAY_MS).day;
      const list = { source: 'made up', from: '2026-01-01', to: '2027-12-31', days: { [holiday]: 'Holiday' } };
      const to = Math.min(24, from + length);
      const policy = policyWith({
        sending_hours: { from, to, days: [1, 2, 3, 4, 5] },
        sending: { holidays: { unlisted: 'send', lists: { US: list, FR: list, AU: list } } },
      });
      const timeOf = (known: Partial<GuardState>) => {
        const contact = { ...CONTACT, ...known };
        if (known.time_zone === undefined) delete contact.time_zone;
        const result = quietHoursCheck({ ...EMAIL, at }, factsWith({ contact }), policy);
        expect(result.outcome === 'hold' ? result.code : 'time_zone_unknown').toBe('time_zone_unknown');
        return result.outcome === 'hold' ? Number.POSITIVE_INFINITY : (result.next_at ?? at);
      };
      const zones = zonesOfCountry(country);
      const its = zones[zone % zones.length] ?? '';
      const whole = timeOf({ country, time_zone: its });
      const countryAlone = timeOf({ country });
      const zoneAlone = timeOf({ time_zone: its });
      const nothing = timeOf({});
      expect(countryAlone).toBeGreaterThanOrEqual(whole);
      expect(zoneAlone).toBeGreaterThanOrEqual(whole);
      expect(nothing).toBeGreaterThanOrEqual(Math.max(countryAlone, zoneAlone));
      if (countryAlone === Number.POSITIVE_INFINITY) return;
      found += 1;
      for (const possible of zones) {
        const { day, weekday, hour } = clockIn(possible, countryAlone);
        expect(['Sat', 'Sun']).not.toContain(weekday);
        expect(hour).toBeGreaterThanOrEqual(from);
        expect(hour).toBeLessThan(to);
        expect(['US', 'FR', 'AU'].includes(country) && day === holiday).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(60);
}, 60_000);
