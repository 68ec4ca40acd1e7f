/** How the planner reads the state of an account or lead. */
import type { GuardKey } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ActorRef, SubjectRefs } from '../../domain/message.ts';
import { CLOSED_ACCOUNT_STATES } from '../../machines/account/account.machine.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { CLOSED_LEAD_STATES } from '../../machines/lead/lead.machine.ts';
import { EMPTY_SUBJECT, unitedSubject, withExecutions } from '../../machines/subject-context.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import type { StoredActor } from '../runtime-store.port.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** What is known of the subject, with what came along from those that were merged into it. */
export function subjectContext(actor: Pick<StoredActor, 'context'> | null): SubjectContext {
  return actor === null ? EMPTY_SUBJECT : unitedSubject(actor.context as unknown as SubjectContext);
}

/** The same, with what was executed for the subject up to now. */
export function subjectWithExecutions(builder: PlanBuilder, tenant: TenantId, actor: ActorRef): SubjectContext {
  return withExecutions(subjectContext(builder.actor(tenant, actor.kind, actor.id)), (id) => {
    const action = builder.actor(tenant, 'action', id);
    return action?.value === 'executed' ? (action.context as unknown as ActionContext).executed_at : null;
  });
}

export function isClosed(actor: StoredActor | null): boolean {
  if (actor === null) return false;
  return (actor.kind === 'lead' ? CLOSED_LEAD_STATES : CLOSED_ACCOUNT_STATES).has(actor.value);
}

/** Whether the person must not be scored, also not as a part of the account. */
export function isUnscored(lead: StoredActor | null): boolean {
  return lead !== null && (lead.value === 'objected' || lead.value === 'erased');
}

/** The guard on which an action about these subjects is counted as open. */
export function openGuardKey(refs: Pick<SubjectRefs, 'account' | 'person'>, actor: ActorRef): GuardKey {
  if (refs.person !== null) return `contact:${refs.person}`;
  return `account:${refs.account ?? actor.id}`;
}
