/**
 * Identifiers. All are opaque strings, branded so that one kind cannot stand in for another. Those that an event creates are
 * derived from the message that caused it, so processing a message again gives the same ids.
 */
import type { Digest } from './json.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<'TenantId'>;
export type AccountId = Branded<'AccountId'>;
/** A person: the contact and the lead of one person share it. */
export type PersonId = Branded<'PersonId'>;
export type ActionId = Branded<'ActionId'>;
export type DecisionId = Branded<'DecisionId'>;
export type PermitId = Branded<'PermitId'>;
export type OutcomeId = Branded<'OutcomeId'>;
export type NoteId = Branded<'NoteId'>;
export type PlayId = Branded<'PlayId'>;
/** The touches of one play for one person. */
export type SequenceId = Branded<'SequenceId'>;
/** What a brain answered: everything that follows from it names it. */
export type ProposalId = Branded<'ProposalId'>;
export type ImportId = Branded<'ImportId'>;
/** A ledger position, `p<partition>-<seq>`; unique in an installation. */
export type EventId = Branded<'EventId'>;
/** Ties together everything that one incoming message set in motion. */
export type CorrelationId = Branded<'CorrelationId'>;
/** What a partition is chosen by: an account's id, a lone lead's id, a tenant's id, or a segment of a tenant. */
export type ScopeId = Branded<'ScopeId'>;
/** SHA-256 in lower-case hex. */
export type Hash = Branded<'Hash'>;

/** Brands a string that its caller has checked or made. */
export function asId<Id extends string>(text: string): Id {
  return text as Id;
}

/** The number of partitions of every installation. It can never change: partition numbers are part of the ledger. */
export const PARTITION_COUNT = 64;

/**
 * The partition of a scope, 0 to 63, by 32-bit FNV-1a over UTF-16 code units.
 * Source: Fowler, Noll and Vo, FNV-1a.
 */
export function partitionOf(scope: ScopeId): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < scope.length; index += 1) {
    hash ^= scope.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % PARTITION_COUNT;
}

export function eventIdOf(partition: number, seq: number): EventId {
  return asId(`p${partition}-${seq}`);
}

/** Parts of a message's identity: unique in the inbox. */
export interface MessageIdentity {
  readonly tenant: TenantId;
  readonly source: string;
  readonly id: string;
}

function derive(prefix: string, identity: MessageIdentity, ordinal: number, digest: Digest): string {
  const text = `${prefix}\n${identity.tenant}\n${identity.source}\n${identity.id}\n${ordinal}`;
  return `${prefix}_${digest(text).slice(0, 24)}`;
}

export function correlationIdOf(identity: MessageIdentity, digest: Digest): CorrelationId {
  return asId(derive('cor', identity, 0, digest));
}
export function decisionIdOf(identity: MessageIdentity, digest: Digest): DecisionId {
  return asId(derive('dec', identity, 0, digest));
}
export function actionIdOf(identity: MessageIdentity, digest: Digest): ActionId {
  return asId(derive('act', identity, 0, digest));
}
export function outcomeIdOf(identity: MessageIdentity, digest: Digest): OutcomeId {
  return asId(derive('out', identity, 0, digest));
}
export function playIdOf(identity: MessageIdentity, digest: Digest): PlayId {
  return asId(derive('play', identity, 0, digest));
}
export function proposalIdOf(identity: MessageIdentity, digest: Digest): ProposalId {
  return asId(derive('pro', identity, 0, digest));
}
export function sequenceIdOf(identity: MessageIdentity, digest: Digest): SequenceId {
  return asId(derive('seq', identity, 0, digest));
}
/** `ordinal` counts the notes of one message. */
export function noteIdOf(identity: MessageIdentity, ordinal: number, digest: Digest): NoteId {
  return asId(derive('note', identity, ordinal, digest));
}
/** `ordinal` counts the permits of one action: a refused send may be permitted again. */
export function permitIdOf(action: ActionId, ordinal: number): PermitId {
  return asId(`${action.replace('act_', 'per_')}.${ordinal}`);
}
