/** A library with one play under review and one analysis. Notes every call. */
import type { AnalysisView, PlayServices, PlayView } from './play-services.port.ts';

const CONTENT = {
  name: 'Champions who moved',
  hypothesis: 'A champion who moved buys again.',
  target_definition: { icp_tiers: ['T1'] },
  suggested_cadence: { steps: [{ day: 0, channel: 'email', purpose: 'Congratulate.' }] },
  success_criteria: { meeting_rate: 0.1, evaluate_after_days: 45 },
};
export const FAKE_PLAY: PlayView = {
  ...CONTENT,
  id: 'play_1',
  state: 'under_review',
  scope: 'segment',
  segment: 'commercial_mm',
  account: null,
  drafted: CONTENT,
  originating_proposal_id: 'pro_1',
  writer_agent_id: 'AGT-901',
  created_at: '2026-01-05T09:00:00.000Z',
  picked_up_by: 'person:ana',
  picked_up_at: '2026-01-06T09:00:00.000Z',
  revision: 1,
  edits: [
    {
      by: 'person:ana',
      at: '2026-01-06T10:00:00.000Z',
      changes: [{ field: 'name', before: 'Movers', after: 'Champions who moved' }],
      edited_share: 0.1,
    },
  ],
  slm_approver: 'person:ana',
  revops_approver: null,
  activated_at: null,
  active_period_start: null,
  active_period_end: null,
  starts_sequences: false,
  retired_at: null,
  retired_by: null,
  retire_reason: null,
  retrospective_outcomes: [],
  retention: 'hot',
};
const ANALYSIS: AnalysisView = {
  proposal_id: 'pro_1',
  brain: 'AGT-901',
  account: null,
  created_at: '2026-01-05T08:00:00.000Z',
  question: 'Why is commercial_mm behind plan?',
  model_id: 'model-1',
  system_prompt_hash: 'sha256:0123',
  sources_read: [],
  narrative_output: 'Meetings fell.',
  proposed_actions: [],
  confidence_flags: ['inference'],
  data_staleness_acknowledged: false,
  tool_calls: [],
  input_tokens: 1,
  output_tokens: 1,
  cost_usd_estimate: '0.01',
  written_by: 'brain:pipeline',
};

export function fakePlays(note: (name: string, ...args: readonly unknown[]) => void): PlayServices {
  const acted =
    (name: string) =>
    async (...[, ...args]: readonly unknown[]): Promise<PlayView> => {
      note(name, ...args);
      return FAKE_PLAY;
    };
  return {
    async list(_caller, query) {
      note('listPlays', query);
      return { items: [FAKE_PLAY], next_cursor: null };
    },
    get: acted('getPlay'),
    async propose(_caller, proposal) {
      note('proposePlay', proposal);
      return { id: FAKE_PLAY.id, duplicate: false };
    },
    pickUp: acted('reviewPlay'),
    edit: acted('editPlay'),
    approve: acted('approvePlay'),
    reject: acted('rejectPlay'),
    retire: acted('retirePlay'),
    measure: acted('measurePlay'),
    async calibration() {
      note('playCalibration');
      return {
        promotion_rate_target: 0.3,
        brains: [],
        active_plays: 0,
        active_plays_watch: 30,
        active_above_since: null,
        review_due: false,
      };
    },
    async retrospective(_caller, query) {
      note('playRetrospective', query);
      return {
        quarter: query.quarter ?? '2026-Q1',
        as_of: '2026-06-01T00:00:00.000Z',
        items: [
          {
            play: FAKE_PLAY.id,
            name: FAKE_PLAY.name,
            originating_proposal_id: FAKE_PLAY.originating_proposal_id,
            writer_agent_id: FAKE_PLAY.writer_agent_id,
            begun: 50,
            reached: 45,
            matured: 40,
            evaluate_after_days: 45,
            criteria: [
              {
                criterion: 'meeting_rate' as const,
                target: 0.1,
                unit: 'share' as const,
                currency: null,
                n: 40,
                observed: 0.15,
                interval: { low: 0.07, high: 0.29 },
                standing: 'open' as const,
              },
            ],
            unknown: [{ code: 'not_matured', count: 10, text: 'Began too recently to count, or had no touch yet.' }],
          },
        ],
      };
    },
    async listAnalyses(_caller, query) {
      note('listAnalyses', query);
      return { items: [ANALYSIS], next_cursor: null };
    },
    async getAnalysis(_caller, proposal) {
      note('getAnalysis', proposal);
      return ANALYSIS;
    },
    async logAnalysis(_caller, input) {
      note('logAnalysis', input);
      return { proposal_id: ANALYSIS.proposal_id, duplicate: false };
    },
  };
}
