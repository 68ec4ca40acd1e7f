/** Canonical JSON: every hash is taken over it, so equal values must give equal text, for ever. */
import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { canonicalJson } from './json.ts';
import type { JsonValue } from './json.ts';

test.each<[unknown, string]>([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ a: undefined, b: 1 }, '{"b":1}'],
  [[1, undefined, 2], '[1,null,2]'],
  [{}, '{}'],
  [[], '[]'],
  [-0, '0'],
  [1e21, '1e+21'],
  [0.1, '0.1'],
  [100.0, '100'],
  // From RFC 8785, 3.2.2.2: short escapes, and control characters in lower-case hex.
  ['€$\u000F\u000aA\'\u0042\u0022\u005c\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
])('%j is written as %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('keys are sorted by UTF-16 code units, as RFC 8785, 3.2.3 shows', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
});

test('half of a character stays escaped', () => {
  expect(canonicalJson('\ud83d')).toBe(String.raw`"\ud83d"`);
});

test.each([NaN, Infinity, -Infinity, () => 1, Symbol('x'), 1n, undefined])('%s cannot be written', (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
  expect(() => canonicalJson({ deep: [{ value: value === undefined ? NaN : value }] })).toThrow(TypeError);
});

const anyJson = fc.jsonValue() as fc.Arbitrary<JsonValue>;

/** The same value with the members of every object in another order. */
function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => shuffled(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

test('the order of members does not matter', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
    }),
  );
});

/** Canonical text as RFC 8785 describes it, without any short cut. */
function described(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(described).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${described(member)}`).join(',')}}`;
}

const name = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.nat(12).map(String),
  fc.constantFrom('__proto__', 'a', 'b', 'toJSON'),
);
const awkward = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
})).value;

test('names that look like numbers, and any other, stand where they belong', () => {
  fc.assert(
    fc.property(awkward, (value) => {
      expect(canonicalJson(value)).toBe(described(value));
    }),
    { numRuns: 2_000 },
  );
});

test('many names are sorted like few', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 60 }), (names) => {
      const record = Object.fromEntries(names.map((each, index) => [`n${each}`, index]));
      expect(canonicalJson(record)).toBe(described(record));
    }),
  );
});

test('a record is read once, however deep it stands', () => {
  let deep: JsonValue = { b: 1, a: 2 };
  for (let level = 0; level < 200; level += 1) deep = { b: 1, a: deep, [String(level)]: 0 };
  expect(canonicalJson(deep)).toBe(described(deep));
});

test('what is read back gives the same text', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const text = canonicalJson(value);
      const back = JSON.parse(text) as JsonValue;
      expect(canonicalJson(back)).toBe(text);
    }),
  );
});

test('different values give different text', () => {
  // Minus zero is the only value that JSON cannot tell from another.
  const normal = (value: JsonValue) => JSON.parse(JSON.stringify(value)) as JsonValue;
  fc.assert(
    fc.property(anyJson, anyJson, (left, right) => {
      expect(canonicalJson(left) === canonicalJson(right)).toBe(isDeepStrictEqual(normal(left), normal(right)));
    }),
  );
});
