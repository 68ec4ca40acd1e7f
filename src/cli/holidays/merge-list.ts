/** Puts the holidays of some years into the list of a country. What the list says of other years stays. */
import { GatehouseError } from '../../domain/errors.ts';
import type { HolidayList } from '../../domain/sending-terms.ts';
import type { CalendarDay } from './read-calendar.ts';

export interface Years {
  readonly first: number;
  readonly last: number;
}

/** `2026` or `2026-2028`. Throws `usage` for anything else. */
export function yearsOf(text: string): Years {
  const match = /^(\d{4})(?:-(\d{4}))?$/u.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || last < first)
    throw new GatehouseError('usage', `--years is a year such as 2026, or 2026-2028, not ${text}.`);
  return { first, last };
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

/**
 * The list with all days of `years` as `days` has them. Throws `usage` when a year has no day in the file, which is then not whole, and when
 * the list would have a gap between what it says and these years.
 */
export function mergedList(
  before: HolidayList | undefined,
  days: readonly CalendarDay[],
  { first, last }: Years,
  source: string,
): HolidayList {
  const inYears = days.filter(({ day }) => yearOf(day) >= first && yearOf(day) <= last);
  for (let year = first; year <= last; year += 1)
    if (!inYears.some(({ day }) => yearOf(day) === year))
      throw new GatehouseError('usage', `The file has no day of ${year}, so it is not whole for that year.`);
  const from = `${first}-01-01`;
  const to = `${last}-12-31`;
  const kept = Object.entries(before?.days ?? {}).filter(([day]) => day < from || day > to);
  if (before !== undefined && (yearOf(before.to) < first - 1 || yearOf(before.from) > last + 1))
    throw new GatehouseError(
      'usage',
      `The list reaches from ${before.from} to ${before.to}. Import the years between first, or a file that has them.`,
    );
  const all = [...kept, ...inYears.map(({ day, name }) => [day, name] as const)].toSorted(([a], [b]) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  return {
    source,
    from: before === undefined || from < before.from ? from : before.from,
    to: before === undefined || to > before.to ? to : before.to,
    days: Object.fromEntries(all),
  };
}
