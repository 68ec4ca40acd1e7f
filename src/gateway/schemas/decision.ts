/** Decisions, their traces and their replays as they leave the gateway. */
import { z } from 'zod';

import { actorKindSchema } from '../../domain/event-types.ts';
import { pageFields } from '../cursor.ts';
import type { DecisionView, MachineView, ReplayView, TraceStep, TraceView } from '../services.port.ts';
import { anyJsonSchema, anyObjectSchema, checkSchema, idSchema, isoTimeSchema } from './common.ts';

export const decisionViewSchema = z
  .object({
    id: z.string(),
    at: isoTimeSchema,
    subject: z.object({ kind: z.enum(['account', 'lead']), id: z.string(), external_id: z.string().nullable() }),
    engine: z.string().describe('Version of the decision engine that answered.'),
    trigger: z.string().describe('The signal or proposal that led here.'),
    action: z
      .object({
        id: z.string(),
        type: z.string(),
        channel: z.string(),
        risk_class: z.string(),
        state: z.string(),
      })
      .nullable()
      .describe('Null when the decision was to do nothing.'),
    verdict: z.string().describe('`pass`, `schedule`, `hold` or `deny`.'),
    reasons: z.array(checkSchema).describe('The checks that did not pass.'),
    reason: z.string(),
    candidates: z.array(anyObjectSchema),
    propensity: z.number().describe('Probability with which the candidate was chosen.'),
    confidence: z.number().nullable(),
    assessment: anyObjectSchema.nullable(),
    policy_hash: z.string().nullable(),
    verdict_hash: z.string().nullable().describe('What a replay has to reproduce.'),
    correlation: z.string(),
    originating_proposal_id: z.string().nullable(),
  })
  .meta({ id: 'Decision' }) satisfies z.ZodType<DecisionView>;

export const traceStepSchema = z
  .object({
    step: z.enum([
      'signal',
      'triage',
      'context',
      'decision',
      'proposal',
      'gate',
      'review',
      'permit',
      'execution',
      'outcome',
      'other',
    ]),
    event: z.string().describe('Position on the ledger.'),
    type: z.string(),
    at: isoTimeSchema,
    actor: z.string(),
    summary: z.string(),
    data: anyJsonSchema,
  })
  .meta({ id: 'TraceStep' }) satisfies z.ZodType<TraceStep>;

const shownSchema = z
  .object({
    notes: z.array(
      z.object({
        note: z.string(),
        why: z.string().nullable().describe('Why the decision rests on it; null when it made no difference.'),
        kind: z.string(),
        observed_at: isoTimeSchema,
        text: z.string().nullable().describe('Null once the person who said it was erased.'),
      }),
    ),
    examples: z.array(
      z.object({
        id: z.string().describe('The event of the approval.'),
        edited: z.boolean(),
        approved_at: isoTimeSchema,
        taken: z.boolean().describe('Whether the draft has its wording.'),
        content: anyObjectSchema.nullable().describe('Null once the person to whom it was written was erased.'),
      }),
    ),
  })
  .meta({ id: 'Shown' });

export const traceViewSchema = z
  .object({
    decision: decisionViewSchema,
    steps: z.array(traceStepSchema),
    gate: z.array(checkSchema).describe('Every check of the last evaluation, passed ones too.'),
    snapshot: anyObjectSchema.nullable().describe('What was known at the time.'),
    shown: shownSchema.describe('What the engine was shown beside the facts.'),
  })
  .meta({ id: 'Trace' }) satisfies z.ZodType<TraceView>;

export const machineViewSchema = z
  .object({
    kind: actorKindSchema,
    version: z.int(),
    initial: z.string(),
    states: z.array(z.string()),
    edges: z.array(z.object({ from: z.string(), to: z.string(), label: z.string().describe('Events, by type.') })),
  })
  .meta({ id: 'Machine' }) satisfies z.ZodType<MachineView>;

export const replayViewSchema = z
  .object({
    decision: z.string(),
    result: z.enum(['identical', 'different', 'redacted', 'nothing_to_replay']),
    evaluations: z.array(
      z.object({
        event: z.string(),
        recorded_hash: z.string(),
        replayed_hash: z.string(),
        other_time_zone_data: z
          .string()
          .nullable()
          .describe(
            'The edition of the time zone database that answered then, when it is not the one of this program.',
          ),
        facts_equal: z.boolean().describe('Whether facts derived again from the ledger equal the stored snapshot.'),
        differences: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'Replay' }) satisfies z.ZodType<ReplayView>;

export const decisionQuerySchema = z.strictObject({
  ...pageFields,
  account: idSchema.optional().describe('External id of an account.'),
  contact: idSchema.optional().describe('External id of a contact.'),
  verdict: z
    .string()
    .regex(/^[a-z_]{1,32}$/, 'must be a verdict such as hold')
    .optional()
    .describe('`pass`, `schedule`, `hold` or `deny`.'),
  correlation: idSchema.optional().describe('What one signal or proposal set in motion.'),
});

export const correlationParams = z.strictObject({ correlation: idSchema });
