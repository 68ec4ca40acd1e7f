/** Actions of which nobody knows whether they happened, and what a person found out. */
import { z } from 'zod';

import { pageFields } from '../cursor.ts';
import type { UncertainView } from '../services.port.ts';
import { isoTimeSchema, reasonSchema } from './common.ts';

export const uncertainViewSchema = z
  .object({
    permit: z
      .string()
      .describe('The idempotency key that the channel was given; the Message-ID of an e-mail begins with it.'),
    action: z.string(),
    decision: z.string(),
    action_type: z.string(),
    channel: z.string(),
    mode: z.enum(['sandbox', 'live']),
    recipient: z.string().describe('The id of the person or account.'),
    attempted_at: isoTimeSchema,
  })
  .meta({ id: 'Uncertain' }) satisfies z.ZodType<UncertainView>;

export const uncertainQuerySchema = z.strictObject({ ...pageFields });

export const findingSchema = z
  .strictObject({
    happened: z.boolean().describe('Whether the channel acted.'),
    reason: reasonSchema.describe('How it was found out; it stands on the ledger.'),
    receipt: z.string().min(1).max(500).nullish().describe("The channel's own name for what it did."),
  })
  .meta({
    id: 'Finding',
    examples: [{ happened: true, reason: 'The log of the mail server has its Message-ID.' }],
  });

export const settledSchema = z.object({ permit: z.string(), happened: z.boolean() }).meta({ id: 'Settled' });
