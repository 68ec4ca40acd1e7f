/** Messages that could not be processed, and what an operator decides about them. */
import { z } from 'zod';

import { actorKindSchema } from '../../domain/event-types.ts';
import { pageFields } from '../cursor.ts';
import type { ParkedView } from '../services.port.ts';
import { anyJsonSchema, isoTimeSchema, objectInputSchema, reasonSchema } from './common.ts';

export const parkedViewSchema = z
  .object({
    id: z.string(),
    source: z.string(),
    message_id: z.string(),
    type: z.string().describe('The event that the message would have become.'),
    actor: z.object({ kind: actorKindSchema, id: z.string() }),
    error: z.string().describe('Why it could not be processed.'),
    received_at: isoTimeSchema,
    waiting: z.int().describe('How many later messages of this actor wait behind it.'),
    data: anyJsonSchema,
  })
  .meta({ id: 'Parked' }) satisfies z.ZodType<ParkedView>;

export const parkedQuerySchema = z.strictObject({ ...pageFields });

export const parkedDecisionSchema = z
  .strictObject({
    decision: z.enum(['retry', 'edit', 'skip']),
    reason: reasonSchema.describe('Why; it stands on the ledger.'),
    data: objectInputSchema.nullish().describe('The data that the message should have had; for `edit` only.'),
  })
  .refine((input) => (input.decision === 'edit') === (input.data !== undefined && input.data !== null), {
    path: ['data'],
    message: 'is required for `edit`, and for nothing else',
  })
  .meta({
    id: 'ParkedDecision',
    examples: [{ decision: 'retry', reason: 'The rule that failed is mended.' }],
  });

export const parkedDecidedSchema = z
  .object({ id: z.string(), decision: z.enum(['retry', 'edit', 'skip']) })
  .meta({ id: 'ParkedDecided' });
