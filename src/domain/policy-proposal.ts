/** A proposed change of the policy: what its author saw of it, who has approved it, and when it comes into force. */
import { z } from 'zod';

import { authoritySchema } from './authority.ts';

export const POLICY_PROPOSAL_STATES = ['open', 'approved', 'applied', 'rejected', 'lapsed'] as const;

const owners = z.record(z.string(), z.array(authoritySchema));

/** What the author was shown: findings, and what the change would have done to decisions of the past. */
export const policyEvidenceSchema = z.strictObject({
  lint: z
    .array(z.strictObject({ code: z.string(), severity: z.string(), pointer: z.string(), message: z.string() }))
    .max(200),
  test: z.strictObject({
    since: z.number(),
    until: z.number(),
    decisions: z.int(),
    counts: z.record(z.string(), z.int()),
    examples: z.array(z.string()).max(20),
  }),
});
export type PolicyEvidence = z.infer<typeof policyEvidenceSchema>;

export const policyProposedSchema = z.strictObject({
  proposal: z.string(),
  /** Hashes of the policy that is proposed, and of the one that it changes. */
  policy: z.string(),
  base: z.string(),
  name: z.string(),
  /** The changed sections, each with the authorities any one of which may approve it. */
  owners,
  /** Null: as soon as it is approved. */
  effective_from: z.number().nullable(),
  reason: z.string().max(2_000),
  by: z.string(),
  evidence: policyEvidenceSchema,
});

/** A proposal as the registry of a tenant keeps it. */
export interface PolicyProposal {
  readonly id: string;
  readonly policy: string;
  readonly base: string;
  readonly name: string;
  readonly owners: Readonly<Record<string, readonly string[]>>;
  readonly effective_from: number | null;
  readonly by: string;
  readonly at: number;
  readonly state: (typeof POLICY_PROPOSAL_STATES)[number];
  readonly approvals: readonly { readonly by: string; readonly sections: readonly string[]; readonly at: number }[];
}

/** So many proposals that have ended stay in the registry; all stay on the ledger. */
export const ENDED_PROPOSALS_KEPT = 20;
/** So many may be open or wait for their time. */
export const OPEN_PROPOSALS_MAX = 50;
