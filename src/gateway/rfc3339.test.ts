/** The border of time: what is a timestamp, and which instant it is. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseRfc3339 } from './rfc3339.ts';

describe('accepts', () => {
  test.each([
    ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
    ['1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57)],
    ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1)],
    ['1990-12-31T15:59:60-08:00', Date.UTC(1991, 0, 1)],
    ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
    ['2024-02-29t00:00:00z', Date.UTC(2024, 1, 29)],
    ['2026-11-21T10:00:00.123456789Z', Date.UTC(2026, 10, 21, 10, 0, 0, 123)],
    ['2026-11-21T10:00:00-00:00', Date.UTC(2026, 10, 21, 10)],
    ['1970-01-01T00:00:00Z', 0],
  ])('%s', (text, expected) => {
    expect(parseRfc3339(text)).toBe(expected);
  });

  test('the first centuries, which Date.UTC would move', () => {
    expect(new Date(parseRfc3339('0001-01-01T00:00:00Z') ?? 0).toISOString()).toBe('0001-01-01T00:00:00.000Z');
    expect(new Date(parseRfc3339('0099-03-01T00:00:00Z') ?? 0).toISOString()).toBe('0099-03-01T00:00:00.000Z');
  });

  test('every instant, in every offset', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9998-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: -23 * 60, max: 23 * 60 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const minutes = Math.abs(offset);
        const pad = (value: number): string => String(value).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
        expect(parseRfc3339(`${local}${zone}`)).toBe(date.getTime());
      }),
    );
  });
});

describe('refuses', () => {
  test.each([
    '',
    'yesterday',
    '2026-11-21',
    '2026-11-21T10:00:00',
    '2026-11-21 10:00:00Z',
    '2026-11-21T10:00Z',
    '2026-04-31T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T12:00:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00+0100',
    '+002026-01-01T00:00:00Z',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '２026-01-01T00:00:00Z',
  ])('%j', (text) => {
    expect(parseRfc3339(text)).toBeNull();
  });
});
