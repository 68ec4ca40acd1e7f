/**
 * On what a message of one purpose to one person rests: the basis, where it comes from, since when, and in which jurisdiction. The proof
 * itself may be personal and is sealed beside the event; here stands only whether there is one.
 *
 * Source: GDPR Article 5(2) and 7(1) (a controller must be able to show it), Article 6 (a basis for each purpose).
 */
import { z } from 'zod';

import { CONSENT_BASES, countrySchema } from './entity.ts';
import { labelSchema } from './text.ts';

/** `service`: what a contract calls for. */
export const PURPOSES = ['marketing', 'sales', 'service'] as const;
export const purposeSchema = z.enum(PURPOSES);
export type Purpose = z.infer<typeof purposeSchema>;

export const lawfulBasisSchema = z.strictObject({
  basis: z.enum(CONSENT_BASES),
  /** Where it was obtained or withdrawn, such as `webinar form`. Names nobody. */
  source: labelSchema(),
  /** When it was obtained or withdrawn, which may be long before it was recorded. */
  since: z.number(),
  jurisdiction: countrySchema.nullable(),
  /** Whether a proof is kept with the event. */
  proven: z.boolean(),
});
export type LawfulBasis = z.infer<typeof lawfulBasisSchema>;

export const lawfulBasesSchema = z.partialRecord(purposeSchema, lawfulBasisSchema);
export type LawfulBases = z.infer<typeof lawfulBasesSchema>;

/** From the strictest on. */
export const BASES_BY_STRICTNESS: readonly LawfulBasis['basis'][] = [
  'withdrawn',
  'none',
  'legitimate_interest',
  'contract',
  'consent',
];

export function isStricterBasis(one: LawfulBasis['basis'], other: LawfulBasis['basis']): boolean {
  return BASES_BY_STRICTNESS.indexOf(one) < BASES_BY_STRICTNESS.indexOf(other);
}

/** What holds of two records of one purpose, whichever comes first: the later, and the stricter of two of one moment. */
export function laterBasis(one: LawfulBasis | undefined, other: LawfulBasis): LawfulBasis {
  if (one === undefined || other.since > one.since) return other;
  return other.since === one.since && isStricterBasis(other.basis, one.basis) ? other : one;
}

/** The stricter of what two names of one person say, purpose by purpose. */
export function stricterBases(all: readonly (LawfulBases | undefined)[]): LawfulBases | undefined {
  const united: LawfulBases = {};
  for (const purpose of PURPOSES)
    for (const bases of all) {
      const basis = bases?.[purpose];
      const known = united[purpose];
      if (basis !== undefined && (known === undefined || isStricterBasis(basis.basis, known.basis)))
        united[purpose] = basis;
    }
  return Object.keys(united).length === 0 ? undefined : united;
}
