import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arrayTypesOf, binaryArray } from './array-parameter.ts';

describe('array parameters', () => {
  it('finds the element types in the casts, by position', () => {
    expect(arrayTypesOf('SELECT $3, unnest($1::text[], $2::bigint[]), $4::json')).toEqual(['text', 'bigint']);
    expect(arrayTypesOf('SELECT $2::smallint[]')).toEqual([undefined, 'smallint']);
    expect(arrayTypesOf('SELECT $1::timestamptz[]')).toEqual([]);
  });

  it('writes dimension, type and elements as the server reads them', () => {
    const bytes = binaryArray('text', ['é', null]);
    expect(bytes.toString('hex')).toBe(
      ['00000001', '00000001', '00000019', '00000002', '00000001', '00000002', 'c3a9', 'ffffffff'].join(''),
    );
  });

  it('has room for whatever comes after text that is longer in bytes than in characters', () => {
    const text = fc.oneof(fc.constant(null), fc.string({ unit: 'binary', maxLength: 40 }), fc.constant('€'.repeat(30)));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (values) => {
        const bytes = binaryArray('text', values);
        const read: (string | null)[] = [];
        for (let at = 20; at < bytes.length;) {
          const length = bytes.readInt32BE(at);
          read.push(length < 0 ? null : bytes.toString('utf8', at + 4, at + 4 + length));
          at += 4 + Math.max(0, length);
        }
        expect(read).toEqual(values.map((value) => value && Buffer.from(value, 'utf8').toString('utf8')));
      }),
    );
  });

  it('writes an empty array as one without dimensions', () => {
    expect(binaryArray('int', []).toString('hex')).toBe('000000000000000000000017');
  });

  it('refuses a number that is no integer where the database wants one', () => {
    expect(() => binaryArray('bigint', [1.5])).toThrow(/not an integer/);
    expect(() => binaryArray('bigint', [2 ** 60])).toThrow(/not an integer/);
    expect(() => binaryArray('int', [2 ** 40])).toThrow(/out of range/);
  });

  it('refuses a type that it has no form for', () => {
    expect(() => binaryArray('jsonb', ['{}'])).toThrow(/no binary form/);
  });
});
