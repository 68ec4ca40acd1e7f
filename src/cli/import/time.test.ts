import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { timeReader } from './time.ts';

function iso(format: Parameters<typeof timeReader>[0], zone: string, text: string): string | null {
  const at = timeReader(format, zone).read(text);
  return at === null ? null : new Date(at).toISOString();
}

describe('local times', () => {
  test.each([
    ['UTC', '2018-02-26', '2018-02-26T00:00:00.000Z'],
    ['America/Sao_Paulo', '2018-02-26', '2018-02-26T03:00:00.000Z'],
    ['America/Sao_Paulo', '2018-01-26', '2018-01-26T02:00:00.000Z'],
    // Clocks went from 00:00 to 01:00: the day has no midnight.
    ['America/Sao_Paulo', '2017-10-15', '2017-10-15T03:00:00.000Z'],
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
    ['Asia/Kathmandu', '2018-02-26', '2018-02-25T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2018-02-26', '2018-02-25T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2018-02-26', '2018-02-26T11:00:00.000Z'],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ])('%s %s', (zone, text, expected) => expect(iso('date', zone, text)).toBe(expected));

  test.each([
    ['Europe/Paris', '2018-03-25 01:59:59', '2018-03-25T00:59:59.000Z'],
    // 02:30 was jumped over: half an hour behind the jump.
    ['Europe/Paris', '2018-03-25 02:30:00', '2018-03-25T01:30:00.000Z'],
    ['Europe/Paris', '2018-03-25 03:00:00', '2018-03-25T01:00:00.000Z'],
    // 02:30 was twice: the first of the two.
    ['Europe/Paris', '2018-10-28 02:30:00', '2018-10-28T00:30:00.000Z'],
    ['Europe/Paris', '2018-10-28 03:00:00', '2018-10-28T02:00:00.000Z'],
    ['America/Sao_Paulo', '2018-02-17 23:30:00', '2018-02-18T01:30:00.000Z'],
    ['Australia/Lord_Howe', '2018-04-01 01:45:00', '2018-03-31T14:45:00.000Z'],
    ['UTC', '2018-02-26T19:58', '2018-02-26T19:58:00.000Z'],
    ['UTC', '2020-03-04 05:06:07.1239', '2020-03-04T05:06:07.123Z'],
  ])('%s %s', (zone, text, expected) => expect(iso('datetime', zone, text)).toBe(expected));

  test.each(['2018-02-29', '2018-13-01', '2018-00-10', '18-02-26', '2018-2-6', '26/02/2018', '0000-00-00', '', ' '])(
    'the date %j does not exist',
    (text) => expect(iso('date', 'UTC', text)).toBeNull(),
  );

  test.each(['2018-02-26', '2018-02-26 24:00:00', '2018-02-26 12:60:00', '2018-02-26 12:00:60', '2018-02-26 7:00'])(
    'the time %j does not exist',
    (text) => expect(iso('datetime', 'UTC', text)).toBeNull(),
  );

  test('every wall time of a zone is found again', () => {
    const zone = 'America/New_York';
    const reader = timeReader('datetime', zone);
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
        const text = wall.format(new Date(seconds * 1_000));
        const at = reader.read(text);
        expect(at).not.toBeNull();
        expect(wall.format(new Date(at ?? 0))).toBe(text);
      }),
    );
  });
});

describe('absolute times', () => {
  test.each([
    ['2018-02-26T19:58:54Z', '2018-02-26T19:58:54.000Z'],
    ['2020-03-04 05:06:07.5-03:00', '2020-03-04T08:06:07.500Z'],
    ['2018-02-26T19:58+0530', '2018-02-26T14:28:00.000Z'],
  ])('%s', (text, expected) => expect(iso('iso', 'Europe/Paris', text)).toBe(expected));

  test.each(['2018-02-26T19:58:54', '2018-02-26', '2018-02-26T19:58:54+24:00', 'yesterday'])('%j is refused', (text) =>
    expect(iso('iso', 'UTC', text)).toBeNull(),
  );

  test('since 1970', () => {
    expect(iso('epoch_ms', 'UTC', '1519675134123')).toBe('2018-02-26T19:58:54.123Z');
    expect(iso('epoch_s', 'UTC', '1519675134')).toBe('2018-02-26T19:58:54.000Z');
    expect(iso('epoch_s', 'UTC', '1519675134.25')).toBe('2018-02-26T19:58:54.250Z');
    expect(iso('epoch_ms', 'UTC', '1519675134.5')).toBeNull();
    expect(iso('epoch_ms', 'UTC', '1e12')).toBeNull();
    expect(iso('epoch_s', 'UTC', '999999999999')).toBeNull();
  });
});
