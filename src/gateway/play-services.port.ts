/** What the gateway and the command line ask about plays and about what brains found. */
import type { Analysis, Brain } from '../domain/brain.ts';
import type { PlayApprover, PlayChanges, PlayScope, PlayState, RetentionTier, Retrospective } from '../domain/play.ts';
import type { CriterionResult } from '../domain/retrospection.ts';
import type { Caller, Page, PageQuery } from './caller.port.ts';

export interface PlayEditView {
  readonly by: string;
  readonly at: string;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  /** How far the play was from the brain's draft after it, as a share of the text: 0 to 1. */
  readonly edited_share: number;
}

export interface PlayView {
  readonly id: string;
  readonly state: PlayState;
  readonly scope: PlayScope;
  readonly segment: string | null;
  readonly account: string | null;
  readonly name: string;
  readonly hypothesis: string;
  readonly target_definition: object;
  readonly suggested_cadence: object;
  readonly success_criteria: object;
  /** What the brain drafted, word by word. */
  readonly drafted: object;
  readonly originating_proposal_id: string;
  readonly writer_agent_id: string;
  readonly created_at: string;
  readonly picked_up_by: string | null;
  readonly picked_up_at: string | null;
  /** Approvals and edits name it. */
  readonly revision: number;
  readonly edits: readonly PlayEditView[];
  readonly slm_approver: string | null;
  readonly revops_approver: string | null;
  readonly activated_at: string | null;
  readonly active_period_start: string | null;
  readonly active_period_end: string | null;
  /** Whether a sequence may begin under it now. */
  readonly starts_sequences: boolean;
  readonly retired_at: string | null;
  readonly retired_by: string | null;
  readonly retire_reason: string | null;
  readonly retrospective_outcomes: readonly object[];
  readonly retention: RetentionTier;
}

export interface PlayQuery extends PageQuery {
  readonly state: PlayState | null;
  readonly segment: string | null;
  /** Null for all that is `hot` when no state is asked for. */
  readonly tier: RetentionTier | null;
}

export interface PlayProposal {
  /** Chosen by the brain; the same id with the same content changes nothing. */
  readonly id: string;
  readonly originating_proposal_id: string;
  readonly segment: string | null;
  readonly content: Pick<
    PlayView,
    'name' | 'hypothesis' | 'target_definition' | 'suggested_cadence' | 'success_criteria'
  >;
}

export interface PlayApproval {
  readonly revision: number;
  /** Null when the person has only one of the two authorities. */
  readonly authority: PlayApprover | null;
}

export interface AnalysisView extends Omit<Analysis, 'sources_read' | 'by'> {
  readonly created_at: string;
  readonly sources_read: readonly {
    readonly source_index: number;
    readonly view: string;
    readonly last_refresh_at: string;
    readonly staleness_threshold_hours: number;
    readonly is_stale: boolean;
  }[];
  readonly written_by: string;
}

export interface AnalysisInput extends Omit<Analysis, 'proposal_id' | 'brain' | 'by' | 'sources_read' | 'account'> {
  /** Chosen by the brain; the same id with the same content changes nothing. */
  readonly id: string;
  /** External id. */
  readonly account: string | null;
  readonly sources_read: readonly {
    readonly source_index: number;
    readonly view: string;
    readonly last_refresh_at: string;
    readonly staleness_threshold_hours: number;
  }[];
}

/** How the drafts of one brain fared in one quarter. */
export interface BrainCalibration {
  readonly brain: Brain;
  /** As in `2026-Q4`, by the day on which a play was drafted. */
  readonly quarter: string;
  readonly drafts: number;
  readonly activated: number;
  /** Drafts about which nobody has decided yet; they may still become active. */
  readonly undecided: number;
  readonly promotion_rate: number;
  /** 95 % interval of the rate. */
  readonly promotion_interval: { readonly low: number; readonly high: number };
  readonly below_target: boolean;
  readonly edits: number;
  /** Of the drafts that were taken up: how much of their text people changed, on average; null when none was. */
  readonly mean_edited_share: number | null;
}

export interface PlayCalibration {
  readonly promotion_rate_target: number;
  readonly brains: readonly BrainCalibration[];
  readonly active_plays: number;
  readonly active_plays_watch: number;
  /** Since when more than that are active without a break. */
  readonly active_above_since: string | null;
  /** Whether that has lasted a week. */
  readonly review_due: boolean;
}

export interface RetrospectiveQuery {
  /** Null for all plays that began something in the quarter. */
  readonly play: string | null;
  /** As in `2026-Q4`; null for the one before this. */
  readonly quarter: string | null;
}

export interface PlayRetrospective {
  readonly play: string;
  readonly name: string;
  readonly originating_proposal_id: string;
  readonly writer_agent_id: string;
  readonly begun: number;
  readonly reached: number;
  /** Those who count: their first touch is as long ago as the criteria say. */
  readonly matured: number;
  readonly evaluate_after_days: number | null;
  readonly criteria: readonly CriterionResult[];
  readonly unknown: readonly { readonly code: string; readonly count: number | null; readonly text: string }[];
}

export interface RetrospectiveReport {
  readonly quarter: string;
  readonly as_of: string;
  readonly items: readonly PlayRetrospective[];
}

export interface PlayServices {
  /** Newest first. A brain sees its own. */
  list(caller: Caller, query: PlayQuery): Promise<Page<PlayView>>;
  /** Throws `not_found`. */
  get(caller: Caller, id: string): Promise<PlayView>;
  /** By brains only. Throws `forbidden`, `invalid_request` without a fitting proposal, and `conflict`. */
  propose(caller: Caller, proposal: PlayProposal): Promise<{ readonly id: string; readonly duplicate: boolean }>;
  /** These throw `forbidden` without the authority, and `state_conflict` with what to do instead. */
  pickUp(caller: Caller, id: string): Promise<PlayView>;
  edit(
    caller: Caller,
    id: string,
    input: { readonly revision: number; readonly changes: PlayChanges },
  ): Promise<PlayView>;
  approve(caller: Caller, id: string, input: PlayApproval): Promise<PlayView>;
  reject(caller: Caller, id: string, reason: string): Promise<PlayView>;
  retire(
    caller: Caller,
    id: string,
    input: { readonly retire_reason: 'completed' | 'replaced' | 'poor_performance'; readonly note: string | null },
  ): Promise<PlayView>;
  measure(caller: Caller, id: string, outcomes: Retrospective): Promise<PlayView>;
  calibration(caller: Caller): Promise<PlayCalibration>;
  /** What became of those whom plays reached. It describes and proves nothing. A brain sees its own. Throws `not_found`. */
  retrospective(caller: Caller, query: RetrospectiveQuery): Promise<RetrospectiveReport>;

  listAnalyses(caller: Caller, query: PageQuery): Promise<Page<AnalysisView>>;
  /** Throws `not_found`. */
  getAnalysis(caller: Caller, proposal: string): Promise<AnalysisView>;
  /** By brains only. Throws `invalid_request` with everything that is wrong. */
  logAnalysis(
    caller: Caller,
    input: AnalysisInput,
  ): Promise<{ readonly proposal_id: string; readonly duplicate: boolean }>;
}
