/**
 * How people review: their hours, how long they have, how many of them an action needs, and how long what they or nobody approved still
 * waits. Every member may be left out of a policy.
 */
import { z } from 'zod';

import { actionTypeSchema, riskClassSchema } from './action-types.ts';
import type { RiskClass } from './action-types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './instant.ts';

const APPROVALS_MAX = 5;

const hoursSchema = z
  .strictObject({
    /** An IANA name. */
    time_zone: z.string().min(1).max(64),
    from: z.int().min(0).max(23),
    to: z.int().min(1).max(24),
    /** 1 Monday to 7 Sunday. */
    days: z.array(z.int().min(1).max(7)).min(1),
  })
  .refine((hours) => hours.from < hours.to, 'from must be before to');
export type WorkingHours = z.infer<typeof hoursSchema>;

export const reviewTermsSchema = z.strictObject({
  working_hours: hoursSchema.optional(),
  /** Working time in which a person should have decided. */
  sla_ms: z
    .int()
    .min(MINUTE_MS)
    .max(90 * DAY_MS)
    .optional(),
  /** Working time after which a review expires. Without it `review_ttl_ms` counts, by the calendar. */
  expiry_ms: z
    .int()
    .min(MINUTE_MS)
    .max(90 * DAY_MS)
    .optional(),
  /** How long an approval can be taken back before the action goes on. */
  undo_ms: z.int().min(0).max(DAY_MS).optional(),
  /** How long what nobody had to approve waits for a veto, per action type; none by default. */
  veto_ms: z
    .partialRecord(
      actionTypeSchema,
      z
        .int()
        .min(0)
        .max(7 * DAY_MS),
    )
    .optional(),
  /** How many different people have to approve, per class of risk; one by default. */
  approvals: z.partialRecord(riskClassSchema, z.int().min(1).max(APPROVALS_MAX)).optional(),
  /** How long a person keeps an item to themselves. */
  reservation_ms: z.int().min(SECOND_MS).max(HOUR_MS).optional(),
  /** How many drafts reviewers can read in a day. Without it there is no limit. */
  capacity_per_day: z.int().min(1).max(1_000_000).optional(),
});
export type ReviewTerms = z.infer<typeof reviewTermsSchema>;

export const DEFAULT_REVIEW_TERMS = {
  working_hours: { time_zone: 'UTC', from: 8, to: 18, days: [1, 2, 3, 4, 5] },
  sla_ms: 4 * HOUR_MS,
  undo_ms: MINUTE_MS,
  veto_ms: {},
  approvals: {},
  reservation_ms: 5 * MINUTE_MS,
} as const satisfies ReviewTerms;

type Optional = 'expiry_ms' | 'capacity_per_day';
export type WholeReviewTerms = {
  readonly [Name in Exclude<keyof ReviewTerms, Optional>]-?: NonNullable<ReviewTerms[Name]>;
} & Pick<ReviewTerms, Optional>;

/** The terms of a policy with what it leaves out. */
export function reviewTermsOf(policy: { readonly review?: ReviewTerms | undefined }): WholeReviewTerms {
  const { review = {} } = policy;
  return {
    working_hours: review.working_hours ?? { ...DEFAULT_REVIEW_TERMS.working_hours, days: [1, 2, 3, 4, 5] },
    sla_ms: review.sla_ms ?? DEFAULT_REVIEW_TERMS.sla_ms,
    undo_ms: review.undo_ms ?? DEFAULT_REVIEW_TERMS.undo_ms,
    veto_ms: review.veto_ms ?? DEFAULT_REVIEW_TERMS.veto_ms,
    approvals: review.approvals ?? DEFAULT_REVIEW_TERMS.approvals,
    reservation_ms: review.reservation_ms ?? DEFAULT_REVIEW_TERMS.reservation_ms,
    expiry_ms: review.expiry_ms,
    capacity_per_day: review.capacity_per_day,
  };
}

export function approvalsNeeded(terms: Pick<WholeReviewTerms, 'approvals'>, risk: RiskClass): number {
  return terms.approvals[risk] ?? 1;
}
