/** What waits for its time, and pauses. */
import { z } from 'zod';

import { channelSchema } from '../../domain/action-types.ts';
import { PAUSE_SCOPES } from '../../domain/pause.ts';
import { pageFields } from '../cursor.ts';
import type { PauseView, ScheduledOutcome, ScheduledView } from '../review.port.ts';
import { checkSchema, idSchema, isoTimeSchema, reasonSchema } from './common.ts';
import { accountRefSchema, recipientSchema, renderedSchema } from './review.ts';

export const scheduledSchema = z
  .object({
    action: z.string(),
    decision: z.string(),
    waits: z
      .enum(['undo', 'veto', 'due', 'capacity', 'pause'])
      .describe(
        '`undo`: an approval can still be taken back. `veto`: people may stop what nobody had to approve. `due`: rules put it off. `capacity`: reviewers have no time today. `pause`: somebody paused it.',
      ),
    at: isoTimeSchema.describe('When it goes to the gate again.'),
    action_type: z.string(),
    channel: z.string(),
    risk_class: z.string(),
    account_ref: accountRefSchema.nullable(),
    recipient: recipientSchema.nullable(),
    sender: z.string(),
    play: z.string().nullable(),
    sequence: z.string().nullable(),
    step: z.number().nullable(),
    fingerprint: z.string(),
    rendered: renderedSchema,
    checks: z.array(checkSchema).describe('Every check of the gate, on what is known now.'),
    still_valid: z.boolean().describe('False when the gate would not let it go, now or later.'),
    next_at: isoTimeSchema.nullable().describe('When the gate would let it go, if that is later than now.'),
    conflicts: z.array(z.object({ action: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Scheduled' }) satisfies z.ZodType<ScheduledView>;

const isoInput = z.iso.datetime({ offset: true });

export const scheduledQuerySchema = z.strictObject({
  ...pageFields,
  channel: channelSchema.optional(),
  sender: idSchema.optional(),
  account: idSchema.optional().describe('Your own id of the account.'),
  play: idSchema.optional(),
  from: isoInput.optional(),
  to: isoInput.optional(),
});

export const actionParams = z.strictObject({ action: idSchema });

export const scheduledOutcomeSchema = z
  .object({ action: z.string(), state: z.string(), scheduled: scheduledSchema.nullable() })
  .meta({ id: 'ScheduledOutcome' }) satisfies z.ZodType<ScheduledOutcome>;

export const moveSchema = z
  .strictObject({ at: isoInput, reason: reasonSchema.nullish() })
  .meta({ examples: [{ at: '2026-11-23T09:00:00Z' }] });
export const cancelSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ examples: [{ reason: 'They are on holiday.' }] });

export const pauseViewSchema = z
  .object({
    id: z.string(),
    scope: z.enum(PAUSE_SCOPES),
    value: z.string(),
    by: z.string(),
    reason: z.string(),
    at: isoTimeSchema,
    affects: z.number().describe('Scheduled actions that it stops.'),
  })
  .meta({ id: 'Pause' }) satisfies z.ZodType<PauseView>;

export const pauseInputSchema = z
  .strictObject({
    scope: z.enum(PAUSE_SCOPES),
    value: idSchema
      .optional()
      .describe('The channel, play or sender, or your own id of the account; nothing for the whole tenant.'),
    reason: reasonSchema,
  })
  .refine((input) => (input.scope === 'tenant') === (input.value === undefined), {
    path: ['value'],
    message: 'is required, unless the whole tenant is paused',
  })
  .meta({
    id: 'NewPause',
    examples: [{ scope: 'channel', value: 'email', reason: 'The sender is being warmed up.' }],
  });
