/**
 * Brains: identities that reason on request and propose. What each one may suggest is a closed list, and everything that it answers is
 * logged with the sources that it read. Source: GTM OS AGT-901 and AGT-902, BrainAnalysisLog, v27 and v34.
 */
import { z } from 'zod';

/** AGT-901 reasons about segments, AGT-902 about one account. */
export const BRAINS = ['AGT-901', 'AGT-902'] as const;
export const brainSchema = z.enum(BRAINS);
export type Brain = z.infer<typeof brainSchema>;

/** What a brain may suggest. Only `draft_play` and `open_expansion_play` can become plays; the others go to people as they are. */
export const BRAIN_ACTIONS: Readonly<Record<Brain, readonly string[]>> = {
  'AGT-901': ['draft_play', 'flag_coverage_gap', 'recommend_human_query', 'none'],
  'AGT-902': [
    'pull_qbr_forward',
    'open_expansion_play',
    'brief_new_ae_or_csm',
    'customer_communication',
    'escalate_to_slm',
    'recommend_human_query',
    'none',
  ],
};

/** The suggestion out of which a brain may draft a play. */
export const PLAY_ACTION: Readonly<Record<Brain, string>> = {
  'AGT-901': 'draft_play',
  'AGT-902': 'open_expansion_play',
};

export const CONFIDENCE_FLAGS = ['high_confidence', 'multi_source', 'inference', 'speculation'] as const;

/** A view that a brain read. `source_index` is the number by which the narrative cites it, as in `[src:1]`. */
const sourceRead = z.strictObject({
  source_index: z.int(),
  view: z.string(),
  last_refresh_at: z.number(),
  staleness_threshold_hours: z.number(),
});
export type SourceRead = z.infer<typeof sourceRead>;

const proposedAction = z.strictObject({
  action_type: z.string(),
  justification: z.string(),
  /** The existing service that would carry it out. */
  lever: z.string().nullable(),
  source_indices: z.array(z.int()),
});

/** One row of the log, as the ledger has it. It holds no names and no addresses: people and accounts stand in it by their ids. */
export const analysisSchema = z.strictObject({
  proposal_id: z.string(),
  brain: brainSchema,
  /** The account that AGT-902 was asked about. */
  account: z.string().nullable(),
  question: z.string(),
  model_id: z.string(),
  system_prompt_hash: z.string(),
  sources_read: z.array(sourceRead),
  narrative_output: z.string(),
  proposed_actions: z.array(proposedAction),
  confidence_flags: z.array(z.enum(CONFIDENCE_FLAGS)),
  /** The brain knows that a source was stale, and says so in the narrative. */
  data_staleness_acknowledged: z.boolean(),
  tool_calls: z.array(z.strictObject({ tool: z.string(), status: z.string() })),
  input_tokens: z.int(),
  output_tokens: z.int(),
  /** In US dollars, as exact decimal text. */
  cost_usd_estimate: z.string(),
  by: z.string(),
});
export type Analysis = z.infer<typeof analysisSchema>;
