/** Held actions and what people do with them. */
import { z } from 'zod';

import { actionTypeSchema, channelSchema } from '../../domain/action-types.ts';
import { REVIEW_DECISIONS } from '../../domain/event-types.ts';
import { HOLD_QUEUES } from '../../domain/gate.ts';
import { REVIEW_STATES } from '../../domain/review-state.ts';
import { pageFields } from '../cursor.ts';
import type { BulkPreview, BulkResult, ReservationView, ReviewSummary, ReviewView } from '../review.port.ts';
import { anyJsonSchema, checkSchema, idSchema, isoTimeSchema, objectInputSchema, reasonSchema } from './common.ts';

const BULK_MAX = 100;

export const accountRefSchema = z.object({ id: z.string(), external_id: z.string(), name: z.string().nullable() });
export const recipientSchema = accountRefSchema.extend({
  address: z.string().nullable().describe('Where it would really go.'),
});
export const renderedSchema = z.object({ subject: z.string().nullable(), body: z.string() });

export const reservationSchema = z
  .object({ by: z.string(), until: isoTimeSchema })
  .meta({ id: 'Reservation' }) satisfies z.ZodType<ReservationView>;

export const reviewViewSchema = z
  .object({
    id: z.string(),
    action: z.string(),
    decision: z.string(),
    queue: z.string(),
    state: z.enum(REVIEW_STATES),
    action_type: z.string(),
    channel: z.string(),
    risk_class: z.string(),
    lane: z.string(),
    account: z.string().nullable(),
    person: z.string().nullable(),
    account_ref: accountRefSchema.nullable(),
    recipient: recipientSchema.nullable().describe('Null when the person was erased, or it concerns nobody.'),
    batch: z.string().nullable().describe('What one run proposed together.'),
    sequence: z.string().nullable(),
    step: z.number().nullable().describe('Its place in the sequence, from 1.'),
    play: z.string().nullable(),
    fingerprint: z.string().describe('Of the draft as it is now. A decision has to name it.'),
    content: anyJsonSchema,
    original_content: anyJsonSchema.describe(
      'The draft as it was proposed; the same as `content` when nobody edited it.',
    ),
    rendered: renderedSchema.describe('The message as its recipient will see it.'),
    evidence: z.array(
      z.object({ kind: z.enum(['signal', 'note', 'candidate']), id: z.string(), text: z.string(), at: isoTimeSchema }),
    ),
    reasons: z.array(checkSchema).describe('Why it is held.'),
    trust: z
      .object({ level: z.string(), quantile: z.number(), theta: z.number(), evidence: z.number() })
      .nullable()
      .describe('How far the proposer is trusted with this kind of action.'),
    priority: z.object({ score: z.number(), reason: z.string() }).describe('Risk times age, in hours.'),
    reserved: reservationSchema.nullable(),
    assigned_to: z.string().nullable(),
    snoozed_until: isoTimeSchema.nullable(),
    approvals: z.array(z.object({ by: z.string(), at: isoTimeSchema })),
    approvals_needed: z.number(),
    created_at: isoTimeSchema,
    due_at: isoTimeSchema.describe('When a person should have decided, by working hours.'),
    overdue: z.boolean(),
    expires_at: isoTimeSchema,
    decided_by: z.string().nullable(),
    decided_at: isoTimeSchema.nullable(),
    undo_until: isoTimeSchema.nullable().describe('Until then its approval can be taken back.'),
  })
  .meta({ id: 'Review' }) satisfies z.ZodType<ReviewView>;

export const reviewQuerySchema = z.strictObject({
  ...pageFields,
  state: z
    .enum([...REVIEW_STATES, 'snoozed'])
    .optional()
    .describe('`open` if it is left out.'),
  queue: z.enum(HOLD_QUEUES).optional(),
  channel: channelSchema.optional(),
  action_type: actionTypeSchema.optional(),
  assigned_to: idSchema.optional(),
  account: idSchema.optional().describe('Your own id of the account.'),
  sequence: idSchema.optional(),
  batch: idSchema.optional(),
  play: idSchema.optional(),
  sort: z.enum(['priority', 'age']).optional().describe('`priority` if it is left out: risk times age.'),
});

export const reviewSummarySchema = z
  .object({
    open: z.number(),
    overdue: z.number(),
    snoozed: z.number(),
    mine: z.number().describe('Open ones that are assigned to you.'),
    decided_today: z.number(),
    median_seconds_today: z.number().nullable().describe('From the reservation to the decision.'),
    capacity: z.object({ per_day: z.number().nullable(), left: z.number().nullable() }),
  })
  .meta({ id: 'ReviewSummary' }) satisfies z.ZodType<ReviewSummary>;

export const reviewDecisionSchema = z
  .strictObject({
    decision: z.enum(REVIEW_DECISIONS),
    fingerprint: z.string().min(1).max(256).describe('Of the draft that was read.'),
    reason: reasonSchema.nullish(),
    content: objectInputSchema.nullish().describe('The edited draft; for `edit` only.'),
    whole_sequence: z
      .boolean()
      .optional()
      .describe('With `reject`: the other steps of the sequence for this contact are cancelled too.'),
  })
  .refine((input) => (input.decision === 'edit') === isGiven(input.content), {
    path: ['content'],
    message: 'is required for `edit`, and for nothing else',
  })
  .refine((input) => input.whole_sequence !== true || input.decision === 'reject', {
    path: ['whole_sequence'],
    message: 'goes with `reject` only',
  })
  .meta({
    id: 'ReviewDecision',
    examples: [
      { decision: 'approve', fingerprint: 'b94d27b9934d3e08' },
      { decision: 'reject', fingerprint: 'b94d27b9934d3e08', reason: 'Wrong person.' },
    ],
  });

export const reviewDecidedSchema = z
  .object({ review: reviewViewSchema, action_state: z.string() })
  .meta({ id: 'ReviewDecided' });

export const snoozeSchema = z
  .strictObject({
    until: z.iso.datetime({ offset: true }).describe('Before it expires.'),
    reason: reasonSchema.nullish(),
  })
  .meta({ examples: [{ until: '2026-11-21T16:00:00Z', reason: 'After lunch.' }] });
export const assignmentSchema = z
  .strictObject({
    to: idSchema.nullable().describe('An identity; null gives it back to everybody.'),
    reason: reasonSchema.nullish(),
  })
  .meta({ examples: [{ to: 'person:second' }] });
export const optionalReasonSchema = z
  .strictObject({ reason: reasonSchema.nullish() })
  .meta({ examples: [{ reason: 'Looked at it again.' }] });

const bulkItems = z
  .array(z.strictObject({ id: idSchema, fingerprint: z.string().min(1).max(256) }))
  .min(1)
  .max(BULK_MAX);
const bulkDecision = z.enum(['approve', 'reject']);
export const bulkPreviewInputSchema = z
  .strictObject({ decision: bulkDecision, items: bulkItems })
  .meta({ examples: [{ decision: 'approve', items: [{ id: 'rev_0123.1', fingerprint: 'b94d27b9934d3e08' }] }] });
export const bulkInputSchema = z
  .strictObject({ decision: bulkDecision, items: bulkItems, reason: reasonSchema.nullish() })
  .meta({
    id: 'BulkDecision',
    examples: [{ decision: 'approve', items: [{ id: 'rev_0123.1', fingerprint: 'b94d27b9934d3e08' }] }],
  });

export const bulkPreviewSchema = z
  .object({
    groups: z.array(z.object({ consequence: z.string(), count: z.number(), ids: z.array(z.string()) })),
    would_pass: z.number().describe('Now or at a later time. Each item is judged as if it were alone.'),
    would_hold: z.number(),
    would_deny: z.number(),
    refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  })
  .meta({ id: 'BulkPreview' }) satisfies z.ZodType<BulkPreview>;

export const bulkResultSchema = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['done', 'refused']),
        state: z.string(),
        problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'BulkResult' }) satisfies z.ZodType<BulkResult>;

export const sequenceParams = z.strictObject({ sequence: idSchema });

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
