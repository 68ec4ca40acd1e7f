/** What the state of a play looks like as a row. */
import { must } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { PlayState } from '../../domain/play.ts';
import type { PlayContext } from '../../machines/play/play.machine.ts';
import type { PlayRow } from './play-store.port.ts';

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
