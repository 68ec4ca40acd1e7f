/** What happens to a sequence of touches. */
import { z } from 'zod';

import { channelSchema } from '../action-types.ts';
import { CADENCE_TYPES, SEQUENCE_ENDS, SEQUENCE_TYPES, SUPPRESSED_REASONS, TOUCH_RESULTS } from '../cadence.ts';
import { modeSchema } from '../mode.ts';
import { instant, reasonText, spec } from './event-parts.ts';

/** What the log has of each touch from the moment at which the coordinator first took it up. */
const registered = {
  /** Its place in the sequence, from 1. */
  step: z.int().min(1),
  channel: channelSchema,
  /** The score of the person at that moment, which never changes for this touch; null for one without a score. */
  priority_score_at_queue: z.number().nullable(),
};

export const SEQUENCE_EVENTS = {
  'sequence.started': spec(
    ['sequence'],
    'A sequence of touches began under a play',
    z.strictObject({
      play: z.string(),
      originating_proposal_id: z.string(),
      /** Where the play lives. */
      play_scope: z.string(),
      segment: z.string().nullable(),
      person: z.string(),
      account: z.string().nullable(),
      cadence_type: z.enum(CADENCE_TYPES),
      sequence_type: z.enum(SEQUENCE_TYPES),
      steps: z.array(z.strictObject({ day: z.int().min(0), channel: channelSchema, purpose: z.string() })).min(1),
      active_period_start: z.string(),
      active_period_end: z.string().nullable(),
    }),
  ),
  'sequence.refused': spec(
    ['sequence'],
    'A sequence could not begin',
    z.strictObject({ play: z.string(), detail: reasonText }),
  ),
  'sequence.step_due': spec(['sequence'], 'The next touch of a sequence is due', z.strictObject({ due_at: instant })),
  'sequence.touch_proposed': spec(
    ['sequence'],
    'The coordinator proposed a touch',
    z.strictObject({ ...registered, action: z.string(), decision: z.string() }),
  ),
  'sequence.touch_suppressed': spec(
    ['sequence'],
    'The coordinator held a touch back',
    z.strictObject({
      ...registered,
      suppressed_reason: z.enum(SUPPRESSED_REASONS),
      /** Reasons of the gate behind it. */
      reasons: z.array(z.string()),
      again_at: instant,
    }),
  ),
  'sequence.touch_ended': spec(
    ['sequence'],
    'The action of a touch ended',
    z.strictObject({
      action: z.string(),
      result: z.enum(TOUCH_RESULTS),
      ended_at: instant,
      /** In which a touch was made; null for one that was not. */
      mode: modeSchema.nullable(),
    }),
  ),
  'sequence.stopped': spec(
    ['sequence'],
    'The person of a sequence answered or wants no more contact',
    z.strictObject({ because: z.enum(['replied', 'opted_out']), since: instant }),
  ),
  'sequence.ended': spec(
    ['sequence'],
    'The coordinator ended a sequence',
    z.strictObject({ because: z.enum(SEQUENCE_ENDS), reasons: z.array(z.string()) }),
  ),
} as const;
