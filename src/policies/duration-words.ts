/** Lengths of time as a reviewer reads them in a comparison: the largest unit that says it in whole numbers. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/instant.ts';

const UNITS = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
] as const;

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

/** A set length such as a cooldown, exactly: 604,800,000 → `7 days`, 5,400,000 → `90 minutes`, 5 → `5 ms`. */
export function durationWords(ms: number): string {
  for (const [size, unit] of UNITS) {
    if (ms >= size && ms % size === 0) return counted(ms / size, unit);
  }
  return `${ms} ms`;
}

/** A measured length, cut to one unit: 93,784,000 → `26 hours`. From two of a unit on that unit is used; below two seconds, ms. */
export function roughlyWords(ms: number): string {
  for (const [size, unit] of UNITS) {
    if (ms >= 2 * size) return counted(Math.floor(ms / size), unit);
  }
  return `${ms} ms`;
}
