/** A touch that is proposed from outside is labelled here, by what is known of its person: nobody outside says what it is. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { decisionInput } from './decide-effect.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { touchLabel } from './touch-label.ts';

/** Leaves every other message as it is. */
export function withTouchLabel(builder: PlanBuilder, message: Message): Message {
  if (message.type !== 'action.proposed') return message;
  const { touch: _, ...data } = message.data;
  const { account, person, action_type: actionType } = data;
  if (!ACTION_TYPE_SPECS[actionType].touch) return { ...message, data };
  const subject: ActorRef =
    person === null ? { kind: 'account', id: account ?? message.scope } : { kind: 'lead', id: person };
  const input = decisionInput(builder, { message }, subject, data.decision);
  return {
    ...message,
    data: { ...data, ...touchLabel(actionType, input.accountFacts, builder.deps.engine.assess(input)) },
  };
}
