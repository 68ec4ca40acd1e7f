import { expect, test } from 'vitest';

import { durationWords, roughlyWords } from './duration-words.ts';

test.each([
  [604_800_000, '7 days'],
  [86_400_000, '1 day'],
  [14_400_000, '4 hours'],
  [5_400_000, '90 minutes'],
  [61_000, '61 seconds'],
  [1_500, '1500 ms'],
  [0, '0 ms'],
])('%i ms are exactly %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});

test.each([
  [93_784_000, '26 hours'],
  [172_800_000, '2 days'],
  [119_999, '119 seconds'],
  [120_000, '2 minutes'],
  [1_999, '1999 ms'],
])('%i ms are roughly %s', (ms, words) => {
  expect(roughlyWords(ms)).toBe(words);
});
