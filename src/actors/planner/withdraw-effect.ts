/** Cancels every open action for a person who objected or was erased. What a worker has claimed already is stopped by its second check. */
import type { EventData } from '../../domain/event-types.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey } from './subject-view.ts';

export function withdraw(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { message } = turn;
  const { by, reason } = message.data as EventData<'subject.objected'>;
  for (const { action } of builder.guardState(message.tenant, openGuardKey(message.refs, actor)).open) {
    builder.plan.outgoing.push({
      ...message,
      type: 'action.reviewed',
      data: {
        decision: 'cancel',
        by,
        by_kind: 'person',
        fingerprint: '',
        reason,
        edited_fingerprint: null,
        edited_share: 0,
      },
      source: `actor:${actor.kind}`,
      id: `withdraw:${message.source}:${message.id}:${action}`,
      actor: { kind: 'action', id: action },
      causation: turn.cause,
      correlation: turn.correlation,
    });
  }
}
