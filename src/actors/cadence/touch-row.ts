/** The rows of the cadence event log that follow from actions: touches that no sequence of a play proposed. */
import { TOUCH_RESULTS } from '../../domain/cadence.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import { planOf } from '../../domain/plan-of.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { CadenceRow } from './cadence-store.port.ts';

/** Null for an event that the log does not have, and for an action that is no touch, or one of a sequence, which has rows of its own. */
export function touchRowOf(
  header: LedgerHeader & { readonly seq: number },
  data: unknown,
  /** State of the action before the event; undefined for the first. */
  before: string | undefined,
  { value, context }: { readonly value: string; readonly context: Pick<ActionContext, 'proposal'> },
): CadenceRow | null {
  const { proposal } = context;
  const result = value === before ? undefined : TOUCH_RESULTS.find((name) => name === value);
  const isProposed = header.type === 'action.proposed';
  if (proposal?.touch === undefined || (!isProposed && result === undefined)) return null;
  const executed = header.type === 'action.executed' ? (data as EventData<'action.executed'>) : null;
  const denied = header.type === 'action.denied' ? (data as EventData<'action.denied'>).admission.reasons : [];
  const { step, play } = planOf(proposal);
  return {
    tenant: header.tenant,
    partition: header.partition,
    seq: header.seq,
    at: header.at,
    actor_kind: 'action',
    kind: isProposed ? 'touch_proposed' : 'touch_ended',
    sequence: null,
    state: value,
    play_id: play,
    originating_proposal_id: proposal.originating_proposal_id,
    person: proposal.person,
    account: proposal.account,
    sequence_type: proposal.touch.sequence_type,
    step,
    channel: proposal.channel,
    action: header.actor.id,
    priority_score_at_queue: proposal.touch.priority_score_at_queue,
    suppressed_reason: null,
    reasons: denied.flatMap(({ code }) => code ?? []),
    again_at: null,
    result: isProposed ? null : (result ?? null),
    mode: executed?.mode ?? null,
    ended_because: null,
  };
}
