/**
 * The canonical facts about accounts and people that rules may read. Names and addresses are not among them: those are sealed per
 * person and never reach a machine, a guard or the gate.
 */
import { z } from 'zod';

import { externalIdSchema, labelSchema } from './text.ts';

/** Industry verticals. Source: GTM OS AGT-201, v17. */
export const VERTICALS = [
  'FinTech',
  'HealthTech',
  'SaaS',
  'RetailTech',
  'HR Tech',
  'EdTech',
  'Cybersecurity',
  'Logistics',
] as const;

/** Size bands by employees; a segment routes and never scores. Source: GTM OS AGT-201, v17. */
export const SEGMENTS = ['smb', 'mid_market', 'enterprise'] as const;
export type Segment = (typeof SEGMENTS)[number];

/** Why an account must not be prospected, as the CRM says. A relation that was never stated is unknown, not false. */
export const RELATIONS = [
  'customer',
  'open_opportunity',
  'partner',
  'competitor',
  'employee',
  'open_escalation',
] as const;
export type Relation = (typeof RELATIONS)[number];
export const relationsSchema = z.strictObject({
  customer: z.boolean().optional(),
  open_opportunity: z.boolean().optional(),
  partner: z.boolean().optional(),
  competitor: z.boolean().optional(),
  employee: z.boolean().optional(),
  open_escalation: z.boolean().optional(),
});
export type Relations = z.infer<typeof relationsSchema>;
/** Every relation is stated, and there is none. */
export const NO_RELATIONS = {
  customer: false,
  open_opportunity: false,
  partner: false,
  competitor: false,
  employee: false,
  open_escalation: false,
} as const satisfies Required<Relations>;

export const domainNameSchema = z
  .string()
  .max(253)
  .regex(/^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/, 'a lower-case domain name such as acme.com');

export const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code such as DE');

const score = z.number().min(0).max(100);

/** How closely an account-based program looks at an account: alone, or as one of a few. Source: GTM OS AGT-203, v18. */
export const ABM_TIERS = ['1:1', '1:few'] as const;

/** What is known about a company. Every field may be missing; a missing one is a data gap. */
export const accountFactsSchema = z.strictObject({
  name: labelSchema().optional(),
  domain: domainNameSchema.optional(),
  employees: z.int().min(0).max(10_000_000).optional(),
  vertical: labelSchema(64).optional(),
  annual_revenue_minor: z.int().min(0).optional(),
  /** 0 to 100: how well the technology in use fits. */
  tech_fit: score.optional(),
  /** Yearly growth of headcount in percent. */
  growth_percent: z.number().min(-100).max(10_000).optional(),
  /** 0 to 100, from an intent provider. */
  intent_score: score.optional(),
  country: countrySchema.optional(),
  relations: relationsSchema.optional(),
  abm_active: z.boolean().optional(),
  abm_tier: z.enum(ABM_TIERS).optional(),
});
export type AccountFacts = z.infer<typeof accountFactsSchema>;

export const CONSENT_BASES = ['consent', 'legitimate_interest', 'contract', 'none', 'withdrawn'] as const;
export const consentSchema = z.strictObject({
  basis: z.enum(CONSENT_BASES),
  source: labelSchema().optional(),
  jurisdiction: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});
export type Consent = z.infer<typeof consentSchema>;

/** Role of a person in the buying committee of a play. */
export const PERSONAS = ['economic_buyer', 'champion', 'technical_evaluator', 'influencer', 'user', 'unclear'] as const;
export const personaSchema = z.enum(PERSONAS);
export type Persona = z.infer<typeof personaSchema>;

/** Zones that were found to exist; asking costs 50 µs each time. There are about 600, so the set stays small. */
const KNOWN_ZONES = new Set<string>();

export function isTimeZone(zone: string): boolean {
  if (KNOWN_ZONES.has(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    KNOWN_ZONES.add(zone);
    return true;
  } catch {
    return false;
  }
}

/** What is known about a person. `email`, `name` and `title` are personal and are sealed on the way in. */
export const contactFactsSchema = z.strictObject({
  email: z.email().max(254).optional(),
  name: labelSchema().optional(),
  title: labelSchema().optional(),
  persona: personaSchema.optional(),
  country: countrySchema.optional(),
  time_zone: z.string().max(64).refine(isTimeZone, 'an IANA time zone such as Europe/Paris').optional(),
  consent: consentSchema.optional(),
  account: externalIdSchema().optional(),
});
export type ContactFacts = z.infer<typeof contactFactsSchema>;

/** Values to group reports by, such as an origin. Never personal: they are stored in the clear. Blank stays blank. */
export const dimensionsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
    z
      .string()
      .max(200)
      .refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'well-formed text without NUL'),
  )
  .refine((record) => Object.keys(record).length <= 16, 'at most 16 dimensions');
export type Dimensions = z.infer<typeof dimensionsSchema>;

/** Domains whose addresses say nothing about an employer, so they never tie a person to an account. */
export const FREE_MAIL_DOMAINS: ReadonlySet<string> = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'yahoo.com',
  'ymail.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'proton.me',
  'protonmail.com',
  'gmx.de',
  'gmx.net',
  'web.de',
  'mail.ru',
  'yandex.ru',
  'qq.com',
  '163.com',
  'orange.fr',
  'free.fr',
  'laposte.net',
  'libero.it',
  'uol.com.br',
  'bol.com.br',
]);

/** The domain of an address in lower case, or null for free mail. */
export function companyDomainOf(email: string): string | null {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return FREE_MAIL_DOMAINS.has(domain) ? null : domain;
}

/** The segment of a company by employees: SMB 5–200, mid-market 201–2,000, enterprise from 2,001; below 5, none. */
export function segmentOf(employees: number | undefined): Segment | null {
  if (employees === undefined || employees < 5) return null;
  if (employees <= 200) return 'smb';
  return employees <= 2_000 ? 'mid_market' : 'enterprise';
}
