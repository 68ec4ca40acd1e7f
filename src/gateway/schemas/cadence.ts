/** Sequences of touches under active plays. */
import { z } from 'zod';

import {
  CADENCE_EVENTS,
  SEQUENCE_ENDS,
  SEQUENCE_TYPES,
  SUPPRESSED_REASONS,
  TOUCH_RESULTS,
} from '../../domain/cadence.ts';
import type { CadenceEventView, CadencePlayView, CadenceRunView } from '../cadence.port.ts';
import { pageFields } from '../cursor.ts';
import { idSchema, isoTimeSchema } from './common.ts';

export const cadenceQuerySchema = z.strictObject({
  ...pageFields,
  play: idSchema.optional(),
  sequence: idSchema.optional(),
  originating_proposal_id: idSchema.optional(),
  person: idSchema.optional().describe('The id of the person here.'),
  kind: z.enum(CADENCE_EVENTS).optional(),
  suppressed_reason: z.enum(SUPPRESSED_REASONS).optional(),
});

export const cadenceEventSchema = z
  .object({
    event: z.string().describe('Its place on the ledger.'),
    at: isoTimeSchema,
    kind: z.enum(CADENCE_EVENTS),
    sequence: z.string().nullable().describe('Null for a touch that no sequence proposed.'),
    state: z
      .string()
      .describe(
        'Of the sequence after it: `waiting`, `touching` or `ended`; of the action, where there is no sequence.',
      ),
    play_id: z.string().nullable().describe('Null for a touch under no play.'),
    originating_proposal_id: z.string().nullable(),
    person: z.string().nullable().describe('The id of the person here; null for a touch to a whole account.'),
    contact: z
      .string()
      .nullable()
      .describe('How your own systems name the person. Null for one who was erased, and for brains.'),
    account: z.string().nullable(),
    sequence_type: z.enum(SEQUENCE_TYPES),
    step: z.int().nullable().describe('Which touch, from 1; null for what concerns the whole sequence.'),
    channel: z.string().nullable(),
    action: z.string().nullable(),
    priority_score_at_queue: z
      .number()
      .nullable()
      .describe('0 to 100, as of the moment at which the touch was queued first. Null without a score.'),
    suppressed_reason: z.enum(SUPPRESSED_REASONS).nullable(),
    reasons: z.array(z.string()).describe('Reasons of the gate behind it.'),
    again_at: isoTimeSchema.nullable().describe('When a touch that was held back is tried again.'),
    result: z.enum(TOUCH_RESULTS).nullable(),
    mode: z.string().nullable().describe('In which a touch was made: `sandbox` reached nobody.'),
    ended_because: z.enum(SEQUENCE_ENDS).nullable(),
  })
  .meta({ id: 'CadenceEvent' }) satisfies z.ZodType<CadenceEventView>;

export const cadencePlaysSchema = z
  .object({
    items: z.array(
      z.object({
        play_id: z.string(),
        name: z.string(),
        segment: z.string().nullable(),
        account: z.string().nullable(),
        starts_sequences: z.boolean(),
        problem: z.string().nullable().describe('Why none begins; null when some may.'),
        started: z.int(),
        running: z.int(),
        completed: z.int(),
        replied: z.int(),
        touches: z.int().describe('Touches that were made.'),
        suppressed: z.int().describe('How often one was held back.'),
      }) satisfies z.ZodType<CadencePlayView>,
    ),
  })
  .meta({ id: 'CadencePlays' });

export const cadenceRunSchema = z
  .object({ plays: z.int(), looked_at: z.int(), started: z.int() })
  .meta({ id: 'CadenceRun' }) satisfies z.ZodType<CadenceRunView>;
