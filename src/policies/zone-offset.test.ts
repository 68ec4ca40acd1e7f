import { describe, expect, test } from 'vitest';

import { HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import { zoneOffsetMs } from './zone-offset.ts';

const hours = (zone: string, iso: string) => (zoneOffsetMs(zone, Date.parse(iso)) ?? Number.NaN) / HOUR_MS;

test.each([
  ['UTC', '2026-07-01T00:00:00Z', 0],
  ['Europe/Paris', '2026-01-15T12:00:00Z', 1],
  ['Europe/Paris', '2026-07-15T12:00:00Z', 2],
  ['America/New_York', '2026-01-15T12:00:00Z', -5],
  ['Asia/Kolkata', '2026-01-15T12:00:00Z', 5.5],
  ['Asia/Kathmandu', '2026-01-15T12:00:00Z', 5.75],
  ['Pacific/Kiritimati', '2026-01-15T12:00:00Z', 14],
  ['Europe/Paris', '1960-07-15T12:00:00Z', 1],
])('%s at %s is %f hours ahead', (zone, iso, offset) => {
  expect(hours(zone, iso)).toBe(offset);
});

describe('to the millisecond', () => {
  test.each([
    // The clock goes forward at 01:00 UTC, inside no hour of UTC but between two.
    ['Europe/Paris', '2026-03-29T01:00:00Z', 1, 2],
    ['Europe/Paris', '2026-10-25T01:00:00Z', 2, 1],
    ['America/New_York', '2026-03-08T07:00:00Z', -5, -4],
    // By half an hour, at half past an hour of UTC.
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 10.5, 11],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 11, 10.5],
    // One minute after midnight, and the day that Samoa left out.
    ['America/St_Johns', '2011-03-13T03:31:00Z', -3.5, -2.5],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', -10, 14],
  ])('%s changes at %s from %f to %f', (zone, iso, before, after) => {
    const at = Date.parse(iso);
    const read = (instant: number) => (zoneOffsetMs(zone, instant) ?? Number.NaN) / HOUR_MS;
    expect([read(at - 1), read(at), read(at + 40 * MINUTE_MS), read(at - 31 * MINUTE_MS)]).toEqual([
      before,
      after,
      after,
      before,
    ]);
  });
});

test('a name that is no zone has none, each time', () => {
  for (const zone of ['Mars/Olympus', '', 'Mars/Olympus']) expect(zoneOffsetMs(zone, 0)).toBeNull();
});

test('a time that is no date throws', () => {
  expect(() => zoneOffsetMs('UTC', Number.NaN)).toThrow(RangeError);
  expect(() => zoneOffsetMs('UTC', 9e15)).toThrow(RangeError);
});

test('forgetting does not change an answer', () => {
  const start = Date.parse('2026-03-01T00:00:00Z');
  const read = () => Array.from({ length: 2_500 }, (_, hour) => zoneOffsetMs('Europe/Paris', start + hour * HOUR_MS));
  const first = read();
  for (let name = 0; name < 1_100; name += 1) zoneOffsetMs(`No/Zone${name}`, start);
  expect(read()).toEqual(first);
});
