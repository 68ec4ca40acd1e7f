/**
 * A tenant's policy: versioned data, never code. It is stored whole under the hash of its canonical text, so a decision can name
 * exactly what was in force. Unknown keys are refused.
 */
import { z } from 'zod';

import { actionTypeSchema, channelSchema, riskClassSchema, trustLevelSchema } from './action-types.ts';
import { egressSchema } from './egress.ts';
import { CONSENT_BASES, countrySchema, VERTICALS } from './entity.ts';
import { GUARD_LIST_MAX, TOUCH_MEMORY_MS } from './guard.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './instant.ts';
import { laneSchema, LANES } from './lane.ts';
import { currencySchema } from './money.ts';
import { OUTCOME_TYPES } from './outcome-types.ts';
import { PLAY_CAP, segmentSchema } from './play.ts';
import { retentionSchema } from './retention.ts';
import { reviewTermsSchema } from './review-terms.ts';
import { senderHealthTermsSchema } from './sender-health.ts';
import { sendingHoursSchema, sendingTermsSchema } from './sending-terms.ts';
import { syncSourceSchema } from './sync.ts';

const durationMs = z
  .int()
  .min(0)
  .max(3_650 * DAY_MS);
const rememberedMs = z.int().min(0).max(TOUCH_MEMORY_MS);
const share = z.number().min(0).max(1);

/** The operators that a tenant rule may use. Each compares one attribute of the proposal with constants. */
export const RULE_OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'not_in', 'exists'] as const;
const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
export const ruleConditionSchema = z.strictObject({
  attribute: z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/),
  operator: z.enum(RULE_OPERATORS),
  value: z.union([scalar, z.array(scalar).max(500)]).optional(),
});
export type RuleCondition = z.infer<typeof ruleConditionSchema>;
export const tenantRuleSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/),
  title: z.string().min(1).max(200),
  /** All conditions must be true for the rule to speak; none means it always speaks. */
  when: z.array(ruleConditionSchema).max(20),
  then: z.enum(['deny', 'hold']),
});
export type TenantRule = z.infer<typeof tenantRuleSchema>;

const icpSchema = z.strictObject({
  /** Points per dimension; they add up to 100. Technology and growth together have 25. */
  weights: z
    .strictObject({
      firmographic: z.number().min(0),
      vertical: z.number().min(0),
      revenue: z.number().min(0),
      tech: z.number().min(0),
      growth: z.number().min(0),
      intent: z.number().min(0),
    })
    .refine(
      (w) => Math.abs(w.firmographic + w.vertical + w.revenue + w.tech + w.growth + w.intent - 100) < 1e-9,
      'weights must add up to 100',
    ),
  /** Verticals that fit fully. */
  target_verticals: z.array(z.enum(VERTICALS)),
  /** Employees at which a company fits fully; outside, points fall off. */
  employees: z.strictObject({ from: z.int().min(1), to: z.int().min(1) }),
  /** Yearly revenue in minor units at which a company fits fully. */
  revenue_minor: z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
  /** Growth in percent a year that earns all points. */
  growth_percent: z.number().min(1),
  /** Least points for tier 1 and tier 2. */
  tiers: z.strictObject({ t1: z.number(), t2: z.number() }).refine((t) => t.t1 > t.t2, 't1 must be above t2'),
});

const playCap = z.int().min(PLAY_CAP.least).max(PLAY_CAP.most);

export const policySchema = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1).max(100),
  /** Autonomy granted outright, without evidence, up to a risk class. The sharpest tool of the policy: it overrides learned trust. */
  grants: z
    .array(
      z.strictObject({
        action_type: actionTypeSchema,
        level: trustLevelSchema,
        max_risk: riskClassSchema,
      }),
    )
    .max(50),
  /** The highest level that learned trust may reach, per action type. */
  ceilings: z.partialRecord(actionTypeSchema, trustLevelSchema),
  /** Who may propose what: a lane, the action types it may use and the channels they may leave by. */
  authorizations: z.array(
    z.strictObject({
      lane: laneSchema,
      action_types: z.array(actionTypeSchema),
      channels: z.array(channelSchema),
    }),
  ),
  /** Nothing here may look further back than guards remember. */
  cooldown: z.strictObject({
    contact_ms: rememberedMs,
    account_ms: rememberedMs,
    domain_ms: rememberedMs,
    channel_ms: z.partialRecord(channelSchema, rememberedMs),
  }),
  touch_cap: z.strictObject({ max: z.int().min(0).max(GUARD_LIST_MAX), window_ms: rememberedMs }),
  duplicate_window_ms: rememberedMs,
  reply_stop: z.strictObject({ window_ms: durationMs, whole_account: z.boolean() }),
  /** Sending hours in the recipient's zone: from `from` to `to` o'clock on the listed days (1 Monday to 7 Sunday). */
  sending_hours: sendingHoursSchema,
  ownership_window_ms: durationMs,
  /** Which lane goes first when an account or contact is free again. Without it, people and then inbound; lanes that are left out come last. */
  ownership_order: z.array(laneSchema).max(LANES.length).optional(),
  permit_ttl_ms: z
    .int()
    .min(1_000)
    .max(30 * DAY_MS),
  review_ttl_ms: durationMs,
  /** Bases that allow a class of message. */
  consent: z.strictObject({
    sales: z.array(z.enum(CONSENT_BASES)),
    marketing: z.array(z.enum(CONSENT_BASES)),
    /** A basis counts only for the purpose that it was recorded for: what a source says of a contact as a whole is not enough. */
    per_purpose: z.boolean().optional(),
    /** Countries with bases of their own. A contact whose country is not known needs one that is good in all of them. */
    jurisdictions: z
      .partialRecord(
        countrySchema,
        z.strictObject({
          sales: z.array(z.enum(CONSENT_BASES)).optional(),
          marketing: z.array(z.enum(CONSENT_BASES)).optional(),
        }),
      )
      .optional(),
  }),
  /** How long after a message of the contact it may still be answered. Without it, 30 days. */
  answers: z.strictObject({ window_ms: durationMs }).optional(),
  /** How old what was synchronized from elsewhere may be before selling waits for it, per source. */
  syncs: z.partialRecord(syncSourceSchema, durationMs).optional(),
  /** How long nothing is sold after a rejection, and after a deal was lost. Without it, nothing waits. */
  reengagement: z.strictObject({ rejected_ms: durationMs, lost_ms: durationMs }).optional(),
  budget: z.strictObject({ currency: currencySchema, per_day_minor: z.int().min(0) }),
  confidence_floor: share,
  triage: z.strictObject({
    /** Decayed intent from which the system acts, and below which a signal shows no interest. */
    act_from: z.number().min(0).max(100),
    ignore_below: z.number().min(0).max(100),
    later_ms: z
      .int()
      .min(1_000)
      .max(90 * DAY_MS),
    /** After this many looks without enough interest the subject is left alone. */
    later_max: z.int().min(0).max(100),
  }),
  rules: z.array(tenantRuleSchema).max(200),
  trust: z.strictObject({
    half_life_days: z.number().min(1).max(3_650),
    prior_good: z.number().min(0.01).max(20),
    prior_bad: z.number().min(0.01).max(20),
    /** False keeps the two above also when enough kinds of action have evidence to lend each other a prior. */
    pooled: z.boolean().optional(),
    /** Share of autonomous actions that are still sampled for review. */
    audit_share: share,
  }),
  icp: icpSchema,
  /** Share of decisions in which a candidate other than the best may be drawn, so that alternatives can be compared later. */
  exploration: z.number().min(0).max(0.5),
  /** Windows for linking outcomes to decisions; types that are not listed keep their own. */
  outcome_windows_ms: z.partialRecord(z.enum(OUTCOME_TYPES), durationMs),
  /** How long what is kept beside the ledger, in days. */
  retention: retentionSchema.optional(),
  /** What leaves the installation for another host, and must not. */
  egress: egressSchema.optional(),
  /** How many plays may be active. Without it the cap is 5 in each segment and no play ends by itself. Source: SalesPlayLibraryConfig. */
  plays: z
    .strictObject({
      cap: playCap,
      /** Other caps of single segments. */
      caps: z.record(segmentSchema, playCap),
      /** Whether an active play is retired when its end date is over. New sequences stop then in any case. */
      auto_sunset: z.boolean(),
    })
    .optional(),
  /** How the policy itself is changed. `approved`: only by a proposal that its owners approve; without it an admin may also replace it at once. */
  change_control: z.enum(['single_step', 'approved']).optional(),
  /** Hours of single countries, public holidays, and hours of senders. Without it every country has `sending_hours`, and nobody a holiday. */
  sending: sendingTermsSchema.optional(),
  /** When a sender whose messages bounce or are complained of is limited; what is left out has the value of `DEFAULT_SENDER_HEALTH`. */
  sender_health: senderHealthTermsSchema.optional(),
  /** How people review; what is left out has the value of `DEFAULT_REVIEW_TERMS`. */
  review: reviewTermsSchema.optional(),
});
export type Policy = z.infer<typeof policySchema>;

/** The policy of a new tenant: nothing executes without a person until evidence or a grant says so. */
export const DEFAULT_POLICY: Policy = {
  format: 1,
  name: 'default',
  grants: [],
  ceilings: {},
  authorizations: [
    {
      lane: 'inbound',
      action_types: [
        'crm_update',
        'email_generation',
        'outreach_push',
        'suppress_channel',
        'email_reply',
        'service_notice',
      ],
      channels: ['internal', 'crm', 'email'],
    },
    {
      lane: 'tam',
      action_types: [
        'crm_update',
        'email_generation',
        'outreach_push',
        'linkedin_push',
        'paid_audience_push',
        'suppress_channel',
        'email_reply',
      ],
      channels: ['internal', 'crm', 'email', 'linkedin', 'audience'],
    },
    {
      lane: 'marketing',
      action_types: ['crm_update', 'nurture_enrollment', 'paid_audience_push', 'suppress_channel'],
      channels: ['internal', 'crm', 'email', 'audience'],
    },
    {
      lane: 'operator',
      action_types: [
        'crm_update',
        'email_generation',
        'outreach_push',
        'nurture_enrollment',
        'linkedin_push',
        'paid_audience_push',
        'suppress_channel',
        'email_reply',
        'service_notice',
      ],
      channels: ['internal', 'crm', 'email', 'linkedin', 'audience'],
    },
  ],
  cooldown: { contact_ms: 3 * DAY_MS, account_ms: DAY_MS, domain_ms: 4 * HOUR_MS, channel_ms: {} },
  touch_cap: { max: 3, window_ms: 7 * DAY_MS },
  duplicate_window_ms: 90 * DAY_MS,
  reply_stop: { window_ms: 30 * DAY_MS, whole_account: true },
  sending_hours: { from: 8, to: 18, days: [1, 2, 3, 4, 5] },
  ownership_window_ms: 4 * HOUR_MS,
  permit_ttl_ms: 15 * MINUTE_MS,
  review_ttl_ms: 5 * DAY_MS,
  review: { expiry_ms: 50 * HOUR_MS },
  consent: { sales: ['consent', 'legitimate_interest', 'contract'], marketing: ['consent'] },
  budget: { currency: 'EUR', per_day_minor: 50_000 },
  confidence_floor: 0.3,
  triage: { act_from: 40, ignore_below: 5, later_ms: DAY_MS, later_max: 5 },
  rules: [],
  trust: { half_life_days: 30, prior_good: 1, prior_bad: 1, audit_share: 0.05 },
  icp: {
    weights: { firmographic: 20, vertical: 20, revenue: 15, tech: 15, growth: 10, intent: 20 },
    target_verticals: ['SaaS', 'FinTech', 'Cybersecurity', 'HR Tech'],
    employees: { from: 50, to: 2_000 },
    revenue_minor: { from: 500_000_000, to: 50_000_000_000 },
    growth_percent: 40,
    tiers: { t1: 70, t2: 45 },
  },
  exploration: 0,
  outcome_windows_ms: {},
};
