/** What the demo tenant's library begins with: an analysis and two drafts, from a brain identity like any other. The narrative is written by hand. */
import type { PlayProposal, PlayServices } from '../gateway/play-services.port.ts';
import type { Caller } from '../gateway/services.port.ts';

const STEPS = [
  { day: 0, channel: 'email', purpose: 'Name the reason for writing, and ask one question.' },
  { day: 4, channel: 'linkedin', purpose: 'Connect, with a reference to the question.' },
  { day: 9, channel: 'email', purpose: 'Offer a short comparison, and a date.' },
];
const DRAFTS: readonly Omit<PlayProposal, 'originating_proposal_id'>[] = [
  {
    id: 'demo-pricing-readers',
    segment: 'commercial_mm',
    content: {
      name: 'Readers of the pricing page',
      hypothesis:
        'Companies that read the pricing page and the comparison within a week answer a question about their plans.',
      target_definition: { icp_tiers: ['T1', 'T2'], intent_signals: ['web.page_viewed'] },
      suggested_cadence: { steps: STEPS },
      success_criteria: { meeting_rate: 0.08, evaluate_after_days: 45 },
    },
  },
  {
    id: 'demo-security-first',
    segment: 'enterprise_strategic',
    content: {
      name: 'Security first',
      hypothesis: 'Technical evaluators in FinTech take a meeting sooner when the first message is about their audit.',
      target_definition: { verticals: ['FinTech'], personas: ['technical_evaluator'] },
      suggested_cadence: { steps: STEPS.slice(0, 2) },
      success_criteria: { meeting_rate: 0.05, opportunity_rate: 0.02, evaluate_after_days: 90 },
    },
  },
];

/** Logs and drafts once: a library that holds anything is left alone. `now` is when the made-up view was refreshed. */
export async function seedDemoPlays(plays: PlayServices, brain: Caller, now: string): Promise<void> {
  const { items } = await plays.listAnalyses(brain, { limit: 1, cursor: null });
  if (items.length > 0) return;
  const { proposal_id: proposal } = await plays.logAnalysis(brain, {
    id: 'demo',
    account: null,
    question: 'Which plays would bring more meetings in the two segments that are behind plan?',
    model_id: 'written-by-hand',
    system_prompt_hash: 'none',
    sources_read: [{ source_index: 1, view: 'demo_pipeline', last_refresh_at: now, staleness_threshold_hours: 24 }],
    narrative_output: 'Both segments have interest that nobody answers [src:1].',
    proposed_actions: DRAFTS.map(({ content }) => ({
      action_type: 'draft_play',
      justification: content.hypothesis,
      lever: null,
      source_indices: [1],
    })),
    confidence_flags: ['speculation'],
    data_staleness_acknowledged: false,
    tool_calls: [],
    input_tokens: 0,
    output_tokens: 0,
    cost_usd_estimate: '0',
  });
  for (const draft of DRAFTS) await plays.propose(brain, { ...draft, originating_proposal_id: proposal });
}
