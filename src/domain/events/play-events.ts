/** What happens to sales plays, and what brains log. */
import { z } from 'zod';

import { analysisSchema, brainSchema } from '../brain.ts';
import { SUPPRESSED_REASONS } from '../cadence.ts';
import {
  PLAY_APPROVERS,
  PLAY_FIELDS,
  PLAY_SCOPES,
  playContentSchema,
  playWorkedSchema,
  RETIRE_REASONS,
  retrospectiveSchema,
} from '../play.ts';
import { by, instant, reasonText, spec } from './event-parts.ts';

export const PLAY_EVENTS = {
  'brain.analysis_logged': spec(['tenant'], 'A brain logged what it found', analysisSchema),
  'play.proposed': spec(
    ['play'],
    'A brain drafted a play',
    z.strictObject({
      scope: z.enum(PLAY_SCOPES),
      segment: z.string().nullable(),
      account: z.string().nullable(),
      brain: brainSchema,
      originating_proposal_id: z.string(),
      content: playContentSchema,
      by,
    }),
  ),
  'play.picked_up': spec(['play'], 'A person took up a draft to work it out', z.strictObject({ by })),
  'play.edited': spec(
    ['play'],
    'A person changed a play under review',
    z.strictObject({
      by,
      /** The revision that was read. */
      revision: z.int(),
      fields: z.array(z.enum(PLAY_FIELDS)),
      before: playWorkedSchema,
      after: playWorkedSchema,
      /** How far the play is from what the brain drafted, as a share of its text. */
      edited_share: z.number(),
    }),
  ),
  'play.approved': spec(
    ['play'],
    'A play was approved for one of the two authorities',
    z.strictObject({ by, authority: z.enum(PLAY_APPROVERS), revision: z.int() }),
  ),
  'play.activated': spec(['play'], 'A play became active', z.strictObject({ active_period_start: z.string() })),
  'play.refused': spec(
    ['play'],
    'An act on a play came when it was not possible',
    z.strictObject({ act: z.string(), by: z.string().nullable(), detail: reasonText }),
  ),
  'play.sunset_due': spec(['play'], 'The end date of a play is over', z.strictObject({ due_at: instant })),
  'play.retired': spec(
    ['play'],
    'A play ended',
    z.strictObject({ by: z.string().nullable(), retire_reason: z.enum(RETIRE_REASONS), note: reasonText.nullable() }),
  ),
  'play.purged': spec(['play'], 'A play that was kept long enough was deleted', z.strictObject({ by: z.string() })),
  'play.measured': spec(
    ['play'],
    'What a play brought in a quarter was recorded',
    z.strictObject({ by, outcomes: retrospectiveSchema }),
  ),

  'play.sequence_suppressed': spec(
    ['play'],
    'The ABM backstop stopped a touch of a play, and its originator is told',
    z.strictObject({
      originating_proposal_id: z.string(),
      sequence: z.string(),
      account: z.string().nullable(),
      step: z.int(),
      suppressed_reason: z.enum(SUPPRESSED_REASONS),
    }),
  ),
} as const;
