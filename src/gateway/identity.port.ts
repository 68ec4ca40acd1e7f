/** What the gateway and the command line ask about identities: merges, moves, further names, and probable duplicates. */
import type { Caller, Page, PageQuery } from './caller.port.ts';

export interface NamedEntity {
  readonly id: string;
  /** Null for people: theirs is sealed. */
  readonly external_id: string | null;
}

export interface IdentityActView {
  readonly id: string;
  readonly act: 'merge' | 'reparent';
  readonly subject_kind: 'account' | 'contact';
  readonly subject: NamedEntity;
  /** Into whom it was merged, or the account that a person was moved to; null for none. */
  readonly target: NamedEntity | null;
  /** The account before a move. */
  readonly previous: NamedEntity | null;
  /** `joining` and `splitting` end by themselves, a moment later: from their commit on both sides are restricted. */
  readonly state: 'joining' | 'merged' | 'splitting' | 'split' | 'done' | 'reversed';
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface ActInput {
  readonly reason: string;
  /** Makes the act safe to repeat. */
  readonly request_id: string | null;
}

export interface AliasView {
  readonly id: string;
  readonly kind: 'email' | 'domain' | 'external';
  /** Null when it was learned by itself or erased. An external id has its system before a colon. */
  readonly value: string | null;
  readonly added_at: string | null;
}

export interface AliasInput {
  readonly kind: 'email' | 'domain' | 'external';
  readonly system: string | null;
  readonly value: string;
}

export interface SuggestionView {
  readonly kind: 'account' | 'contact';
  readonly one: NamedEntity;
  readonly other: NamedEntity;
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly { readonly code: string; readonly detail: string; readonly points: number }[];
}

export type EntityKind = 'account' | 'contact';

export interface IdentityServices {
  /** Throws `not_found` for an unknown name and `state_conflict` when the merge is not possible; the error says what to do instead. */
  mergeInto(
    caller: Caller,
    kind: EntityKind,
    externalId: string,
    input: ActInput & { readonly into: string },
  ): Promise<IdentityActView>;
  moveContact(
    caller: Caller,
    externalId: string,
    input: ActInput & { readonly account: string | null },
  ): Promise<IdentityActView>;
  /** Splits a merge, or moves a person back. */
  reverseAct(caller: Caller, id: string, input: ActInput): Promise<IdentityActView>;
  listIdentityActs(caller: Caller, query: PageQuery): Promise<Page<IdentityActView>>;
  listAliases(caller: Caller, kind: EntityKind, externalId: string): Promise<readonly AliasView[]>;
  /** Throws `state_conflict` when the name belongs to somebody else, and names the merge. */
  addAlias(
    caller: Caller,
    kind: EntityKind,
    externalId: string,
    input: AliasInput & { readonly reason: string },
  ): Promise<AliasView>;
  removeAlias(
    caller: Caller,
    kind: EntityKind,
    externalId: string,
    id: string,
    reason: string,
  ): Promise<{ readonly id: string }>;
  /** Throws `not_found`. Of what was merged, the survivor. */
  findByName(caller: Caller, kind: EntityKind, name: AliasInput): Promise<NamedEntity>;
  listSuggestions(caller: Caller, kind: EntityKind, query: PageQuery): Promise<Page<SuggestionView>>;
  dismissSuggestion(
    caller: Caller,
    kind: EntityKind,
    input: { readonly one: string; readonly other: string; readonly reason: string },
  ): Promise<{ readonly one: string; readonly other: string }>;
}
