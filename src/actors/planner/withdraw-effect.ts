/** Cancels every open action for a person who objected or was erased. What a worker has claimed already is stopped by its second check. */
import type { EventData } from '../../domain/event-types.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

export function withdraw(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { message } = turn;
  const { by, reason } = message.data as EventData<'subject.objected'>;
  for (const { action } of builder.guardState(message.tenant, openGuardKey(message.refs, actor)).open) {
    tellActor(
      builder,
      turn,
      { actor: { kind: 'action', id: action }, scope: message.scope, refs: message.refs },
      `withdraw:${message.source}:${message.id}:${action}`,
      {
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
      },
    );
  }
}
