/** Where a proposal belongs, as its proposer named it in its attributes. */
import type { EventData } from './event-types.ts';

export interface PlanOf {
  readonly sequence: string | null;
  /** Place in the sequence, from 1. */
  readonly step: number | null;
  readonly play: string | null;
  /** What one run proposed together. */
  readonly run: string | null;
}

/** A play that a brain proposed is named by that proposal when nobody names the play itself. */
export function planOf({
  attributes,
  originating_proposal_id: origin,
}: Pick<EventData<'action.proposed'>, 'attributes' | 'originating_proposal_id'>): PlanOf {
  const { sequence, step, run, play = origin } = attributes;
  return {
    sequence: typeof sequence === 'string' ? sequence : null,
    step: typeof step === 'number' ? step : null,
    play: typeof play === 'string' ? play : null,
    run: typeof run === 'string' ? run : null,
  };
}
