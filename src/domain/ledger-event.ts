import type { EventType } from './event-types.ts';
import type { GuardWrite } from './guard.ts';
import type { CorrelationId, EventId, Hash, ImportId, ScopeId, TenantId } from './ids.ts';
import { asId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { Digest } from './json.ts';
/**
 * A row of the ledger and the text that its hash is taken over. The chain hashes the header and the digests of the two bodies, so
 * destroying the key of a sealed body leaves the chain verifiable.
 */
import type { ActorRef } from './message.ts';

export interface LedgerHeader {
  readonly partition: number;
  /** Position in the partition, from 1 without gaps. */
  readonly seq: number;
  readonly tenant: TenantId;
  readonly type: EventType;
  readonly schemaVersion: number;
  readonly actor: ActorRef;
  /** How many events the actor had, with this one. */
  readonly actorSeq: number;
  readonly scope: ScopeId;
  readonly at: Instant;
  readonly causation: EventId | null;
  readonly correlation: CorrelationId;
  readonly batch: ImportId | null;
}

export interface LedgerRow extends LedgerHeader {
  /** Canonical JSON of `LedgerBody`. */
  readonly body: string;
  /** Ciphertext in base64 and whose key opens it, or null. */
  readonly sealed: string | null;
  readonly sealedSubject: string | null;
  /** Digest of a sealed text that was kept long enough and is gone. */
  readonly sealedDigest?: string | null;
  readonly prevHash: Hash;
  readonly hash: Hash;
  /**
   * How many events the turn has that this one begins, 0 for the others. It only helps to find events, so the hash leaves it out;
   * `verify` checks that the turns of a partition follow each other without gap or overlap.
   */
  readonly turnLength: number;
}

export interface LedgerBody {
  readonly data: unknown;
  readonly guards?: readonly GuardWrite[];
}

/** The hash before the first event of every partition. */
export const GENESIS_HASH: Hash = asId('0'.repeat(64));

/** The text that is hashed for one row: RFC 8785 text of its header, whose members stand in canonical order here already. */
export function ledgerHeaderText(
  header: LedgerHeader,
  bodyDigest: string,
  sealedDigest: string | null,
  prevHash: Hash,
): string {
  return JSON.stringify({
    actor: `${header.actor.kind}:${header.actor.id}`,
    actor_seq: header.actorSeq,
    at: header.at,
    batch: header.batch,
    body: bodyDigest,
    causation: header.causation,
    correlation: header.correlation,
    partition: header.partition,
    prev: prevHash,
    schema: header.schemaVersion,
    scope: header.scope,
    sealed: sealedDigest,
    seq: header.seq,
    tenant: header.tenant,
    type: header.type,
    v: 1,
  });
}

/** The hash of a row that follows `prevHash`. */
export function ledgerHash(
  header: LedgerHeader,
  body: string,
  sealed: string | null,
  prevHash: Hash,
  digest: Digest,
): Hash {
  return asId(digest(ledgerHeaderText(header, digest(body), sealed === null ? null : digest(sealed), prevHash)));
}

/** The hash of a stored row if it followed `prevHash`, also when its text is gone and only the digest of it is left. */
export function storedHash(row: LedgerRow, prevHash: Hash, digest: Digest): Hash {
  const sealedDigest = row.sealed === null ? (row.sealedDigest ?? null) : digest(row.sealed);
  return asId(digest(ledgerHeaderText(row, digest(row.body), sealedDigest, prevHash)));
}
