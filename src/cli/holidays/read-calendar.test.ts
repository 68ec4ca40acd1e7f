import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { temporaryDataDir } from '../cli.fixture.ts';
import { readCalendar } from './read-calendar.ts';

function fileOf(name: string, ...lines: readonly string[]): string {
  const path = join(temporaryDataDir(), name);
  writeFileSync(path, lines.join('\r\n'));
  return path;
}

const icsOf = (...lines: readonly string[]) => fileOf('made-up.ics', 'BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', '');
const eventOf = (...lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];

describe('an iCalendar', () => {
  test('has a day for each day of its events, whose end is the day after', async () => {
    const path = icsOf(
      'VERSION:2.0',
      'BEGIN:VTIMEZONE',
      'DTSTART:19701025T030000',
      'END:VTIMEZONE',
      ...eventOf('DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261227', 'SUMMARY:Long\\, and ', ' folded'),
      ...eventOf('DTSTART;VALUE=DATE:20270101', 'SUMMARY;LANGUAGE="en:x":New year'),
      ...eventOf('DTSTART;VALUE=DATE:20270102'),
    );
    expect(await readCalendar(path)).toEqual([
      { day: '2026-12-25', name: 'Long, and folded' },
      { day: '2026-12-26', name: 'Long, and folded' },
      { day: '2027-01-01', name: 'New year' },
      { day: '2027-01-02', name: 'Public holiday' },
    ]);
  });

  test('leaves out what was cancelled', async () => {
    expect(await readCalendar(icsOf(...eventOf('DTSTART;VALUE=DATE:20261225', 'STATUS:CANCELLED')))).toEqual([]);
  });

  test.each([
    [['DTSTART:20261225T090000Z'], 'line 3: 20261225T090000Z is a time'],
    [['DTSTART;VALUE=DATE:20261325'], 'line 3: "2026-13-25" is no day'],
    [['SUMMARY:Nothing'], 'line 4: the event has no DTSTART'],
    [['DTSTART;VALUE=DATE:20261225', 'RRULE:FREQ=YEARLY'], 'line 4: the event repeats by a rule'],
    [['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261225'], 'lasts 0 days'],
    [['DTSTART;VALUE=DATE:20260101', 'DTEND;VALUE=DATE:20270101'], 'lasts 365 days'],
  ])('%j is refused with its line', async (lines, message) => {
    await expect(readCalendar(icsOf(...eventOf(...lines)))).rejects.toThrow(message);
  });

  test('that is none, ends in an event or is not there is refused', async () => {
    await expect(readCalendar(fileOf('page.ics', '<html>'))).rejects.toThrow('BEGIN:VCALENDAR');
    await expect(readCalendar(icsOf('BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20261225'))).rejects.toThrow('not ended');
    await expect(readCalendar('/nowhere/at-all.ics')).rejects.toThrow('cannot be read');
  });
});

describe('a table', () => {
  test('has a date and a name', async () => {
    expect(await readCalendar(fileOf('days.csv', 'name,date', '"Day, first",2026-12-25', ',2026-12-26'))).toEqual([
      { day: '2026-12-25', name: 'Day, first' },
      { day: '2026-12-26', name: 'Public holiday' },
    ]);
    expect(await readCalendar(fileOf('days.jsonl', '{"date":"2026-12-25","name":"Day"}'))).toHaveLength(1);
  });

  test('with a row that is none is refused whole', async () => {
    await expect(readCalendar(fileOf('days.csv', 'date,name', '2026-12-25,a', '25.12.2026,b'))).rejects.toThrow(
      'line 3: "25.12.2026" is no day',
    );
    await expect(readCalendar(fileOf('days.csv', 'day,name', '2026-12-25,a'))).rejects.toThrow('no column `date`');
  });
});
