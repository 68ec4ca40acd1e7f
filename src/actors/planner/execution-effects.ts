/**
 * Tells the account or person of a decision that its action was executed, where that changes anything now: outcomes of theirs are linked again, and
 * others who are one with them learn it. Everybody else finds it with the action when an outcome comes.
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
import { subjectContext } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

type Executed = EventData<'decision.executed'>;

/** Whether the decision is one of this account or person, of this partition. */
function isOf(builder: PlanBuilder, { message }: Turn, subject: ActorRef, decision: string): boolean {
  const stored = builder.actor(message.tenant, subject.kind, subject.id);
  if (stored === null || stored.partition !== message.partition) return false;
  return awaitsExecution(stored.context as unknown as SubjectContext, decision);
}

/** Whether it has outcomes that may have followed from the action, or has been one with another. */
function mustKnow(builder: PlanBuilder, { message }: Turn, { kind, id }: ActorRef): boolean {
  const { outcome_log: log = [] } = subjectContext(builder.actor(message.tenant, kind, id));
  const { into, joined = [] } = builder.guardState(message.tenant, guardKeyOf(kind, id));
  return log.length > 0 || into !== undefined || joined.length > 0;
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
  if (subject === undefined || !mustKnow(builder, turn, subject)) return;
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
