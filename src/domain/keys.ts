/** Keys under which a batch finds what it loaded. */
import type { ActorKind } from './event-types.ts';
import type { GuardKey } from './guard.ts';
import type { TenantId } from './ids.ts';
import type { Message, SubjectRefs } from './message.ts';
import { slotOf } from './note.ts';
import { segmentGuardOf } from './play.ts';
import { SIGNAL_TYPE_NAMES } from './signal-types.ts';
import type { SignalType } from './signal-types.ts';

export function actorKey(tenant: TenantId, kind: ActorKind, id: string): string {
  return `${tenant}/${kind}/${id}`;
}

export function tenantKey(tenant: TenantId, key: string): string {
  return `${tenant}/${key}`;
}

/** What makes a message the same as one that came before. */
export function messageKey({ tenant, source, id }: Pick<Message, 'tenant' | 'source' | 'id'>): string {
  return `${tenant}\n${source}\n${id}`;
}

/** The guard of an account or person. */
export function guardKeyOf(kind: ActorKind, id: string): GuardKey {
  return kind === 'lead' ? `contact:${id}` : `account:${id}`;
}

/** The guard that carries the lock: that of the account, and that of the person where there is no account. */
export function ownedGuardOf({ account, person }: Pick<SubjectRefs, 'account' | 'person'>): GuardKey | null {
  if (account !== null) return `account:${account}`;
  return person === null ? null : `contact:${person}`;
}

/** The guard rows that a message needs, beside those that they say are read with them. */
export function guardKeysOfMessage(message: Message): readonly GuardKey[] {
  return [...guardKeysOf(message.refs, message.partition), ...furtherGuardKeys(message)];
}

function furtherGuardKeys(message: Message): readonly GuardKey[] {
  if (message.actor.kind === 'play') return message.refs.account === null ? [segmentGuardOf(message.scope)] : [];
  switch (message.type) {
    case 'state.reverted':
      return message.data.guards.map((guard) => guard.key);
    case 'identity.merged': {
      const { id, refs } = message.data.into;
      return [
        guardKeyOf(message.actor.kind, id),
        ...(refs.account === null ? [] : [`account:${refs.account}` as const]),
      ];
    }
    case 'identity.reparented':
      return message.data.account === null ? [] : [`account:${message.data.account}`];
    case 'sequence.started':
      return message.data.segment === null ? [] : [`segment:${message.data.segment}`];
    default:
      return [];
  }
}

/** The guard rows that the processing of a message may read or change. */
function guardKeysOf(refs: SubjectRefs, partition: number): readonly GuardKey[] {
  const keys: GuardKey[] = [];
  if (refs.person !== null) keys.push(`contact:${refs.person}`);
  if (refs.account !== null) keys.push(`account:${refs.account}`);
  if (refs.domain !== null) keys.push(`domain:${refs.domain}`);
  if (keys.length > 0) keys.push(`budget:p${partition}`);
  return keys;
}

/** The single-valued facts whose history the processing of a message may change, by `slotOf`. */
export function slotsOfMessage(message: Message): readonly string[] {
  const records = [
    ...(message.type === 'note.recorded' ? [message.data] : []),
    ...(message.notes ?? []).map((draft) => draft.record),
  ];
  const slots = records.map((record) => slotOf(record, message.scope));
  if (message.type === 'note.verified' || message.type === 'note.retracted') slots.push(message.data.slot);
  return slots.filter((slot) => slot !== null);
}

/** The actors that the processing of a message may read or change. */
export function actorKeysOf(message: Message): readonly { readonly kind: ActorKind; readonly id: string }[] {
  const actors: { kind: ActorKind; id: string }[] = [message.actor, { kind: 'tenant', id: message.tenant }];
  if (message.refs.account !== null) actors.push({ kind: 'account', id: message.refs.account });
  if (message.refs.person !== null) actors.push({ kind: 'lead', id: message.refs.person });
  return actors;
}

/** The signals about which the processing of a message may decide, and so draft. Which one a second look is about is known only once it is loaded. */
export function exampleSignalsOf(message: Message): readonly SignalType[] {
  if (message.history) return [];
  if (message.type === 'signal.received') return [message.data.signal_type];
  return message.type === 'retriage.due' ? SIGNAL_TYPE_NAMES : [];
}
