/**
 * A message is an accepted event on its way to the actor that it belongs to. `(tenant, source, id)` is unique for ever, so sending
 * one again changes nothing.
 */
import type { ActorKind, EventData, EventType } from './event-types.ts';
import type { Wording } from './example.ts';
import type { AccountId, CorrelationId, EventId, ImportId, PersonId, ScopeId, TenantId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { NoteDraft } from './note.ts';

export interface ActorRef {
  readonly kind: ActorKind;
  readonly id: string;
}

/** Who an event is about; decides which guard rows its processing may need. */
export interface SubjectRefs {
  readonly account: AccountId | null;
  readonly person: PersonId | null;
  /** Keyed hash of the company domain of the person's address. */
  readonly domain: string | null;
  /** Suppression keys of the person and account: keyed hashes of address and domain, and both ids. */
  readonly suppressionKeys: readonly string[];
  /** Whether an address is known to which the person could be written. */
  readonly hasAddress: boolean;
}

export const NO_REFS: SubjectRefs = {
  account: null,
  person: null,
  domain: null,
  suppressionKeys: [],
  hasAddress: false,
};

/** Personal data that travels with an event, as JSON text kept byte for byte, sealed with the key of its subject. */
export interface SealedPart {
  readonly subject: string;
  readonly text: string;
}

/** The personal and display members of an entity, on their way to its row. Absent members stay as they are. */
export type ProfileWrite =
  | {
      readonly kind: 'account';
      readonly id: string;
      readonly externalId: string;
      readonly name: string | null;
      readonly domain: string | null;
    }
  | {
      readonly kind: 'contact';
      readonly id: string;
      readonly externalId: string;
      readonly account: string | null;
      readonly email: string | null;
      readonly name: string | null;
      readonly title: string | null;
    };

type TypedData = { [Type in EventType]: { readonly type: Type; readonly data: EventData<Type> } }[EventType];

export type Message = TypedData & {
  readonly tenant: TenantId;
  /** Where it came from: a connector, `timer`, `channel`, or the actor that sent it. */
  readonly source: string;
  readonly id: string;
  readonly scope: ScopeId;
  readonly partition: number;
  readonly actor: ActorRef;
  readonly refs: SubjectRefs;
  /** When it is processed: decisions, timers and permits count from here. */
  readonly at: Instant;
  readonly sealed: SealedPart | null;
  readonly profiles: readonly ProfileWrite[];
  readonly causation: EventId | null;
  /** Null for a message that begins a new life. */
  readonly correlation: CorrelationId | null;
  readonly batch: ImportId | null;
  /** History fills state and memory; it starts no effect and no timer. */
  readonly history: boolean;
  /** Keyed digest of the content as it was received; the same identity with another digest is a conflict. */
  readonly contentDigest: string;
  /** What was read out of its text, to be noted with it. */
  readonly notes?: readonly NoteDraft[] | undefined;
  /** The account that its facts are about, where its sender named it: the person may be known at another one. */
  readonly factsAbout?: AccountId | undefined;
  /** The approved text, where its words name nobody: the next similar draft may learn from it. */
  readonly example?: Wording | undefined;
};

/** What became of a message when it was committed. */
export type Receipt =
  | {
      readonly status: 'processed';
      readonly event: EventId;
      readonly correlation: CorrelationId;
      readonly decisions: readonly string[];
    }
  | { readonly status: 'duplicate'; readonly event: EventId | null; readonly correlation: CorrelationId | null }
  | { readonly status: 'conflict' }
  | { readonly status: 'parked'; readonly error: string };
