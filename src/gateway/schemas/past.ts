/** The past beside the present, as it is asked for and as it leaves: checkpoints, what changed since, and hindsight. */
import { z } from 'zod';

import { checkpointNameSchema } from '../../domain/checkpoint.ts';
import { actorKindSchema } from '../../domain/event-types.ts';
import type { CheckpointView, DifferenceView, HindsightReport, HindsightView, RestoreView } from '../past.port.ts';
import { asOfSchema } from './account.ts';
import { isoTimeSchema, subjectSchema } from './common.ts';

const nameSchema = checkpointNameSchema.describe('Its name: lower-case letters, digits, dot, dash and underscore.');
export const checkpointParams = z.strictObject({ name: nameSchema });
export const checkpointRequestSchema = z
  .strictObject({ name: nameSchema })
  .meta({ id: 'CheckpointRequest', examples: [{ name: 'before-new-crm' }] });
export const restoreRequestSchema = z
  .strictObject({ dry_run: z.boolean().optional().describe('Say what would change, and change nothing.') })
  .meta({ id: 'RestoreRequest', examples: [{ dry_run: true }] });

export const checkpointSchema = z
  .object({
    name: z.string(),
    at: isoTimeSchema,
    by: z.string(),
    event: z.string(),
    restored: z
      .array(z.object({ at: isoTimeSchema, by: z.string(), event: z.string() }))
      .describe('Restores of it that changed something, oldest first.'),
  })
  .meta({ id: 'Checkpoint' }) satisfies z.ZodType<CheckpointView>;

export const restoreReportSchema = z
  .object({
    checkpoint: z.string(),
    dry_run: z.boolean(),
    accounts: z.int().describe('Accounts that go back.'),
    leads: z.int().describe('Leads that go back.'),
    actions: z.int().describe('Open actions that were proposed since, and are cancelled.'),
    looks_dropped: z.int().describe('Subjects that wait for a second look no longer.'),
    changes: z.array(z.object({ kind: actorKindSchema, id: z.string(), from: z.string(), to: z.string() })),
    kept: z
      .array(z.object({ kind: actorKindSchema, id: z.string(), state: z.string(), why: z.string() }))
      .describe('What was left as it is, and why.'),
    unnamed: z.int().describe('Further changes and kept ones that are not named.'),
  })
  .meta({ id: 'RestoreReport' }) satisfies z.ZodType<RestoreView>;

const thenNow = <Value extends z.ZodType>(value: Value) => z.object({ then: value, now: value });
const countsSchema = thenNow(z.record(z.string(), z.int()));

export const differenceQuerySchema = z.strictObject({
  as_of: asOfSchema.optional(),
  checkpoint: nameSchema.optional(),
  subject: subjectSchema.optional(),
});

export const differenceSchema = z
  .object({
    as_of: isoTimeSchema.nullable(),
    checkpoint: z.string().nullable(),
    clock: z.enum(['real', 'virtual']),
    subject: z.string().nullable(),
    events: thenNow(z.int()),
    since: z.record(z.string(), z.int()).describe('Events since, by type.'),
    policy: thenNow(z.object({ hash: z.string(), name: z.string() }).nullable()).extend({
      members: z.array(z.string()).describe('Members of the policy that differ.'),
    }),
    mode: thenNow(z.string().nullable()),
    kill_switch: thenNow(z.boolean()),
    suppressions: thenNow(z.int()),
    counts: z
      .object({ account: countsSchema, lead: countsSchema, action: countsSchema })
      .describe('How many are in which state.'),
    trust: z.array(thenNow(z.string()).extend({ cell: z.string() })).describe('Levels that differ.'),
    changes: z
      .array(
        thenNow(z.string().nullable()).extend({
          kind: actorKindSchema,
          id: z.string(),
          members: z.array(z.string()).describe('What differs in what is known of it.'),
        }),
      )
      .describe('Accounts, leads and actions that differ.'),
    unnamed: z.int(),
  })
  .meta({ id: 'Difference' }) satisfies z.ZodType<DifferenceView>;

const candidateSchema = z.object({
  action_type: z.string(),
  score: z.number().nullable(),
  reason: z.string().nullable(),
});
const saidSchema = z.object({ verdict: z.string(), reasons: z.array(z.string()) }).nullable();
const resultSchema = z.enum(['same', 'other_choice', 'other_verdict', 'unknown']);

export const hindsightSchema = z
  .object({
    decision: z.string(),
    at: isoTimeSchema,
    subject: z.object({ kind: actorKindSchema, id: z.string() }),
    engine: thenNow(z.string()),
    policy: z.object({ then: z.string().nullable(), now: z.string() }),
    known: z
      .enum(['proven', 'derived', 'unknown', 'outside'])
      .describe(
        '`proven`: what is derived from the ledger gives the recorded choice again, to the same hash. `derived`: an engine of another version decided. `unknown`: it cannot be derived. `outside`: somebody else proposed.',
      ),
    candidate: z.object({ then: candidateSchema, now: candidateSchema.nullable() }),
    gate: thenNow(saidSchema).describe('What the gate said when the decision was made, and would say today.'),
    result: resultSchema,
    because: z.array(z.string()).describe('Members of the policy that make the difference, the engine, or the gate.'),
    note: z.string().nullable(),
  })
  .meta({ id: 'Hindsight' }) satisfies z.ZodType<HindsightView>;

const boundSchema = asOfSchema.describe('Decisions from this time on, or before it.');
export const hindsightQuerySchema = z.strictObject({ since: boundSchema.optional(), until: boundSchema.optional() });

export const hindsightReportSchema = z
  .object({
    policy: z.string(),
    engine: z.string(),
    decisions: z.int(),
    results: z.object({ same: z.int(), other_choice: z.int(), other_verdict: z.int(), unknown: z.int() }),
    differences: z.array(z.object({ from: z.string(), to: z.string(), because: z.array(z.string()), count: z.int() })),
    examples: z.array(hindsightSchema),
  })
  .meta({ id: 'HindsightReport' }) satisfies z.ZodType<HindsightReport>;
