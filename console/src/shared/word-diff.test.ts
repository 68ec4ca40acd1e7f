import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';

import { wordDiff } from './word-diff.ts';

const sideOf = (kind: 'removed' | 'added', before: string, after: string): string =>
  wordDiff(before, after)
    .filter((part) => part.kind === 'same' || part.kind === kind)
    .map((part) => part.text)
    .join('');

test('a changed word stands alone', () => {
  expect(wordDiff('Hello Maria, shall we talk?', 'Hello Maria, can we talk?')).toEqual([
    { kind: 'same', text: 'Hello Maria, ' },
    { kind: 'removed', text: 'shall' },
    { kind: 'added', text: 'can' },
    { kind: 'same', text: ' we talk?' },
  ]);
});

test('both texts can be read out of the difference', () => {
  const words = array(constantFrom('we', 'you', ' ', '\n', 'talk', '?', 'é', '💶'), { maxLength: 40 });
  assert(
    property(words, words, (one, two) => {
      const [before, after] = [one.join(''), two.join('')];
      expect(sideOf('removed', before, after)).toBe(before);
      expect(sideOf('added', before, after)).toBe(after);
    }),
  );
});
