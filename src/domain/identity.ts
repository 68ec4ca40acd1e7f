/** What one account or person hands over to another when they become one, and the kinds of further names that either may have. */
import { z } from 'zod';

import { accountEventFactsSchema, contactEventFactsSchema } from './event-facts.ts';
import { standingObjectionSchema } from './note.ts';

/** Further names: an address, a company domain, or an id in some system. */
export const ALIAS_KINDS = ['email', 'domain', 'external'] as const;
export type AliasKind = (typeof ALIAS_KINDS)[number];

/** A decision as its subject remembers it, for linking outcomes. */
export const rememberedDecisionSchema = z.strictObject({
  decision: z.string(),
  action: z.string().nullable(),
  at: z.number(),
  cell: z.string().nullable(),
  sequence: z.string().optional(),
  play: z.string().optional(),
  /** Whether its action is a message to a person; left out when it has no action, and by versions that did not remember what was executed. */
  message: z.boolean().optional(),
  /** When its action was executed, in ms. */
  executed_at: z.number().optional(),
});
export type RememberedDecision = z.infer<typeof rememberedDecisionSchema>;

/** What the survivor of a merge must know of the other to answer for it. */
export const carriedSchema = z.strictObject({
  first_seen_at: z.number().nullable(),
  last_signal_at: z.number().nullable(),
  signals: z.int(),
  intent: z.strictObject({ score: z.number(), at: z.number() }),
  opportunity_stage: z.string().nullable(),
  decisions: z.array(rememberedDecisionSchema),
  outcomes: z.record(z.string(), z.int()),
  account_facts: accountEventFactsSchema,
  contact_facts: contactEventFactsSchema,
  objections: z.array(standingObjectionSchema).optional(),
});
export type Carried = z.infer<typeof carriedSchema>;

/** Guards that may be read as one. Beyond it a merge is refused: each member names all others. */
export const GROUP_MAX = 50;
