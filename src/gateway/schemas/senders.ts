/** Senders and how well their messages are taken. */
import { z } from 'zod';

import { channelSchema } from '../../domain/action-types.ts';
import { SENDER_LEVELS } from '../../domain/sender-health.ts';
import type { SenderView } from '../senders.port.ts';
import { idSchema, isoTimeSchema, reasonSchema } from './common.ts';

const share = z.number().min(0).nullable();

export const senderViewSchema = z
  .object({
    channel: channelSchema,
    sender: z.string(),
    level: z.enum(SENDER_LEVELS).describe('What the gate goes by.'),
    level_since: isoTimeSchema.nullable().describe('When it changed last; null when the sender never was limited.'),
    counted_since: isoTimeSchema.describe('Messages from then on are counted.'),
    sent: z.int(),
    bounced: z.int(),
    complained: z.int(),
    bounce_share: share.describe('Of those that were sent; null when nothing was.'),
    complaint_share: share,
    cleared_at: isoTimeSchema.nullable().describe('When a person last let it begin anew.'),
  })
  .meta({ id: 'Sender' }) satisfies z.ZodType<SenderView>;

export const clearSenderSchema = z
  .strictObject({ channel: channelSchema, sender: idSchema, reason: reasonSchema })
  .meta({
    id: 'SenderClear',
    examples: [{ channel: 'email', sender: 'default', reason: 'The bought list was removed.' }],
  });
