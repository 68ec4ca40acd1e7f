/** What every governed touch carries from the moment at which it is first queued, whoever proposed it. Source: GTM OS AGT-301, v22. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { ActionType } from '../../domain/action-types.ts';
import { sequenceTypeOf } from '../../domain/cadence.ts';
import type { Assessment } from '../../domain/candidate.ts';
import type { AccountEventFacts, EventData } from '../../domain/event-types.ts';

type Label = Pick<EventData<'action.proposed'>, 'touch'>;

/** Nothing for an action that touches nobody. */
export function touchLabel(
  actionType: ActionType,
  facts: AccountEventFacts,
  { fit, priority }: Pick<Assessment, 'fit' | 'priority'>,
): Label {
  const { touch, messageClass } = ACTION_TYPE_SPECS[actionType];
  if (!touch) return {};
  return {
    touch: {
      sequence_type: sequenceTypeOf(messageClass === 'marketing' ? 'nurture' : 'standard', facts),
      priority_score_at_queue: fit.tier === 'unscored' ? null : priority,
    },
  };
}
