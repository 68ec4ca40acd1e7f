import { COORDINATOR } from '../../domain/cadence.ts';
/** The example that an approval makes: what the runtime keeps and a rebuild derives again, from the event and the action as it then is. */
import { PERSONAS, SEGMENTS } from '../../domain/entity.ts';
import type { EventData } from '../../domain/event-types.ts';
import { playOccasion } from '../../domain/example.ts';
import type { Example, Occasion } from '../../domain/example.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import { OBJECTION_TOPICS } from '../../domain/note.ts';
import { planOf } from '../../domain/plan-of.ts';
import { SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';

/** All that the ledger says of an example. Its text is sealed there; a row keeps it in the clear, since it names nobody. */
export interface ExampleRecord extends Omit<Example, 'content'> {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly action: string;
  /** Whose erasure takes the text away. */
  readonly subject: string;
  /** Digest of the text, as canonical JSON. */
  readonly digest: string;
}

/** Null when the text was not shown to name nobody, or when it was not said what it is similar to. */
export function exampleRecordOf(
  header: Pick<LedgerHeader, 'tenant' | 'partition' | 'seq' | 'at' | 'actor'>,
  data: EventData<'action.reviewed'>,
  { proposal, content_seq, proposed_seq }: Pick<ActionContext, 'proposal' | 'content_seq' | 'proposed_seq'>,
): ExampleRecord | null {
  if (data.example === undefined || proposal === null) return null;
  const { attributes } = proposal;
  const persona = PERSONAS.find((name) => name === attributes['persona']);
  const signal = occasionOf(attributes);
  if (persona === undefined || signal === undefined) return null;
  const touch = attributes['touch'];
  return {
    tenant: header.tenant,
    id: eventIdOf(header.partition, header.seq),
    partition: header.partition,
    action: header.actor.id,
    subject: proposal.person ?? proposal.account ?? '',
    action_type: proposal.action_type,
    step: planOf(proposal).step ?? (typeof touch === 'number' ? touch : 1),
    signal,
    persona,
    objection: OBJECTION_TOPICS.find((name) => name === attributes['objection']) ?? null,
    segment: SEGMENTS.find((name) => name === attributes['segment']) ?? null,
    edited: content_seq !== proposed_seq,
    approved_at: header.at,
    digest: data.example,
  };
}

/** A touch was written for its play, all else for the signal that its proposer named. */
function occasionOf({ coordinator, play, signal }: EventData<'action.proposed'>['attributes']): Occasion | undefined {
  if (coordinator !== COORDINATOR) return SIGNAL_TYPE_NAMES.find((name) => name === signal);
  // Touches of before approved texts were kept for them do not name their occasion.
  const occasion = typeof play === 'string' ? playOccasion(play) : undefined;
  return signal === occasion ? occasion : undefined;
}

/** Whether a decision let the action go on, with the state of its action before and after it. */
export function isApproval(data: EventData<'action.reviewed'>, before: string | undefined, after: string): boolean {
  return (data.decision === 'approve' || data.decision === 'edit') && before === 'held' && after !== 'held';
}
