/** An outcome as it was reported, what may be corrected of it, and the link to what led to it. */
import { z } from 'zod';

import { moneySchema } from './money.ts';
import { outcomeTypeSchema } from './outcome-types.ts';
import { EVIDENCE_KINDS } from './trust.ts';

export const LINK_STATUSES = ['linked', 'unlinked', 'preceding', 'retracted'] as const;
export type LinkStatus = (typeof LINK_STATUSES)[number];

/** Where the length of a window comes from: the outcome itself (an import sets it), the policy of the tenant, or the catalogue. */
export const WINDOW_SOURCES = ['outcome', 'policy', 'catalogue'] as const;
export type WindowSource = (typeof WINDOW_SOURCES)[number];

/** What a correction changes; members that are left out stay as they are. Times in ms. */
export const outcomeChangesSchema = z.strictObject({
  outcome_type: outcomeTypeSchema.optional(),
  occurred_at: z.number().optional(),
  amount: moneySchema.nullable().optional(),
  /** Id of the decision or action that it followed; null for none that is known. */
  decision: z.string().nullable().optional(),
});
export type OutcomeChanges = z.infer<typeof outcomeChangesSchema>;
export const OUTCOME_FIELDS = ['outcome_type', 'occurred_at', 'amount', 'decision'] as const;

/** Evidence that a trust cell was given for an outcome. It is kept as it was given, so that the same can be taken back. */
export const givenEvidenceSchema = z.strictObject({
  cell: z.string(),
  action: z.string(),
  kind: z.enum(EVIDENCE_KINDS),
  good: z.number(),
  bad: z.number(),
  /** The time that it counts from, in ms. */
  occurred_at: z.number(),
});
export type GivenEvidence = z.infer<typeof givenEvidenceSchema>;

/** What led to an outcome. Of a decision that belongs to a sequence of touches or to a play, these are named too. */
export const outcomeLinkSchema = z.strictObject({
  status: z.enum(LINK_STATUSES),
  decision: z.string().nullable(),
  action: z.string().nullable(),
  cell: z.string().nullable(),
  /** When the decision was made: the window begins there, and ends `window_ms` later. */
  decided_at: z.number().nullable(),
  sequence: z.string().nullable(),
  play: z.string().nullable(),
  window_ms: z.number(),
  window_source: z.enum(WINDOW_SOURCES),
  evidence: givenEvidenceSchema.nullable(),
});
export type StoredLink = z.infer<typeof outcomeLinkSchema>;
