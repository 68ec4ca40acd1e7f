/** The scanner must find exactly the text that `JSON.parse` reads, in whatever way that text is written. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { scanJson, trimJson } from './json-span.ts';

function textsIn(text: string): readonly (string | null)[] {
  return scanJson(text, 'data', 64).memberTexts;
}

describe('the text of a member', () => {
  test.each([
    ['{"data":{"a":1}}', ['{"a":1}']],
    ['{"data": {"a" :  1.50}  }', ['{"a" :  1.50}']],
    ['{"id":"x","data":null,"z":1}', ['null']],
    ['{"id":"data","data2":1}', [null]],
    ['{"value":"data","x":{"data":1}}', [null]],
    ['{"data":1,"data":2}', ['2']],
    ['{"d\\u0061ta":"é"}', ['"é"']],
    ['{"\\d":1,"data":2}', ['2']],
    ['{"data":"}],\\"{["}', ['"}],\\"{["']],
    ['{"data":"\\\\"}', ['"\\\\"']],
    ['{"data":[{"data":1}]}', ['[{"data":1}]']],
    ['[]', []],
    [' [ ] ', []],
    ['[{"data":1},{"x":2},{"data":{"y":"\\u0000\\ud800"}}]', ['1', null, '{"y":"\\u0000\\ud800"}']],
    ['[1,"data",["data",2],{"data":3}]', [null, null, null, '3']],
    ['[{"data":1\n},\t{"data":\r\n2 }]', ['1', '2']],
    ['"data"', [null]],
    ['5', [null]],
  ])('%s', (text, expected) => {
    expect(textsIn(text)).toEqual(expected);
  });

  test('is never looked for in text that ends inside a string', () => {
    expect(textsIn('{"data":"abc')).toEqual([null]);
    expect(textsIn('{"data')).toEqual([null]);
    expect(textsIn('{"data\\')).toEqual([null]);
    expect(textsIn('')).toEqual([null]);
  });

  const space = fc.stringMatching(/^[ \t\n\r]{0,3}$/);
  const key = fc.oneof(
    fc.constantFrom('"data"', '"d\\u0061ta"', '"\\u0064ata"', '"dat"', '"data "', '"__proto__"', '"id"'),
    fc.json().map((text) => JSON.stringify(text)),
  );
  const member = fc.record({ key, value: fc.json(), spaces: fc.array(space, { minLength: 4, maxLength: 4 }) });
  const element = fc.oneof(fc.array(member, { maxLength: 6 }), fc.json({ maxDepth: 2 }));

  test('is what the last equal key has, however the text is written', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 6 }), space, (elements, gap) => {
        const expected: (string | null)[] = [];
        const texts = elements.map((item) => {
          if (typeof item === 'string') {
            expected.push(item.startsWith('{') ? (ownText(item) ?? null) : null);
            return item;
          }
          expected.push(item.findLast((part) => JSON.parse(part.key) === 'data')?.value ?? null);
          const parts = item.map(({ key: name, value, spaces: [a, b, c, d] }) => `${a}${name}${b}:${c}${value}${d}`);
          return `{${parts.join(',')}}`;
        });
        const text = `${gap}[${gap}${texts.join(`${gap},${gap}`)}${gap}]${gap}`;
        const scan = scanJson(text, 'data', 1_000);
        expect(scan.memberTexts).toEqual(expected);
        expect(scan.count).toBe((JSON.parse(text) as unknown[]).length);
      }),
    );
  });

  test('parses to what the whole text has there', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.integer({ min: 0, max: 3 }), (values, indent) => {
        const items = values.map((value) => ({ id: 1, data: value, last: [value] }));
        const text = JSON.stringify(items, null, indent);
        const read = JSON.parse(text) as { data: unknown }[];
        expect(textsIn(text).map((span) => JSON.parse(span ?? '') as unknown)).toEqual(read.map(({ data }) => data));
      }),
    );
  });
});

/** For compact JSON of an object: the text of its member `data`. */
function ownText(text: string): string | undefined {
  const value = JSON.parse(text) as Record<string, unknown>;
  return Object.hasOwn(value, 'data') ? JSON.stringify(value['data']) : undefined;
}

describe('depth', () => {
  test('the last level that is allowed, and the first that is not', () => {
    expect(scanJson('['.repeat(64) + ']'.repeat(64), 'data', 64).tooDeep).toBe(false);
    expect(scanJson('['.repeat(65) + ']'.repeat(65), 'data', 64).tooDeep).toBe(true);
    expect(scanJson('{"a":'.repeat(65), 'data', 64).tooDeep).toBe(true);
  });

  test('brackets in strings do not nest', () => {
    expect(scanJson(JSON.stringify('['.repeat(100)), 'data', 64).tooDeep).toBe(false);
  });

  test('a million levels stop at once', () => {
    expect(scanJson('['.repeat(1_000_000), 'data', 64).tooDeep).toBe(true);
  });

  test('is the depth of the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        const depth = depthOf(JSON.parse(text));
        expect(scanJson(text, 'data', depth).tooDeep).toBe(false);
        expect(scanJson(text, 'data', depth - 1).tooDeep).toBe(depth > 0);
      }),
    );
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('numbers that may overflow', () => {
  test.each(['1e999', '[-1E+400]', '{"a":1e0999}', '9'.repeat(400), `1${'0'.repeat(260)}e99`])('%s', (text) => {
    expect(scanJson(text, 'data', 64).wideNumber).toBe(true);
  });

  test.each(['1e99', '[1e-999]', '1767225600000', '"1e999"', '{"e":true,"false":false}', '-0.5E+2'])(
    'not %s',
    (text) => {
      expect(scanJson(text, 'data', 64).wideNumber).toBe(false);
    },
  );

  test('every number that reads as infinity is noticed', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,400}$/);
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -9_999, max: 9_999 }).map((value) => `e${value}`),
    );
    fc.assert(
      fc.property(digits, exponent, (whole, power) => {
        const text = `${whole}${power}`;
        expect(Number.isFinite(JSON.parse(text)) || scanJson(text, 'data', 64).wideNumber).toBe(true);
      }),
    );
  });
});

test('white space around a value is cut off, and no other', () => {
  expect(trimJson(' \r\n\t{"a": 1}\n ')).toBe('{"a": 1}');
  expect(trimJson('\u00a01')).toBe('\u00a01');
});
