/**
 * A sales play: a thesis about whom to reach how, drafted by a brain, worked out by people, carried out while it is active.
 * Source: SalesPlayLibrary, production schema.
 */
import { z } from 'zod';

import { CHANNELS } from './action-types.ts';
import { CADENCE_TYPES } from './cadence.ts';
import { PERSONAS, VERTICALS } from './entity.ts';
import type { GuardKey } from './guard.ts';
import { DAY_MS } from './instant.ts';
import { moneySchema } from './money.ts';
import { signalTypeSchema } from './signal-types.ts';
import { labelSchema } from './text.ts';

export const PLAY_STATES = ['draft', 'under_review', 'active', 'retired'] as const;
export type PlayState = (typeof PLAY_STATES)[number];

export const PLAY_SCOPES = ['segment', 'account_specific'] as const;
export type PlayScope = (typeof PLAY_SCOPES)[number];

export const RETIRE_REASONS = [
  'completed',
  'replaced',
  'poor_performance',
  'rejected_at_review',
  'rejected_at_draft',
  'auto_sunset',
] as const;
export type RetireReason = (typeof RETIRE_REASONS)[number];
/** Reasons that people may give for retiring an active play. */
export const RETIRE_REASONS_OF_PEOPLE = ['completed', 'replaced', 'poor_performance'] as const;

/** Both must approve a play before it becomes active. */
export const PLAY_APPROVERS = ['SLM', 'RevOps'] as const;
export type PlayApprover = (typeof PLAY_APPROVERS)[number];

/** How many plays of one segment may be active when the policy says nothing, and what it may say. */
export const PLAY_CAP = { default: 5, least: 3, most: 8 } as const;
/** More active plays than this in all segments together call for a review of the library. */
export const ACTIVE_PLAYS_WATCH = 30;
/** For so long, before it counts as more than a crowded week. */
export const ACTIVE_PLAYS_SUSTAINED_MS = 7 * DAY_MS;
/** The share of its drafts that a brain should see become active. */
export const PROMOTION_RATE_TARGET = 0.3;
/** Edits that a play keeps. One that needs more is better drafted anew. */
export const PLAY_EDITS_MAX = 100;

/** Names a segment, as in `commercial_mm`. */
export const segmentSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a segment such as commercial_mm: lower-case letters, digits and underscores');

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\u0000'), 'well-formed text without NUL')
    .refine((value) => !/[^\s@]+@[^\s@]+\.[^\s@]+/.test(value), 'names people by their ids, never by an address');
const rate = z.number().min(0).max(1);
const day = z.iso.date();

/** Whom the play is for. At least one criterion, or it would be for everybody. */
export const targetDefinitionSchema = z
  .strictObject({
    icp_tiers: z
      .array(z.enum(['T1', 'T2', 'T3']))
      .min(1)
      .max(3)
      .optional(),
    verticals: z.array(z.enum(VERTICALS)).min(1).max(VERTICALS.length).optional(),
    intent_signals: z.array(signalTypeSchema).min(1).max(50).optional(),
    lifecycle_stages: z.array(labelSchema(64)).min(1).max(20).optional(),
    personas: z.array(z.enum(PERSONAS)).min(1).max(PERSONAS.length).optional(),
  })
  .refine((target) => Object.keys(target).length > 0, 'needs at least one criterion');

const cadenceStep = z.strictObject({
  /** Days after the start of the sequence. */
  day: z.int().min(0).max(180),
  channel: z.enum(CHANNELS),
  purpose: text(500),
});

/** What is done in which order. Steps, or a template that is known by its id. */
export const suggestedCadenceSchema = z
  .strictObject({
    template: labelSchema(128).optional(),
    /** Generic nurture leaves out accounts in an account-based program. Without it, `standard`. */
    cadence_type: z.enum(CADENCE_TYPES).optional(),
    steps: z.array(cadenceStep).max(12),
  })
  .refine((cadence) => cadence.template !== undefined || cadence.steps.length > 0, 'needs steps or a template')
  .refine(
    ({ steps }) => steps.every((step, index) => index === 0 || step.day >= (steps[index - 1]?.day ?? 0)),
    'has steps that are not in the order of their days',
  );

/** By what the play is judged afterwards. At least one target besides the time after which it is looked at. */
export const successCriteriaSchema = z
  .strictObject({
    meeting_rate: rate.optional(),
    opportunity_rate: rate.optional(),
    contract_value: moneySchema.optional(),
    evaluate_after_days: z.int().min(1).max(730),
  })
  .refine((criteria) => Object.keys(criteria).length > 1, 'needs at least one target');

const content = z.strictObject({
  name: labelSchema(128),
  hypothesis: text(4_000),
  target_definition: targetDefinitionSchema,
  suggested_cadence: suggestedCadenceSchema,
  success_criteria: successCriteriaSchema,
});

/** What a brain drafts. */
export const playDraftSchema = content;

/** What people may change while a play is under review. */
export const playChangesSchema = content
  .extend({ active_period_start: day.nullable(), active_period_end: day.nullable() })
  .partial();
export type PlayChanges = z.infer<typeof playChangesSchema>;

/** The same as the ledger keeps it. It stays readable when the catalogues grow or shrink. */
const anyObject = z.record(z.string(), z.json());
export const playContentSchema = z.strictObject({
  name: z.string(),
  hypothesis: z.string(),
  target_definition: anyObject,
  suggested_cadence: anyObject,
  success_criteria: anyObject,
});
export const playWorkedSchema = playContentSchema.extend({
  active_period_start: z.string().nullable(),
  active_period_end: z.string().nullable(),
});
export type PlayContent = z.infer<typeof playContentSchema>;
/** The play as people have worked it out. */
export type PlayWorked = z.infer<typeof playWorkedSchema>;
export const PLAY_FIELDS = [
  'name',
  'hypothesis',
  'target_definition',
  'suggested_cadence',
  'success_criteria',
  'active_period_start',
  'active_period_end',
] as const;

/** Measured against a success criterion. */
export const retrospectiveSchema = z.strictObject({
  /** As in `2026-Q4`. What the ledger has may be anything. */
  quarter: z.string(),
  meeting_rate: rate.nullable(),
  opportunity_rate: rate.nullable(),
  contract_value: moneySchema.nullable(),
  sequences: z.int().min(0),
});
export type Retrospective = z.infer<typeof retrospectiveSchema>;

/**
 * What the partition of a play is chosen by: the plays of one segment share one, so that they are ordered together, and a play of an account
 * has that of the account.
 */
export function segmentScopeOf(tenant: string, segment: string): string {
  return `segment:${tenant}:${segment}`;
}

/** The guard that counts the active plays of the segment with this scope. */
export function segmentGuardOf(scope: string): GuardKey {
  return `segment:${scope.slice(scope.lastIndexOf(':') + 1)}`;
}

/** The day of a moment in UTC, as in `2026-11-21`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The first moment after a day in UTC. */
export function endOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00.000Z`) + DAY_MS;
}

/** Whether a sequence may begin under the play now. The end date stops new ones, also while the play is still active. */
export function startsSequences(
  play: {
    readonly state: PlayState;
    readonly active_period_start: string | null;
    readonly active_period_end: string | null;
  },
  at: number,
): boolean {
  const today = dayOf(at);
  return (
    play.state === 'active' &&
    play.active_period_start !== null &&
    play.active_period_start <= today &&
    (play.active_period_end === null || today <= play.active_period_end)
  );
}

export const RETENTION_TIERS = ['hot', 'warm', 'cold'] as const;
export type RetentionTier = (typeof RETENTION_TIERS)[number];
export const HOT_MS = 90 * DAY_MS;
/** 18 months. */
export const WARM_MS = 548 * DAY_MS;
/** 7 years: before that no play is deleted. Source: SalesPlayLibrary, retention. */
export const COLD_DAYS = 2_557;

/** `hot`: in work, active, or retired in the last 90 days. `warm`: retired up to 18 months ago. `cold`: before that, for audits. */
export function retentionTierOf(retiredAt: number | null, at: number): RetentionTier {
  if (retiredAt === null || at - retiredAt <= HOT_MS) return 'hot';
  return at - retiredAt <= WARM_MS ? 'warm' : 'cold';
}
