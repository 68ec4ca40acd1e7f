/** Plays and analyses of brains as rows: what is listed, and what the database checks once more. Both follow from the ledger alone. */
import type { Analysis } from '../../domain/brain.ts';
import { must } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { PlayContent, PlayScope, PlayState, PlayWorked } from '../../domain/play.ts';
import type { PlayContext, PlayEdit } from '../../machines/play/play.machine.ts';

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
  readonly edits_during_review: readonly PlayEdit[];
  readonly slm_approver_user_id: string | null;
  readonly revops_approver_user_id: string | null;
  readonly activated_at: number | null;
  readonly active_period_start: string | null;
  readonly active_period_end: string | null;
  readonly retired_at: number | null;
  readonly retired_by_user_id: string | null;
  readonly retire_reason: string | null;
  readonly retrospective_outcomes: PlayContext['retrospectives'];
}

/** The row of a play. Null for an actor that nothing was proposed to, which only a refused message leaves behind. */
export function playRowOf(tenant: TenantId, id: string, state: string, context: PlayContext): PlayRow | null {
  const { drafted, worked } = context;
  if (drafted === null || worked === null) return null;
  return {
    tenant,
    play_id: id,
    state: state as PlayState,
    scope: must(context.scope, 'a drafted play has a scope'),
    segment: context.segment,
    account_id: context.account,
    name: worked.name,
    hypothesis: worked.hypothesis,
    target_definition: worked.target_definition,
    suggested_cadence: worked.suggested_cadence,
    success_criteria: worked.success_criteria,
    drafted,
    originating_proposal_id: must(context.originating_proposal_id, 'a drafted play has its proposal'),
    writer_agent_id: must(context.brain, 'a drafted play has its brain'),
    created_at: must(context.created_at, 'a drafted play has its time'),
    picked_up_by_user_id: context.picked_up_by,
    picked_up_at: context.picked_up_at,
    revision: context.revision,
    edits_during_review: context.edits,
    slm_approver_user_id: context.approvals.SLM,
    revops_approver_user_id: context.approvals.RevOps,
    activated_at: context.activated_at,
    active_period_start: worked.active_period_start,
    active_period_end: worked.active_period_end,
    retired_at: context.retired_at,
    retired_by_user_id: context.retired_by,
    retire_reason: context.retire_reason,
    retrospective_outcomes: context.retrospectives,
  };
}

export interface AnalysisRow extends Analysis {
  readonly tenant: TenantId;
  readonly created_at: number;
}
