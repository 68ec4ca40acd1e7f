/**
 * Reads the days of a calendar file: an iCalendar of whole-day events (`.ics`), or a table with the columns `date` and `name` (`.csv`, `.tsv`,
 * `.jsonl`). What cannot be read is refused with its line, because a holiday that is left out is a message on that day.
 *
 * Source: RFC 5545 (iCalendar), sections 3.1 (folding), 3.3.11 (escapes), 3.6.1 (events, whose end is the day after the last).
 */
import { readFileSync } from 'node:fs';

import { GatehouseError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { calendarDayOf, calendarDaySchema } from '../../domain/sending-terms.ts';
import { readRows } from '../import/read-rows.ts';

export interface CalendarDay {
  readonly day: string;
  readonly name: string;
}

const NAME_MAX = 100;
/** An event over more days than this is no public holiday. */
const EVENT_DAYS_MAX = 31;

/** Throws `usage` when the file cannot be read or a day in it is none. */
export async function readCalendar(path: string): Promise<readonly CalendarDay[]> {
  return path.toLowerCase().endsWith('.ics') ? readEvents(path, textOf(path)) : readTable(path);
}

function refused(path: string, line: number, detail: string): GatehouseError {
  return new GatehouseError('usage', `${path}, line ${line}: ${detail}.`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatehouseError('usage', `${path} cannot be read: ${why}`, { cause: error });
  }
}

function dayOf(path: string, line: number, text: string): string {
  if (calendarDaySchema.safeParse(text).success) return text;
  throw refused(path, line, `${JSON.stringify(text)} is no day such as 2026-12-25`);
}

function nameOf(text: string): string {
  return text.trim().slice(0, NAME_MAX) || 'Public holiday';
}

async function readTable(path: string): Promise<readonly CalendarDay[]> {
  const days: CalendarDay[] = [];
  for await (const reading of readRows(path, () => {})) {
    if (reading.kind === 'fault') throw refused(path, reading.line, reading.detail);
    if (reading.kind === 'columns') {
      if (!reading.columns.includes('date')) throw refused(path, 1, 'there is no column `date`');
      continue;
    }
    const { line, cells } = reading.row;
    days.push({
      day: dayOf(path, line, String(cells.get('date') ?? '').trim()),
      name: nameOf(String(cells.get('name') ?? '')),
    });
  }
  return days;
}

interface Property {
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

/** The properties of an iCalendar. A line that begins with a blank goes on with the one before. */
function propertiesOf(text: string): readonly Property[] {
  const lines: { readonly line: number; text: string }[] = [];
  for (const [index, part] of text.split(/\r?\n/u).entries()) {
    const last = lines.at(-1);
    if (/^[ \t]/u.test(part) && last !== undefined) last.text += part.slice(1);
    else if (part !== '') lines.push({ line: index + 1, text: part });
  }
  return lines.map(({ line, text: whole }) => {
    const match = /^([A-Za-z0-9-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)$/u.exec(whole);
    const [, name = '', , value = ''] = match ?? [];
    return { line, name: name.toUpperCase(), value };
  });
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\;,nN])/gu, (_, char: string) => (char.toLowerCase() === 'n' ? ' ' : char));
}

/** A whole day such as `20261225` as a number of days since 1970-01-01. */
function wholeDayOf(path: string, { line, value }: Property): number {
  const match = /^(\d{4})(\d{2})(\d{2})$/u.exec(value.trim());
  if (match === null) throw refused(path, line, `${value} is a time; a holiday is a whole day such as 20261225`);
  return Date.parse(dayOf(path, line, match.slice(1).join('-'))) / DAY_MS;
}

function readEvents(path: string, text: string): readonly CalendarDay[] {
  const properties = propertiesOf(text);
  if (properties[0]?.name !== 'BEGIN' || properties[0].value.toUpperCase() !== 'VCALENDAR')
    throw refused(path, 1, 'it does not begin with BEGIN:VCALENDAR');
  const days: CalendarDay[] = [];
  let event: Map<string, Property> | null = null;
  for (const property of properties) {
    const { name, value, line } = property;
    if (name === 'BEGIN' && value.toUpperCase() === 'VEVENT') event = new Map();
    else if (name === 'END' && value.toUpperCase() === 'VEVENT') {
      if (event !== null) days.push(...daysOf(path, line, event));
      event = null;
    } else if (event !== null && !event.has(name)) event.set(name, property);
  }
  if (event !== null) throw refused(path, properties.at(-1)?.line ?? 1, 'an event is not ended');
  return days;
}

function daysOf(path: string, line: number, event: ReadonlyMap<string, Property>): readonly CalendarDay[] {
  if (event.get('STATUS')?.value.toUpperCase() === 'CANCELLED') return [];
  const rule = event.get('RRULE') ?? event.get('RDATE');
  if (rule !== undefined)
    throw refused(path, rule.line, 'the event repeats by a rule; export the calendar with an event for each year');
  const start = event.get('DTSTART');
  if (start === undefined) throw refused(path, line, 'the event has no DTSTART');
  const first = wholeDayOf(path, start);
  const end = event.get('DTEND');
  const after = end === undefined ? first + 1 : wholeDayOf(path, end);
  if (after <= first || after - first > EVENT_DAYS_MAX)
    throw refused(path, start.line, `the event lasts ${after - first} days`);
  const name = nameOf(unescaped(event.get('SUMMARY')?.value ?? ''));
  return Array.from({ length: after - first }, (_, index) => ({ day: calendarDayOf(first + index), name }));
}
