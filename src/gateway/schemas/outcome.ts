/** Outcomes as they are read, corrected and retracted. */
import { z } from 'zod';

import { moneySchema } from '../../domain/money.ts';
import { outcomeTypeSchema } from '../../domain/outcome-types.ts';
import { LINK_STATUSES, WINDOW_SOURCES } from '../../domain/outcome.ts';
import { pageFields } from '../cursor.ts';
import type { OutcomeCorrection } from '../outcome-services.port.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import { idSchema, isoTimeSchema, reasonSchema } from './common.ts';

export const outcomeViewSchema = z
  .object({
    id: z.string(),
    type: outcomeTypeSchema,
    subject: z.object({ kind: z.enum(['account', 'lead']), id: z.string() }),
    occurred_at: isoTimeSchema,
    amount: moneySchema.nullable(),
    corrected: z.boolean().describe('Whether a correction changed what was reported.'),
    link: z.object({
      status: z
        .enum(LINK_STATUSES)
        .describe(
          '`linked` to a decision; `unlinked`: none lies in the window; `preceding`: it came before everything; `retracted`.',
        ),
      decision: z.string().nullable(),
      action: z.string().nullable(),
      sequence: z.string().nullable(),
      play: z.string().nullable(),
      window: z
        .object({
          ms: z.number(),
          source: z.enum(WINDOW_SOURCES).nullable(),
          from: isoTimeSchema.nullable(),
          until: isoTimeSchema.nullable(),
        })
        .describe(
          'How long after a decision it may be linked to it, who says so, and the window of the linked decision.',
        ),
    }),
  })
  .meta({ id: 'OutcomeView', description: 'What followed, and what it followed from.' });

export const outcomesQuerySchema = z.strictObject({
  ...pageFields,
  decision: idSchema.optional().describe('What came of this decision.'),
  action: idSchema.optional().describe('What came of this action.'),
  account: idSchema.optional().describe('Outcomes of this account itself, by your own id.'),
  contact: idSchema.optional().describe('Outcomes of this contact, by your own id.'),
  status: z.enum(LINK_STATUSES).optional(),
});

export const outcomeCorrectionBody = z
  .strictObject({
    type: outcomeTypeSchema.optional(),
    occurred_at: z
      .string()
      .max(64)
      .refine((text) => parseRfc3339(text) !== null, 'must be an RFC 3339 timestamp such as 2026-11-21T10:00:00Z')
      .meta({ format: 'date-time' })
      .optional(),
    amount: moneySchema.nullable().optional(),
    decision: idSchema.nullable().optional().describe('The decision or action that it followed; null for none known.'),
    reason: reasonSchema,
  })
  .meta({
    id: 'OutcomeCorrection',
    description: 'What is right. Members that are left out stay as they are.',
    examples: [{ type: 'lost', reason: 'The contract was never signed.' }],
  });

export const outcomeRetractionBody = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'OutcomeRetraction', examples: [{ reason: 'The bounce was of another address.' }] });

export function outcomeCorrectionOf({
  occurred_at: at,
  ...rest
}: z.infer<typeof outcomeCorrectionBody>): OutcomeCorrection {
  const occurredAt = at === undefined ? null : parseRfc3339(at);
  return { ...rest, ...(occurredAt === null ? {} : { occurred_at: occurredAt }) };
}
