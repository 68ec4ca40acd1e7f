/** What events say of accounts and people: never a name or an address, so machines and rebuilds survive an erasure. */
import { z } from 'zod';

import { ABM_TIERS, CONSENT_BASES, personaSchema, relationsSchema } from './entity.ts';

/** Facts of an account without its name and domain, which live in the accounts table only. */
export const accountEventFactsSchema = z.strictObject({
  employees: z.int().optional(),
  vertical: z.string().optional(),
  annual_revenue_minor: z.int().optional(),
  tech_fit: z.number().optional(),
  growth_percent: z.number().optional(),
  intent_score: z.number().optional(),
  country: z.string().optional(),
  relations: relationsSchema.optional(),
  abm_active: z.boolean().optional(),
  abm_tier: z.enum(ABM_TIERS).optional(),
});
export type AccountEventFacts = z.infer<typeof accountEventFactsSchema>;

export const contactEventFactsSchema = z.strictObject({
  persona: personaSchema.optional(),
  country: z.string().optional(),
  time_zone: z.string().optional(),
  consent: z.enum(CONSENT_BASES).optional(),
});
export type ContactEventFacts = z.infer<typeof contactEventFactsSchema>;
