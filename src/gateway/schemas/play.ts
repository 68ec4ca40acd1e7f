/** Plays, and what brains found. */
import { z } from 'zod';

import { BRAINS, CONFIDENCE_FLAGS } from '../../domain/brain.ts';
import {
  PLAY_APPROVERS,
  PLAY_SCOPES,
  PLAY_STATES,
  playChangesSchema,
  playDraftSchema,
  RETENTION_TIERS,
  RETIRE_REASONS_OF_PEOPLE,
  retrospectiveSchema,
  segmentSchema,
} from '../../domain/play.ts';
import { quarterSchema } from '../../domain/quarter.ts';
import { externalIdSchema, labelSchema } from '../../domain/text.ts';
import { pageFields } from '../cursor.ts';
import type { AnalysisView, PlayCalibration, PlayView, RetrospectiveReport } from '../play-services.port.ts';
import { idSchema, isoTimeSchema, reasonSchema } from './common.ts';

const isoOrNull = isoTimeSchema.nullable();
const anyObject = z.custom<object>().meta({ type: 'object' });
const EXAMPLE_DRAFT = {
  name: 'Champions who changed jobs',
  hypothesis: 'A champion who moved to a new company in the segment buys again within two quarters.',
  target_definition: { icp_tiers: ['T1' as const], verticals: ['FinTech' as const] },
  suggested_cadence: { steps: [{ day: 0, channel: 'email' as const, purpose: 'Congratulate, and ask about plans.' }] },
  success_criteria: { meeting_rate: 0.1, evaluate_after_days: 45 },
};

export const playViewSchema = z
  .object({
    id: z.string(),
    state: z.enum(PLAY_STATES),
    scope: z.enum(PLAY_SCOPES),
    segment: z.string().nullable(),
    account: z.string().nullable().describe('The id of the account here.'),
    name: z.string(),
    hypothesis: z.string(),
    target_definition: anyObject,
    suggested_cadence: anyObject,
    success_criteria: anyObject,
    drafted: anyObject.describe('What the brain drafted, word by word. It never changes.'),
    originating_proposal_id: z.string(),
    writer_agent_id: z.string(),
    created_at: isoTimeSchema,
    picked_up_by: z.string().nullable(),
    picked_up_at: isoOrNull,
    revision: z.int().describe('How often it was edited. Edits and approvals name the revision that was read.'),
    edits: z.array(
      z.object({
        by: z.string(),
        at: isoTimeSchema,
        changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
        edited_share: z.number().describe('How far it was from the brain’s draft after the edit, 0 to 1.'),
      }),
    ),
    slm_approver: z.string().nullable(),
    revops_approver: z.string().nullable(),
    activated_at: isoOrNull,
    active_period_start: z.string().nullable(),
    active_period_end: z.string().nullable().describe('The last day on which a sequence may begin.'),
    starts_sequences: z.boolean().describe('Whether a sequence may begin under it now.'),
    retired_at: isoOrNull,
    retired_by: z.string().nullable().describe('Null when the end date retired it.'),
    retire_reason: z.string().nullable(),
    retrospective_outcomes: z.array(anyObject),
    retention: z.enum(RETENTION_TIERS),
  })
  .meta({ id: 'Play' }) satisfies z.ZodType<PlayView>;

export const playsQuerySchema = z.strictObject({
  ...pageFields,
  state: z.enum(PLAY_STATES).optional(),
  segment: segmentSchema.optional(),
  tier: z
    .enum([...RETENTION_TIERS, 'all'])
    .default('hot')
    .describe(
      '`hot`: in work, active, or retired in the last 90 days. `warm`: retired up to 18 months ago. `cold`: before.',
    ),
});

export const playProposalSchema = z
  .strictObject({
    id: idSchema.describe('Chosen by the brain; the same id with the same content changes nothing.'),
    originating_proposal_id: idSchema.describe('The analysis in the log that suggests the play.'),
    segment: segmentSchema.optional().describe('For AGT-901. AGT-902 drafts for the account of its analysis.'),
    ...playDraftSchema.shape,
  })
  .meta({
    id: 'PlayProposal',
    examples: [{ id: 'run-17-1', originating_proposal_id: 'pro_0123', segment: 'commercial_mm', ...EXAMPLE_DRAFT }],
  });

export const proposedPlaySchema = z
  .object({ id: z.string(), duplicate: z.boolean().describe('True when it was drafted before.') })
  .meta({ id: 'ProposedPlay' });

const revision = z.int().min(0).describe('The revision that was read; another one refuses it.');
export const playEditSchema = z
  .strictObject({ revision, changes: playChangesSchema })
  .meta({ id: 'PlayEdit', examples: [{ revision: 0, changes: { active_period_end: '2027-03-31' } }] });

export const playApprovalSchema = z
  .strictObject({
    revision,
    authority: z.enum(PLAY_APPROVERS).optional().describe('For somebody who has both.'),
  })
  .meta({ id: 'PlayApproval', examples: [{ revision: 1 }] });

export const playRejectionSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'PlayRejection', examples: [{ reason: 'We tried this last spring.' }] });

export const playRetirementSchema = z
  .strictObject({ retire_reason: z.enum(RETIRE_REASONS_OF_PEOPLE), note: reasonSchema.optional() })
  .meta({ id: 'PlayRetirement', examples: [{ retire_reason: 'completed' }] });

export const playOutcomesSchema = retrospectiveSchema.extend({ quarter: quarterSchema }).meta({
  id: 'PlayOutcomes',
  examples: [{ quarter: '2026-Q4', meeting_rate: 0.12, opportunity_rate: 0.04, contract_value: null, sequences: 150 }],
});

const intervalSchema = z.object({ low: z.number(), high: z.number() });

export const calibrationSchema = z
  .object({
    promotion_rate_target: z.number(),
    brains: z.array(
      z.object({
        brain: z.enum(BRAINS),
        quarter: z.string(),
        drafts: z.int(),
        activated: z.int(),
        undecided: z.int().describe('Drafts about which nobody has decided yet.'),
        promotion_interval: intervalSchema.describe('95 % interval of the rate.'),
        promotion_rate: z.number(),
        below_target: z.boolean(),
        edits: z.int(),
        mean_edited_share: z.number().nullable(),
      }),
    ),
    active_plays: z.int(),
    active_plays_watch: z.int(),
    active_above_since: isoOrNull.describe('Since when more plays than that are active without a break.'),
    review_due: z.boolean().describe('True when that has lasted a week: it is more than people can keep in mind.'),
  })
  .meta({ id: 'PlayCalibration' }) satisfies z.ZodType<PlayCalibration>;

export const retrospectiveQuerySchema = z.strictObject({
  play: idSchema.optional().describe('One play. Without it, all that began something in the quarter.'),
  quarter: quarterSchema.optional().describe('As in `2026-Q4`, in UTC. Without it, the one before this.'),
});

export const retrospectiveReportSchema = z
  .object({
    quarter: z.string().describe('Sequences that began in it.'),
    as_of: isoTimeSchema,
    items: z.array(
      z.object({
        play: z.string(),
        name: z.string(),
        originating_proposal_id: z.string(),
        writer_agent_id: z.string(),
        begun: z.int(),
        reached: z.int().describe('Of whom at least one touch was made.'),
        matured: z.int().describe('Whose first touch is as long ago as the criteria say. Only they count.'),
        evaluate_after_days: z.int().nullable(),
        criteria: z.array(
          z.object({
            criterion: z.enum(['meeting_rate', 'opportunity_rate', 'contract_value']),
            target: z.number(),
            unit: z.enum(['share', 'minor']),
            currency: z.string().nullable(),
            n: z.int().describe('People who count, or deals.'),
            observed: z.number().nullable(),
            interval: intervalSchema.nullable().describe('95 %. Null where it cannot be given.'),
            standing: z
              .enum(['reached', 'missed', 'open'])
              .describe('Whether the whole interval is at the target or above, below it, or neither.'),
          }),
        ),
        unknown: z
          .array(z.object({ code: z.string(), count: z.int().nullable(), text: z.string() }))
          .describe('What the figures cannot know, and of how many.'),
      }),
    ),
  })
  .meta({ id: 'PlayRetrospectives' }) satisfies z.ZodType<RetrospectiveReport>;

const sourceRead = z.strictObject({
  source_index: z.int().min(1).max(1_000).describe('Cited in the narrative as `[src:1]`.'),
  view: labelSchema(128),
  last_refresh_at: z.iso.datetime({ offset: true }),
  staleness_threshold_hours: z.number().positive().max(100_000),
});
const longText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'must be well-formed text without NUL');
const tokens = z.int().min(0).max(1_000_000_000);

export const analysisInputSchema = z
  .strictObject({
    id: idSchema.describe('Chosen by the brain; the same id with the same content changes nothing.'),
    account: externalIdSchema().optional().describe('External id, for AGT-902.'),
    question: longText(4_000),
    model_id: labelSchema(128),
    system_prompt_hash: labelSchema(128),
    sources_read: z.array(sourceRead).max(100),
    narrative_output: longText(50_000).describe('Names people and companies by their ids; cites sources as `[src:1]`.'),
    proposed_actions: z
      .array(
        z.strictObject({
          action_type: labelSchema(64),
          justification: longText(4_000),
          lever: labelSchema(128).nullable(),
          source_indices: z.array(z.int()).max(100),
        }),
      )
      .max(50),
    confidence_flags: z.array(z.enum(CONFIDENCE_FLAGS)).max(4),
    data_staleness_acknowledged: z.boolean(),
    tool_calls: z.array(z.strictObject({ tool: labelSchema(128), status: labelSchema(64) })).max(200),
    input_tokens: tokens,
    output_tokens: tokens,
    cost_usd_estimate: z.string().regex(/^(0|[1-9]\d{0,5})(\.\d{1,6})?$/, 'an amount in US dollars such as 0.0432'),
  })
  .meta({
    id: 'AnalysisToLog',
    examples: [
      {
        id: 'run-17',
        question: 'Why is commercial_mm behind plan?',
        model_id: 'model-1',
        system_prompt_hash: 'sha256:0123',
        sources_read: [
          {
            source_index: 1,
            view: 'pipeline_by_segment',
            last_refresh_at: '2026-11-21T06:00:00Z',
            staleness_threshold_hours: 24,
          },
        ],
        narrative_output: 'Meetings fell by a third since September [src:1].',
        proposed_actions: [
          { action_type: 'draft_play', justification: 'Champions who moved.', lever: null, source_indices: [1] },
        ],
        confidence_flags: ['inference'],
        data_staleness_acknowledged: false,
        tool_calls: [],
        input_tokens: 21_000,
        output_tokens: 1_900,
        cost_usd_estimate: '0.0915',
      },
    ],
  });

export const loggedAnalysisSchema = z
  .object({
    proposal_id: z.string().describe('Whatever follows from the answer names it.'),
    duplicate: z.boolean().describe('True when it was logged before.'),
  })
  .meta({ id: 'LoggedAnalysis' });

export const analysisViewSchema = z
  .object({
    proposal_id: z.string(),
    brain: z.enum(BRAINS),
    account: z.string().nullable().describe('The id of the account here.'),
    created_at: isoTimeSchema,
    question: z.string(),
    model_id: z.string(),
    system_prompt_hash: z.string(),
    sources_read: z.array(
      z.object({
        source_index: z.int(),
        view: z.string(),
        last_refresh_at: isoTimeSchema,
        staleness_threshold_hours: z.number(),
        is_stale: z.boolean().describe('Whether it was older than its threshold when the brain read it.'),
      }),
    ),
    narrative_output: z.string(),
    proposed_actions: z.array(
      z.object({
        action_type: z.string(),
        justification: z.string(),
        lever: z.string().nullable(),
        source_indices: z.array(z.int()),
      }),
    ),
    confidence_flags: z.array(z.enum(CONFIDENCE_FLAGS)),
    data_staleness_acknowledged: z.boolean(),
    tool_calls: z.array(z.object({ tool: z.string(), status: z.string() })),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd_estimate: z.string(),
    written_by: z.string(),
  })
  .meta({ id: 'Analysis' }) satisfies z.ZodType<AnalysisView>;
