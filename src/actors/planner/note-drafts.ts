/** Notes what was read out of a message, as events of the account that it concerns, right behind the event that the message became. */
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { slotOf } from '../../domain/note.ts';
import type { NoteDraft, NoteRecord } from '../../domain/note.ts';
import { objectionTopic } from '../../policies/extraction/objection-topic.ts';
import type { SlotFact } from '../memory/memory-store.port.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { isUnscored, subjectContext } from './subject-view.ts';

/** How long after a record stated something the same statement counts as a new look at it. */
const VERIFIED_AFTER_MS = DAY_MS;

/** Who keeps the notes of a scope: the account, or the person where there is none. */
export function noteKeeper(message: Pick<Message, 'actor' | 'refs' | 'scope'>): ActorRef {
  const { account, person } = message.refs;
  if (account !== null && String(account) === message.scope) return { kind: 'account', id: account };
  return person === null ? message.actor : { kind: 'lead', id: person };
}

export function recordNotes(builder: PlanBuilder, turn: Turn, origin: GrowingDraft): void {
  const event = eventIdOf(origin.header.partition, origin.header.seq);
  const keeper = noteKeeper(turn.message);
  const isOurs = isOutbound(turn.message);
  for (const { record, spans, content } of turn.message.notes ?? []) {
    const known = statedBefore(builder, turn, record);
    if (known !== null) {
      verify(builder, turn, keeper, known, record);
      continue;
    }
    const provenance = spans.map((span) => ({ event, ...span }));
    const subject = record.person ?? record.account ?? keeper.id;
    builder.append(
      turn,
      keeper,
      'note.recorded',
      { ...(isOurs ? record : withTopic(builder, turn.message.tenant, record, content.text)), provenance },
      { sealed: { subject, text: JSON.stringify(content) } },
    );
  }
}

/** What we wrote ourselves is nobody's objection. */
function isOutbound(message: Message): boolean {
  return message.type === 'signal.received' && message.data.conversation?.direction === 'outbound';
}

/** An objection with what it is about and who raised it, unless that person must not be scored. Other notes are as they were. */
export function withTopic<Record extends NoteDraft['record']>(
  builder: PlanBuilder,
  tenant: TenantId,
  record: Record,
  text: string,
): Record {
  if (record.kind !== 'objection') return record;
  const lead = record.person === null ? null : builder.actor(tenant, 'lead', record.person);
  if (isUnscored(lead)) return record;
  const { persona } = subjectContext(lead).contact_facts;
  return { ...record, topic: objectionTopic(text), ...(persona === undefined ? {} : { persona }) };
}

/** The fact that holds now, when a record only states it again. */
function statedBefore(builder: PlanBuilder, turn: Turn, record: NoteDraft['record']): SlotFact | null {
  const slot = slotOf(record, turn.message.scope);
  if (slot === null || record.value_hash === null) return null;
  const { facts } = builder.memory.notes.slot(turn.message.tenant, slot);
  const current = facts.find((fact) => fact.open !== null && fact.open.validTo === null);
  if (current === undefined || current.valueHash !== record.value_hash) return null;
  return current.validFrom <= record.valid_from ? current : null;
}

function verify(
  builder: PlanBuilder,
  turn: Turn,
  keeper: ActorRef,
  known: SlotFact,
  record: Omit<NoteRecord, 'provenance'>,
): void {
  if (record.observed_at - known.lastVerifiedAt < VERIFIED_AFTER_MS) return;
  builder.append(turn, keeper, 'note.verified', {
    note: known.id,
    slot: slotOf(record, turn.message.scope),
    verified_at: record.observed_at,
    by: record.by,
    reason: null,
  });
}
