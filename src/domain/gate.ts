/**
 * The gate's question and answer as data. `GateRequest` says what is proposed, `GateFacts` what is known (an absent fact is unknown
 * and holds), `Verdict` what may happen, with every reason and not only the first.
 */
import { z } from 'zod';

import { actionTypeSchema, channelSchema, riskClassSchema, TRUST_LEVELS } from './action-types.ts';
import { guardStateSchema } from './guard.ts';
import { laneSchema } from './lane.ts';
import { modeSchema } from './mode.ts';
import { PAUSE_SCOPES } from './pause.ts';
import { GATE_REASONS } from './reason-codes.ts';
import type { GateReason } from './reason-codes.ts';
import { senderFactSchema } from './sender-health.ts';
import { syncTimesSchema } from './sync.ts';
import { trustPriorSchema } from './trust.ts';

/** Raised when a check changes what it decides; `policies/released-gates.ts` keeps the earlier versions runnable. */
export const GATE_VERSION = 4;

export const gateRequestSchema = z.strictObject({
  action: z.string(),
  action_type: actionTypeSchema,
  channel: channelSchema,
  risk_class: riskClassSchema,
  lane: laneSchema,
  /** Who proposes: `engine:rules@1`, or the identity of a person or agent. */
  proposer: z.string(),
  account: z.string().nullable(),
  person: z.string().nullable(),
  /** Keyed hash of the recipient's company domain; null when there is none, as with free mail. Named here, its guard must be known. */
  domain: z.string().nullable(),
  /** Fingerprint of the exact content and recipient. */
  fingerprint: z.string(),
  /** 0 to 1, from the decision engine; null when a person proposes. */
  confidence: z.number().min(0).max(1).nullable(),
  sender: z.string(),
  /** An approval of exactly this fingerprint, if a person gave one. */
  approval: z.strictObject({ by: z.string(), fingerprint: z.string(), at: z.number() }).nullable(),
  /** Set when the action comes from a play that a brain proposed. */
  originating_proposal_id: z.string().nullable(),
  at: z.number(),
});
export type GateRequest = z.infer<typeof gateRequestSchema>;

export const trustFactSchema = z.strictObject({
  cell: z.string(),
  /** Decayed good and bad evidence as of the request. */
  good: z.number(),
  bad: z.number(),
  level: z.enum(TRUST_LEVELS),
  /** What the cells of the tenant lend each other; left out as long as there is nothing. */
  pooled: trustPriorSchema.optional(),
});
export type TrustFact = z.infer<typeof trustFactSchema>;

/** Every member may be missing. A check that needs a missing fact holds. */
export const gateFactsSchema = z.strictObject({
  kill_switch: z.boolean().optional(),
  /** Pauses that concern the action; absent when there are none. */
  paused: z.array(z.strictObject({ scope: z.enum(PAUSE_SCOPES), ago_ms: z.number() })).optional(),
  mode: modeSchema.optional(),
  /** Whether a channel can carry the action in the mode in force. */
  channel_ready: z.boolean().optional(),
  suppressions: z.array(z.strictObject({ scope: z.string(), reason: z.string() })).optional(),
  contact: guardStateSchema.optional(),
  account: guardStateSchema.optional(),
  domain: guardStateSchema.optional(),
  budget: guardStateSchema.optional(),
  trust: trustFactSchema.optional(),
  /** False when the contact's account is kept in another partition, so its guard cannot be locked with the contact's. */
  scope_linked: z.boolean().optional(),
  /** One person may hold several authorities, so a trial with one user works. Absent means no. */
  single_operator: z.boolean().optional(),
  /** Up to when each source elsewhere is known. Absent means that no source ever reported. */
  syncs: syncTimesSchema.optional(),
  /** Absent for a sender that never was limited. */
  sender: senderFactSchema.optional(),
  /** The edition of the time zone database that answered, such as `2026c`: another one may know other changes of clocks. */
  time_zone_data: z.string().optional(),
  /** Fit tier, persona and the like, for the tenant's own rules. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type GateFacts = z.infer<typeof gateFactsSchema>;

/** The checks, in the order in which they are listed to people. The order does not affect the verdict. */
export const GATE_CHECKS = [
  'kill_switch',
  'authorization',
  'channel',
  'sender_health',
  'suppression',
  'consent',
  'message_class',
  'ownership',
  'do_not_prospect',
  'sync_freshness',
  'duplicate',
  'cooldown',
  'touch_cap',
  'reply_stop',
  'reengagement',
  'abm_backstop',
  'quiet_hours',
  'budget',
  'tenant_rules',
  'confidence',
  'trust',
] as const;
export type GateCheck = (typeof GATE_CHECKS)[number];

const reasonCodes = Object.keys(GATE_REASONS) as [GateReason, ...GateReason[]];
export const checkResultSchema = z.strictObject({
  check: z.enum(GATE_CHECKS),
  outcome: z.enum(['pass', 'schedule', 'hold', 'deny']),
  /** Null on a pass. */
  code: z.enum(reasonCodes).nullable(),
  /** What was compared, in the terms of the comparison. */
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** In words, such as `3 touches < 3 allowed in 7 days`. */
  comparison: z.string(),
  /** The next time at which this check could pass by itself; null when it needs a change. */
  next_at: z.number().nullable(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

export const VERDICT_KINDS = ['pass', 'schedule', 'hold', 'deny'] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** Queue in which a held action waits. */
export const HOLD_QUEUES = ['review', 'sampled', 'blocked'] as const;
export type HoldQueue = (typeof HOLD_QUEUES)[number];

export type Verdict =
  | { readonly kind: 'pass'; readonly checks: readonly CheckResult[] }
  | { readonly kind: 'schedule'; readonly at: number; readonly checks: readonly CheckResult[] }
  | { readonly kind: 'hold'; readonly queue: HoldQueue; readonly checks: readonly CheckResult[] }
  | { readonly kind: 'deny'; readonly checks: readonly CheckResult[] };

/** The checks that did not pass. */
export function reasonsOf(verdict: Verdict): readonly CheckResult[] {
  return verdict.checks.filter((check) => check.outcome !== 'pass');
}
