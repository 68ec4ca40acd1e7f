import { expect, test } from 'vitest';

import { holidayListSchema } from '../../domain/sending-terms.ts';
import { mergedList, yearsOf } from './merge-list.ts';

const DAYS = [
  { day: '2026-12-25', name: 'a' },
  { day: '2026-01-01', name: 'b' },
  { day: '2027-01-01', name: 'c' },
];
const years = (text: string) => yearsOf(text);

test('a list is whole for the years that were named, and has no other days', () => {
  const list = mergedList(undefined, DAYS, years('2026'), 'file');
  expect(list).toEqual({
    source: 'file',
    from: '2026-01-01',
    to: '2026-12-31',
    days: { '2026-01-01': 'b', '2026-12-25': 'a' },
  });
  expect(holidayListSchema.safeParse(list).success).toBe(true);
});

test('years that come later stand beside those of before, and a year that comes again is replaced', () => {
  const first = mergedList(undefined, DAYS, years('2026'), 'first');
  const both = mergedList(first, DAYS, years('2027'), 'second');
  expect(both).toMatchObject({ source: 'second', from: '2026-01-01', to: '2027-12-31' });
  expect(Object.keys(both.days)).toEqual(['2026-01-01', '2026-12-25', '2027-01-01']);
  const again = mergedList(both, [{ day: '2026-05-01', name: 'd' }], years('2026'), 'third');
  expect(Object.keys(again.days)).toEqual(['2026-05-01', '2027-01-01']);
});

test('a year without a day, and a gap between years, are refused', () => {
  const list = mergedList(undefined, DAYS, years('2026'), 'file');
  expect(() => mergedList(undefined, DAYS, years('2026-2028'), 'file')).toThrow('no day of 2028');
  expect(() => mergedList(list, [{ day: '2029-01-01', name: 'e' }], years('2029'), 'file')).toThrow(
    'Import the years between first',
  );
});

test.each(['26', '2027-2026', '2026-', '2026,2027', ''])('%j names no years', (text) => {
  expect(() => yearsOf(text)).toThrow('--years');
});
