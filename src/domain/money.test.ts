/** Amounts as text become whole minor units, or nothing: never a rounded one. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { minorUnits, moneySchema } from './money.ts';

test.each([
  ['0', 0],
  ['1234.5', 123_450],
  ['12.34', 1_234],
  ['12.', 1_200],
  ['12.3400', 1_234],
  ['-0.01', -1],
  [' 7 ', 700],
  ['007', 700],
  ['9999999999999', 999_999_999_999_900],
])('%j is %i', (text, minor) => {
  expect(minorUnits(text)).toBe(minor);
});

test.each(['', ' ', '.5', '1,5', '1.234', '1e3', '+1', '--1', '1 000', '0x10', 'NaN', '12345678901234', '1.2.3'])(
  '%j is no amount',
  (text) => {
    expect(minorUnits(text)).toBeNull();
  },
);

test('currencies may have another number of digits', () => {
  expect(minorUnits('1200', 0)).toBe(1_200);
  expect(minorUnits('1200.0', 0)).toBe(1_200);
  expect(minorUnits('1200.5', 0)).toBeNull();
  expect(minorUnits('1.234', 3)).toBe(1_234);
  expect(minorUnits('9999999999999', 3)).toBeNull();
});

test('every whole number of cents is read back from its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e14, max: 1e14 }), (minor) => {
      const digits = String(Math.abs(minor)).padStart(3, '0');
      const text = `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
      expect(minorUnits(text)).toBe(minor);
    }),
  );
});

test('any text gives a safe whole number or nothing', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-'), maxLength: 20 }));
  fc.assert(
    fc.property(text, fc.nat(4), (value, digits) => {
      const minor = minorUnits(value, digits);
      expect(minor === null || Number.isSafeInteger(minor)).toBe(true);
    }),
  );
});

test('money has whole minor units and a currency in capitals', () => {
  expect(moneySchema.safeParse({ amount_minor: 100, currency: 'EUR' }).success).toBe(true);
  for (const wrong of [
    { amount_minor: 1.5, currency: 'EUR' },
    { amount_minor: 100, currency: 'eur' },
    { amount_minor: 100, currency: 'EURO' },
    { amount_minor: 100 },
    { amount_minor: 100, currency: 'EUR', rounded: true },
  ])
    expect(moneySchema.safeParse(wrong).success).toBe(false);
});
