/**
 * What caps on touches would have done to a log of the past. The last touch of a person is the one that succeeded or ended it, so under a
 * cap everybody with more touches loses those above it, and the success if there was one.
 *
 * Source: Gatehouse statistics, show an estimate with its interval; Wilson 1927.
 */
import { wilsonInterval } from '../../stats/interval.ts';
import type { CapReport, CapRow, Share, TouchCount } from './touch-log.port.ts';

function sumOf(counts: readonly TouchCount[], of: (count: TouchCount) => number): number {
  return counts.reduce((sum, count) => sum + of(count), 0);
}

function shareOf(part: number, all: number): Share {
  const { low, high } = wilsonInterval(part, all);
  return { share: part / all, lower: low, upper: high };
}

/** One row for each cap from 1 to `most`. Throws `RangeError` when there is no touch. */
export function backtestCaps(counts: readonly TouchCount[], most: number): CapReport {
  const touches = sumOf(counts, (count) => count.touches * count.people);
  const successes = sumOf(counts, (count) => count.successes);
  if (touches === 0) throw new RangeError('the log has no touches');
  const caps = Array.from({ length: most }, (_, index): CapRow => {
    const cap = index + 1;
    const above = counts.filter((count) => count.touches > cap);
    const lost = sumOf(above, (count) => count.successes);
    const saved = sumOf(above, (count) => (count.touches - cap) * count.people);
    return {
      cap,
      people: sumOf(above, (count) => count.people),
      successes_lost: lost,
      touches_saved: saved,
      lost_of_all: successes === 0 ? { share: 0, lower: 0, upper: 1 } : shareOf(lost, successes),
      saved_of_all: saved / touches,
      successes_per_touch_saved: saved === 0 ? null : shareOf(lost, saved),
    };
  });
  return { people: sumOf(counts, (count) => count.people), touches, successes, kind: 'descriptive', caps };
}
