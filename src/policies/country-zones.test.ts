import { expect, test } from 'vitest';

import { isTimeZone } from '../domain/entity.ts';
import { allCountries, allZones, countriesOfZone, zonesOfCountry } from './country-zones.ts';
import { zoneOfCountry } from './single-zone-countries.ts';
import { zoneOffsetMs } from './zone-offset.ts';

test('every country is an ISO code, and every zone one that the runtime knows', () => {
  expect(allCountries().length).toBeGreaterThan(240);
  for (const country of allCountries()) {
    expect(country).toMatch(/^[A-Z]{2}$/);
    expect(zonesOfCountry(country).length).toBeGreaterThan(0);
  }
  expect(allZones().filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(new Set(allZones()).size).toBe(allZones().length);
});

test('a country has the zones in which its people live', () => {
  expect(zonesOfCountry('FR')).toEqual(['Europe/Paris']);
  expect(zonesOfCountry('US')).toEqual(
    expect.arrayContaining(['America/New_York', 'America/Phoenix', 'America/Anchorage', 'Pacific/Honolulu']),
  );
  expect(zonesOfCountry('AU')).toContain('Australia/Lord_Howe');
  for (const none of ['XX', 'fr', '', 'constructor']) expect(zonesOfCountry(none)).toEqual([]);
});

test('a zone has the countries that keep its clock', () => {
  expect(countriesOfZone('Europe/Paris')).toEqual(expect.arrayContaining(['FR', 'MC']));
  expect(countriesOfZone('Europe/Stockholm')).toEqual(['SE']);
  for (const none of ['UTC', 'Mars/Olympus', 'constructor']) expect(countriesOfZone(none)).toEqual([]);
});

test('the furthest clocks come first', () => {
  const [ahead = '', behind = ''] = allZones();
  for (const month of [0, 6]) {
    const at = Date.UTC(2026, month, 15);
    const offsets = allZones().map((zone) => zoneOffsetMs(zone, at) ?? Number.NaN);
    expect(Math.max(...offsets)).toBe(zoneOffsetMs(ahead, at));
    expect(Math.min(...offsets)).toBe(zoneOffsetMs(behind, at));
  }
});

test('a country that had one zone for earlier gates has one clock here', () => {
  const before = allCountries().filter((country) => zoneOfCountry(country) !== null);
  expect(before.length).toBeGreaterThan(40);
  for (const country of before) {
    for (let month = 0; month < 12; month += 1) {
      const at = Date.UTC(2026, month, 15);
      const clocks = new Set(
        [zoneOfCountry(country) ?? '', ...zonesOfCountry(country)].map((zone) => zoneOffsetMs(zone, at)),
      );
      expect([country, clocks.size]).toEqual([country, 1]);
    }
  }
});
