/** What may be an identifier from outside. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { externalIdSchema, isCleanText, labelSchema } from './text.ts';

test.each(['a', 'Ångström & Söhne', 'lead/42', 'a b', '😀', '日本', '\u00a1'])('%j is clean', (text) => {
  expect(isCleanText(text)).toBe(true);
});

test.each([' a', 'a ', '\ta', 'a\u0000b', 'a\nb', 'a\u007fb', 'a\u0085b', 'a\u009fb', '\ud83d', 'a\udc00', '\u00a0a'])(
  '%j is not',
  (text) => {
    expect(isCleanText(text)).toBe(false);
  },
);

test('an identifier has between 1 and the given number of characters', () => {
  expect(externalIdSchema().safeParse('').success).toBe(false);
  expect(externalIdSchema().safeParse('x'.repeat(256)).success).toBe(true);
  expect(externalIdSchema().safeParse('x'.repeat(257)).success).toBe(false);
  expect(externalIdSchema(3).safeParse('abcd').success).toBe(false);
  expect(labelSchema().safeParse('x'.repeat(201)).success).toBe(false);
});

test('what is accepted can be encoded, and holds no NUL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (!externalIdSchema().safeParse(text).success) return;
      expect(new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(text))).toBe(text);
      expect(text).not.toContain('\u0000');
    }),
  );
});
