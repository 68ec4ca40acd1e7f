/**
 * Tells the account or person of a decision that its action was executed. Only then can an outcome follow from it, so what is linked is
 * looked at again.
 */
import type { EventData } from '../../domain/event-types.ts';
import { guardKeyOf } from '../../domain/keys.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { awaitsExecution } from '../../machines/subject-context.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import { survivorRefs } from './forward.ts';
import { linkOutcomes } from './outcome-effects.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { tellActor } from './tell-actor.ts';

type Executed = EventData<'decision.executed'>;

/** Whether the decision is one of this account or person, of this partition. */
function isOf(builder: PlanBuilder, { message }: Turn, subject: ActorRef, decision: string): boolean {
  const stored = builder.actor(message.tenant, subject.kind, subject.id);
  if (stored === null || stored.partition !== message.partition) return false;
  return awaitsExecution(stored.context as unknown as SubjectContext, decision);
}

/** After the event that ended an action: does nothing unless that is its execution. */
export function rememberExecution(builder: PlanBuilder, turn: Turn, actor: ActorRef, draft: GrowingDraft): void {
  if (draft.header.type !== 'action.executed') return;
  const { tenant, refs } = turn.message;
  const { proposal } = (builder.actor(tenant, 'action', actor.id)?.context ?? {}) as Partial<ActionContext>;
  if (proposal === undefined || proposal === null) return;
  const { executed_at } = draft.data as EventData<'action.executed'>;
  const data: Executed = { decision: proposal.decision, action: actor.id, executed_at };
  const subjects: readonly ActorRef[] = [
    ...(refs.person === null ? [] : [{ kind: 'lead', id: refs.person } as const]),
    ...(refs.account === null ? [] : [{ kind: 'account', id: refs.account } as const]),
  ];
  const subject = subjects.find((one) => isOf(builder, turn, one, data.decision));
  if (subject === undefined) return;
  builder.append(turn, subject, 'decision.executed', data);
  followExecution(builder, turn, subject, data);
}

/** Links outcomes again, and tells the one that this account or person was merged into, to whom its outcomes happen now. */
export function followExecution(builder: PlanBuilder, turn: Turn, subject: ActorRef, data: Executed): void {
  linkOutcomes(builder, turn, subject, null);
  const { into } = builder.guardState(turn.message.tenant, guardKeyOf(subject.kind, subject.id));
  if (into === undefined) return;
  tellActor(
    builder,
    turn,
    { actor: { kind: subject.kind, id: into.id }, scope: into.scope, refs: survivorRefs(into) },
    `executed:${data.action}:${into.id}`,
    { type: 'decision.executed', data },
  );
}
