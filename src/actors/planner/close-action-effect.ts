/**
 * Frees what an ended action held: its place among the open ones, and, when nothing happened, its reserved touch and money. A touch
 * that happened counts from when it did.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { must } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { budgetPeriodOf } from '../../policies/budget-period.ts';
import { reachesOut } from '../../policies/reach.ts';
import { gateGuards } from './gate-facts.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';

export function closeAction(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  happened: boolean,
  draft: GrowingDraft,
): void {
  const { tenant, partition, refs } = turn.message;
  const happenedAt =
    draft.header.type === 'action.executed' ? (draft.data as EventData<'action.executed'>).executed_at : null;
  let isReserved = false;
  for (const [name, key] of gateGuards(refs, partition)) {
    if (name === 'budget') continue;
    const state = builder.guardState(tenant, key);
    const isTouched = state.touches.some((touch) => touch.action === actor.id);
    const isPrinted = state.prints.some((print) => print.action === actor.id);
    isReserved ||= isTouched || isPrinted;
    const holds =
      state.open.some((item) => item.action === actor.id) ||
      state.queue?.some((item) => item.action === actor.id) === true ||
      isTouched ||
      (!happened && isPrinted);
    if (holds)
      builder.changeGuard(draft, key, {
        kind: 'closed',
        action: actor.id,
        undo_touch: !happened,
        ...(happenedAt === null ? {} : { happened_at: happenedAt }),
      });
  }
  const context = must(builder.actor(tenant, 'action', actor.id), 'a closed action exists')
    .context as unknown as ActionContext;
  const { proposal, permit_granted_at: grantedAt } = context;
  if (happened || proposal === null || grantedAt === null) return;
  const spec = ACTION_TYPE_SPECS[proposal.action_type];
  const { costMinor } = spec;
  // A permit that was given back before took its money along.
  if (costMinor > 0 && (isReserved || !reachesOut(spec)))
    builder.changeGuard(draft, `budget:p${partition}`, {
      kind: 'spent',
      period: budgetPeriodOf(grantedAt),
      minor: -costMinor,
    });
}
