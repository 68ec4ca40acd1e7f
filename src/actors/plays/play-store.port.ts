/** Plays and analyses of brains as rows: what is listed, and what the database checks once more. Both follow from the ledger alone. */
import type { Analysis } from '../../domain/brain.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { PlayContent, PlayScope, PlayState, PlayWorked, Retrospective } from '../../domain/play.ts';

export interface PlayRow {
  readonly tenant: TenantId;
  readonly play_id: string;
  readonly state: PlayState;
  readonly scope: PlayScope;
  readonly segment: string | null;
  readonly account_id: string | null;
  readonly name: string;
  readonly hypothesis: string;
  readonly target_definition: PlayWorked['target_definition'];
  readonly suggested_cadence: PlayWorked['suggested_cadence'];
  readonly success_criteria: PlayWorked['success_criteria'];
  /** What the brain drafted, word by word. */
  readonly drafted: PlayContent;
  readonly originating_proposal_id: string;
  readonly writer_agent_id: string;
  readonly created_at: number;
  readonly picked_up_by_user_id: string | null;
  readonly picked_up_at: number | null;
  readonly revision: number;
  readonly edits_during_review: readonly (EventData<'play.edited'> & { readonly at: number })[];
  readonly slm_approver_user_id: string | null;
  readonly revops_approver_user_id: string | null;
  readonly activated_at: number | null;
  readonly active_period_start: string | null;
  readonly active_period_end: string | null;
  readonly retired_at: number | null;
  readonly retired_by_user_id: string | null;
  readonly retire_reason: string | null;
  readonly retrospective_outcomes: readonly (Retrospective & { readonly by: string; readonly at: number })[];
}

export interface AnalysisRow extends Analysis {
  readonly tenant: TenantId;
  readonly created_at: number;
}
