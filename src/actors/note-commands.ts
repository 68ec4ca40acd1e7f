/** What people and agents say about an account or a person, and what they do about a note that stands: all of it goes through the inbox onto the ledger. */
import type { Actor } from '../domain/authority.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Fault } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { noteIdOf, partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Digest } from '../domain/json.ts';
import type { ActorRef, Message } from '../domain/message.ts';
import { NO_REFS } from '../domain/message.ts';
import { PREDICATES } from '../domain/note.ts';
import type { NoteAuthority, NoteKind, NoteLink, NoteRecord, Predicate, StoredNote } from '../domain/note.ts';
import type { Clock } from './clock.port.ts';
import type { Host } from './host.ts';
import type { Directory, Resolved } from './intake/directory.port.ts';
import { parseSubject, profilesOf } from './intake/signal-message.ts';

export interface NoteInput {
  /** Chosen by the caller; the same id with the same content changes nothing. */
  readonly id: string;
  readonly subject: string;
  readonly kind: NoteKind;
  readonly text: string;
  readonly predicate: Predicate | null;
  readonly value: string | null;
  /** Milliseconds; the present when null. */
  readonly observedAt: number | null;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly confidence: number | null;
  readonly source: string | null;
  readonly ordinal: number | null;
  readonly links: readonly NoteLink[];
}

export interface Correction {
  readonly id: string;
  readonly text: string;
  readonly value: string | null;
  readonly validFrom: number | null;
  readonly validTo: number | null;
}

export interface NoteCommandDeps {
  readonly host: Host;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly digest: Digest;
  readonly keyedDigest: Digest;
}

/** Where a note stands: enough to address whoever keeps it. */
type Standing = Pick<StoredNote, 'id' | 'scope' | 'account' | 'slot'>;

const AUTHORITY_OF: Record<Actor['kind'], NoteAuthority> = {
  person: 'person',
  agent: 'agent',
  system: 'record',
  brain: 'agent',
};

export class NoteCommands {
  readonly #deps: NoteCommandDeps;

  constructor(deps: NoteCommandDeps) {
    this.#deps = deps;
  }

  async record(
    tenant: TenantId,
    by: Actor,
    input: NoteInput,
  ): Promise<{ readonly note: string; readonly duplicate: boolean }> {
    const { digest, keyedDigest, directory, clock } = this.#deps;
    refuseMisfit(input);
    const { kind, externalId } = parseSubject(input.subject);
    const [found] = await directory.resolve(tenant, [{ kind, externalId, account: null, email: null, domain: null }]);
    if (found === undefined) throw new Error('a subject per request');
    const identity = { tenant, source: `note:${by.identity}`, id: input.id };
    const at = clock.now();
    const observed = input.observedAt ?? at;
    const person = found.kind === 'person' ? found.id : null;
    const note = noteIdOf(identity, 0, digest);
    const record: NoteRecord = {
      note,
      kind: input.kind,
      account: found.account,
      person,
      predicate: input.predicate,
      source: input.source === null ? note : `src_${digest(`${tenant}\ndocument\n${input.source}`).slice(0, 24)}`,
      ordinal: input.ordinal ?? 0,
      confidence: input.confidence ?? 1,
      authority: AUTHORITY_OF[by.kind],
      observed_at: observed,
      valid_from: input.validFrom ?? observed,
      valid_to: input.validTo,
      rule: null,
      by: by.identity,
      value_hash: null,
      provenance: [],
      links: [...input.links],
      replaces: null,
    };
    refuseEmptyStretch(record.valid_from, record.valid_to);
    const result = await this.#submit({
      ...envelope(found.scope, keeperOf(found), at),
      ...identity,
      type: 'note.recorded',
      data: record,
      sealed: {
        subject: person ?? found.account ?? found.id,
        text: JSON.stringify({ text: input.text, value: input.value }),
      },
      profiles: profilesOf(input.subject, found, undefined, undefined),
      contentDigest: keyedDigest(canonicalJson(input)),
    });
    return { note, duplicate: result === 'duplicate' };
  }

  /** A person found a note to hold still. `id` makes the act safe to repeat. */
  async verify(tenant: TenantId, by: Actor, note: Standing, id: string, reason: string | null): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#act(tenant, by, note, id, {
      type: 'note.verified',
      data: { note: note.id, slot: note.slot, verified_at: at, by: by.identity, reason },
    });
  }

  async retract(tenant: TenantId, by: Actor, note: Standing, id: string, reason: string): Promise<void> {
    await this.#act(tenant, by, note, id, {
      type: 'note.retracted',
      data: { note: note.id, slot: note.slot, by: by.identity, reason },
    });
  }

  /** Records what is right in the place of a note that was wrong, which is retracted by the same event. */
  async correct(
    tenant: TenantId,
    by: Actor,
    wrong: StoredNote,
    { id, text, value, validFrom, validTo }: Correction,
  ): Promise<{ readonly note: string; readonly duplicate: boolean }> {
    refuseAgent(by);
    const { digest, keyedDigest, clock } = this.#deps;
    if (wrong.predicate !== null && wrong.kind === 'fact' && value === null)
      throw new GatehouseError('invalid_request', `A correction of ${wrong.predicate} needs the right value.`, {
        faults: [{ pointer: '/value', detail: 'is required' }],
      });
    const identity = { tenant, source: `note:${by.identity}`, id };
    const at = clock.now();
    const note = noteIdOf(identity, 0, digest);
    const record: NoteRecord = {
      note,
      kind: wrong.kind,
      account: wrong.account,
      person: wrong.person,
      predicate: wrong.predicate,
      source: wrong.source,
      ordinal: wrong.ordinal,
      confidence: 1,
      authority: AUTHORITY_OF[by.kind],
      observed_at: at,
      valid_from: validFrom ?? wrong.validFrom,
      valid_to: validTo ?? wrong.validTo,
      rule: null,
      by: by.identity,
      value_hash: null,
      provenance: [...wrong.provenance],
      links: [{ to: wrong.id, type: 'supersedes', weight: 1 }],
      replaces: wrong.id,
    };
    refuseEmptyStretch(record.valid_from, record.valid_to);
    const result = await this.#submit({
      ...envelope(wrong.scope, keeperOfNote(wrong), at),
      ...identity,
      type: 'note.recorded',
      data: record,
      sealed: { subject: wrong.person ?? wrong.account ?? wrong.scope, text: JSON.stringify({ text, value }) },
      profiles: [],
      contentDigest: keyedDigest(canonicalJson({ corrects: wrong.id, text, value, validFrom, validTo })),
    });
    return { note, duplicate: result === 'duplicate' };
  }

  async #act(tenant: TenantId, by: Actor, note: Standing, id: string, event: NoteAct): Promise<void> {
    refuseAgent(by);
    await this.#submit({
      ...envelope(note.scope, keeperOfNote(note), this.#deps.clock.now()),
      ...event,
      tenant,
      source: `note:${by.identity}`,
      id,
      sealed: null,
      profiles: [],
      contentDigest: this.#deps.keyedDigest(`${event.type}\n${note.id}`),
    });
  }

  async #submit(message: Message): Promise<'processed' | 'duplicate'> {
    const [result] = await this.#deps.host.submit([message]);
    if (result?.status === 'conflict')
      throw new GatehouseError(
        'conflict',
        `The id ${message.id} was used before with different content. Choose another id.`,
        {
          faults: [{ pointer: '/id', detail: 'this id was used before with different content' }],
        },
      );
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
    return result?.status === 'duplicate' ? 'duplicate' : 'processed';
  }
}

type NoteAct =
  | { readonly type: 'note.verified'; readonly data: EventData<'note.verified'> }
  | { readonly type: 'note.retracted'; readonly data: EventData<'note.retracted'> };

function envelope(scope: ScopeId, actor: ActorRef, at: number) {
  return {
    scope,
    partition: partitionOf(scope),
    actor,
    refs: NO_REFS,
    at,
    causation: null,
    correlation: null,
    batch: null,
    history: false,
  } as const;
}

function keeperOf({ kind, id, account, scope }: Resolved): ActorRef {
  if (account !== null && String(account) === scope) return { kind: 'account', id: account };
  return { kind: kind === 'account' ? 'account' : 'lead', id };
}

function keeperOfNote({ account, scope }: Standing): ActorRef {
  return String(account) === scope ? { kind: 'account', id: scope } : { kind: 'lead', id: scope };
}

function refuseAgent(by: Actor): void {
  if (by.kind !== 'person')
    throw new GatehouseError(
      'forbidden',
      'Only a person may verify, correct or retract a note; this key belongs to an agent or the system. It may record a note that contradicts it.',
    );
}

function refuseEmptyStretch(from: number, to: number | null): void {
  if (to !== null && to <= from)
    throw new GatehouseError('invalid_request', 'A note must hold from a time before the one at which it ends.', {
      faults: [
        {
          pointer: '/valid_to',
          detail: 'must be later than valid_from, which is observed_at or the present if it is left out',
        },
      ],
    });
}

function refuseMisfit({ kind, predicate, value, subject }: NoteInput): void {
  const faults: Fault[] = [];
  if (predicate !== null && kind === 'fact' && value === null)
    faults.push({ pointer: '/value', detail: `is required for a fact about ${predicate}` });
  if (predicate !== null && PREDICATES[predicate].about === 'person' && subject.startsWith('account/'))
    faults.push({ pointer: '/subject', detail: `must be contact/<id> or lead/<id>: ${predicate} is said of a person` });
  if (predicate === null && value !== null)
    faults.push({
      pointer: '/predicate',
      detail: `is required with a value; there are ${Object.keys(PREDICATES).join(', ')}`,
    });
  if (faults.length > 0)
    throw new GatehouseError('invalid_request', 'The parts of the note do not go together.', { faults });
}
