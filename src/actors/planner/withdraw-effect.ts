/**
 * Cancels every open action for a person who objected or was erased; what a worker has claimed already is stopped by its second check. What the
 * person objected to about an offer weighs in no decision about the account any more either.
 */
import type { EventData } from '../../domain/event-types.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey, subjectContext } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

export function withdraw(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { message } = turn;
  const { by, reason } = message.data as EventData<'subject.objected'>;
  const { account } = message.refs;
  if (account !== null && String(account) === message.scope) {
    const keeper: ActorRef = { kind: 'account', id: account };
    const { objections = [] } = subjectContext(builder.actor(message.tenant, 'account', account));
    for (const { note, person } of objections)
      if (person === actor.id)
        builder.append(turn, keeper, 'note.retracted', {
          note,
          slot: null,
          by,
          reason: 'The person objected or was erased.',
        });
  }
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
