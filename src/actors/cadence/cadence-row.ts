/** The row that the cadence event log has of an event of a sequence: it follows from the event and the state after it alone. */
import { CADENCE_EVENTS } from '../../domain/cadence.ts';
import type { CadenceEventKind } from '../../domain/cadence.ts';
import type { EventData, EventType } from '../../domain/event-types.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import type { SequenceContext } from '../../machines/sequence/sequence.machine.ts';
import type { CadenceRow } from './cadence-store.port.ts';

const KINDS: ReadonlyMap<EventType, CadenceEventKind> = new Map(
  CADENCE_EVENTS.map((kind) => [`sequence.${kind}` as const, kind]),
);

type Told = Pick<
  CadenceRow,
  | 'step'
  | 'channel'
  | 'action'
  | 'priority_score_at_queue'
  | 'suppressed_reason'
  | 'reasons'
  | 'again_at'
  | 'result'
  | 'mode'
>;
const NOTHING_TOLD: Told = {
  step: null,
  channel: null,
  action: null,
  priority_score_at_queue: null,
  suppressed_reason: null,
  reasons: [],
  again_at: null,
  result: null,
  mode: null,
};

function toldBy(kind: CadenceEventKind, data: unknown, before: SequenceContext): Told {
  switch (kind) {
    case 'touch_proposed': {
      const { step, channel, action, priority_score_at_queue } = data as EventData<'sequence.touch_proposed'>;
      return { ...NOTHING_TOLD, step, channel, action, priority_score_at_queue };
    }
    case 'touch_suppressed': {
      return { ...NOTHING_TOLD, ...(data as EventData<'sequence.touch_suppressed'>) };
    }
    case 'touch_ended': {
      const { action, result, mode } = data as EventData<'sequence.touch_ended'>;
      const { step, steps, score } = before;
      const channel = steps[step - 1]?.channel ?? null;
      return { ...NOTHING_TOLD, step, channel, action, result, mode, priority_score_at_queue: score };
    }
    case 'ended':
      return { ...NOTHING_TOLD, reasons: (data as EventData<'sequence.ended'>).reasons };
    case 'started':
    case 'stopped':
      return NOTHING_TOLD;
  }
}

/** Null for an event that the log does not have, or that changed nothing. `before` is the context of the sequence before it. */
export function cadenceRowOf(
  header: LedgerHeader & { readonly seq: number },
  data: unknown,
  before: SequenceContext,
  after: { readonly value: string; readonly context: SequenceContext },
): CadenceRow | null {
  const kind = KINDS.get(header.type);
  const { context } = after;
  if (kind === undefined || context === before || context.play === null) return null;
  return {
    ...toldBy(kind, data, before),
    tenant: header.tenant,
    partition: header.partition,
    seq: header.seq,
    at: header.at,
    kind,
    actor_kind: 'sequence',
    sequence: header.actor.id,
    state: after.value,
    play_id: context.play,
    originating_proposal_id: context.originating_proposal_id ?? '',
    person: context.person ?? '',
    account: context.account,
    sequence_type: context.sequence_type ?? 'standard',
    ended_because: context.ended_because,
  };
}
