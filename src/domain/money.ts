/** Money in minor units (cents) with its ISO 4217 currency: integers add up exactly. */
import { z } from 'zod';

export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR');
export const moneySchema = z.strictObject({ amount_minor: z.int(), currency: currencySchema });
export type Money = z.infer<typeof moneySchema>;

/**
 * Minor units of a decimal amount written as text, `"1234.5"` → 123450 with two digits. Returns null when the text is not a plain
 * decimal number or has more digits than the currency; it never rounds.
 */
export function minorUnits(decimal: string, digits = 2): number | null {
  const match = /^(-?)(\d{1,13})(?:\.(\d*))?$/.exec(decimal.trim());
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const value = Number(`${match[2]}${fraction.padEnd(digits, '0')}`);
  if (!Number.isSafeInteger(value)) return null;
  return match[1] === '-' ? -value : value;
}
