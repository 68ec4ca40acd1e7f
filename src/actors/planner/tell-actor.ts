/** A message from the actor of a turn to another one, accepted with the same commit and so as lasting as what it follows from. */
import { asId, partitionOf } from '../../domain/ids.ts';
import type { CorrelationId, ScopeId } from '../../domain/ids.ts';
import type { ActorRef, Message, SubjectRefs } from '../../domain/message.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';

/** `id` makes it unique among all that this kind of actor ever tells. It belongs to the life of the turn, or to another that is named. */
export function tellActor(
  builder: PlanBuilder,
  turn: Turn,
  to: {
    readonly actor: ActorRef;
    readonly scope: string;
    readonly refs: SubjectRefs;
    readonly correlation?: CorrelationId;
  },
  id: string,
  told: Pick<Message, 'type' | 'data'>,
): void {
  const { message } = turn;
  const scope = asId<ScopeId>(to.scope);
  builder.plan.outgoing.push({
    ...told,
    tenant: message.tenant,
    source: `actor:${message.actor.kind}`,
    id,
    scope,
    partition: partitionOf(scope),
    actor: to.actor,
    refs: to.refs,
    at: message.at,
    sealed: null,
    profiles: [],
    causation: turn.cause,
    correlation: to.correlation ?? turn.correlation,
    batch: message.batch,
    history: message.history,
    contentDigest: '',
  } as Message);
}
