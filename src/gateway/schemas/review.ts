/** Held actions and what people decide about them. */
import { z } from 'zod';

import { REVIEW_DECISIONS } from '../../domain/event-types.ts';
import { pageFields } from '../cursor.ts';
import type { ReviewView } from '../services.port.ts';
import { anyJsonSchema, checkSchema, isoTimeSchema, objectInputSchema, reasonSchema } from './common.ts';

const reviewStateSchema = z.enum(['open', 'approved', 'edited', 'rejected', 'cancelled', 'expired']);

export const reviewViewSchema = z
  .object({
    id: z.string(),
    action: z.string(),
    decision: z.string(),
    queue: z.string(),
    state: reviewStateSchema,
    action_type: z.string(),
    channel: z.string(),
    risk_class: z.string(),
    account: z.string().nullable(),
    person: z.string().nullable(),
    fingerprint: z.string().describe('Of the draft as it is now. A decision has to name it.'),
    content: anyJsonSchema,
    reasons: z.array(checkSchema).describe('Why it is held.'),
    created_at: isoTimeSchema,
    expires_at: isoTimeSchema,
    decided_by: z.string().nullable(),
  })
  .meta({ id: 'Review' }) satisfies z.ZodType<ReviewView>;

export const reviewQuerySchema = z.strictObject({ ...pageFields, state: reviewStateSchema.optional() });

export const reviewDecisionSchema = z
  .strictObject({
    decision: z.enum(REVIEW_DECISIONS),
    fingerprint: z.string().min(1).max(256).describe('Of the draft that was read.'),
    reason: reasonSchema.nullish(),
    content: objectInputSchema.nullish().describe('The edited draft; for `edit` only.'),
  })
  .refine((input) => (input.decision === 'edit') === isGiven(input.content), {
    path: ['content'],
    message: 'is required for `edit`, and for nothing else',
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

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
