import { expect, test } from 'vitest';

import type { SendingHours } from '../domain/sending-terms.ts';
import { nextSendingTime } from './sending-window.ts';

const OFFICE: SendingHours = { from: 8, to: 18, days: [1, 2, 3, 4, 5] };
const ALWAYS = [1, 2, 3, 4, 5, 6, 7];

function next(hours: SendingHours, zone: string, iso: string): string | null {
  const at = nextSendingTime(hours, zone, Date.parse(iso));
  return at === null ? null : new Date(at).toISOString().replace(':00.000Z', 'Z');
}

test.each([
  ['Europe/Paris', '2026-11-18T07:00Z', '2026-11-18T07:00Z', 'on the first moment'],
  ['Europe/Paris', '2026-11-18T17:00Z', '2026-11-19T07:00Z', 'after the last'],
  ['Europe/Paris', '2026-11-18T03:00Z', '2026-11-18T07:00Z', 'before the first'],
  ['Europe/Paris', '2026-03-27T20:00Z', '2026-03-30T06:00Z', 'over the weekend in which the clock goes forward'],
  ['Europe/Paris', '2026-10-23T20:00Z', '2026-10-26T07:00Z', 'over the weekend in which it goes back'],
  ['America/New_York', '2026-03-06T23:30Z', '2026-03-09T12:00Z', 'over the weekend in which it goes forward there'],
  ['America/New_York', '2026-10-30T23:30Z', '2026-11-02T13:00Z', 'over the weekend in which it goes back there'],
  ['Asia/Kolkata', '2026-11-18T12:30Z', '2026-11-19T02:30Z', 'in a zone of half hours'],
  ['Australia/Lord_Howe', '2026-10-02T08:00Z', '2026-10-04T21:00Z', 'over a change by half an hour'],
  ['Australia/Lord_Howe', '2026-04-03T08:00Z', '2026-04-05T21:30Z', 'over one back'],
  ['Pacific/Apia', '2011-12-30T05:00Z', '2012-01-01T18:00Z', 'over the Friday that never was'],
])('in %s from %s it is %s: %s', (zone, iso, expected) => {
  expect(next(OFFICE, zone, iso)).toBe(expected);
});

test('an hour that the clock leaves out on the one sending day comes a week later', () => {
  const lost: SendingHours = { from: 2, to: 3, days: [7] };
  expect(next(lost, 'Europe/Paris', '2026-03-28T12:00Z')).toBe('2026-04-05T00:00Z');
});

test('hours that begin in the gap begin with the new time', () => {
  expect(next({ from: 2, to: 6, days: [7] }, 'Europe/Paris', '2026-03-28T12:00Z')).toBe('2026-03-29T01:00Z');
});

test('an hour that comes twice is a sending hour twice', () => {
  const twice: SendingHours = { from: 2, to: 3, days: [7] };
  expect(next(twice, 'Europe/Paris', '2026-10-24T12:00Z')).toBe('2026-10-25T00:00Z');
  expect(next(twice, 'Europe/Paris', '2026-10-25T00:30Z')).toBe('2026-10-25T00:30Z');
  expect(next(twice, 'Europe/Paris', '2026-10-25T01:30Z')).toBe('2026-10-25T01:30Z');
  expect(next(twice, 'Europe/Paris', '2026-10-25T02:00Z')).toBe('2026-11-01T01:00Z');
});

test('all day every day is always', () => {
  expect(next({ from: 0, to: 24, days: ALWAYS }, 'Europe/Paris', '2026-03-29T01:00Z')).toBe('2026-03-29T01:00Z');
});

test('there is none in no zone and on no day', () => {
  expect(next(OFFICE, 'Mars/Olympus', '2026-11-18T07:00Z')).toBeNull();
  expect(next({ ...OFFICE, days: [] }, 'Europe/Paris', '2026-11-18T07:00Z')).toBeNull();
});
