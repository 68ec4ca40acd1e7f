import { expect, test } from 'vitest';

import { createProgress, durationText, grouped, progressText } from './progress.ts';
import type { ImportProgress } from './run-import.ts';

const HALF: ImportProgress = { applied: 4_421, total: 8_842, rate: 420.4, eta: 10_517 };
const DONE: ImportProgress = { applied: 8_842, total: 8_842, rate: 421, eta: 0 };

function record(options: { isTTY: boolean; columns?: number; env?: Record<string, string> }) {
  const written: string[] = [];
  const clock = { now: 0 };
  const bar = createProgress({
    output: { isTTY: options.isTTY, columns: options.columns, write: (text) => written.push(text) },
    env: options.env ?? {},
    elapsed: () => clock.now,
  });
  return { written, clock, bar };
}

test('the text says how far, how fast and how long', () => {
  expect(progressText(HALF)).toBe('4,421 of 8,842 rows (50 %), 420 rows/s, 11 s left');
  expect(progressText(DONE)).toBe('8,842 of 8,842 rows (100 %), 421 rows/s');
  expect(progressText({ applied: 0, total: 0, rate: null, eta: null })).toBe('0 of 0 rows (100 %)');
});

test('a log gets a whole line at most every five seconds, and the last one always', () => {
  const { written, clock, bar } = record({ isTTY: false });
  bar.show(HALF);
  clock.now = 4_999;
  bar.show(HALF);
  clock.now = 5_000;
  bar.show(HALF);
  clock.now = 5_001;
  bar.show(DONE);
  bar.end();
  expect(written).toEqual([progressText(HALF), progressText(HALF), progressText(DONE)].map((text) => `${text}\n`));
});

test('a terminal has one line that is written over and ended once', () => {
  const { written, bar } = record({ isTTY: true, columns: 120 });
  bar.show(HALF);
  bar.show(HALF);
  bar.end();
  bar.end();
  expect(written).toEqual([
    `\r\u001B[K[\u001B[32m${'#'.repeat(12)}\u001B[39m${'.'.repeat(12)}] ${progressText(HALF)}`,
    '\n',
  ]);
});

test('NO_COLOR leaves the bar and takes the colour', () => {
  const { written, bar } = record({ isTTY: true, columns: 120, env: { NO_COLOR: '1' } });
  bar.show(HALF);
  expect(written[0]).toBe(`\r\u001B[K[${'#'.repeat(12)}${'.'.repeat(12)}] ${progressText(HALF)}`);
});

test('a narrow terminal gets what fits', () => {
  const { written, bar } = record({ isTTY: true, columns: 20 });
  bar.show(HALF);
  expect(written[0]).toBe(`\r\u001B[K${progressText(HALF).slice(0, 19)}`);
});

test('a dumb terminal is treated like a log', () => {
  const { written, bar } = record({ isTTY: true, env: { TERM: 'dumb' } });
  bar.show(HALF);
  expect(written).toEqual([`${progressText(HALF)}\n`]);
});

test.each([
  [0, '0 s'],
  [59_000, '59 s'],
  [61_000, '1 min 1 s'],
  [3_660_000, '1 h 1 min'],
])('%d ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));

test('numbers are grouped', () => {
  expect([999, 1_000, 1_234_567].map(grouped)).toEqual(['999', '1,000', '1,234,567']);
});
