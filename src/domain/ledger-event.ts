import type { EventType } from './event-types.ts';
import type { GuardWrite } from './guard.ts';
import type { CorrelationId, EventId, Hash, ImportId, ScopeId, TenantId } from './ids.ts';
import { asId } from './ids.ts';
import type { Instant } from './instant.ts';
import { canonicalText } from './json.ts';
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

/**
 * The text that is hashed for one row: RFC 8785 text of its header. It is put together here member by member, in canonical order, because
 * verification does nothing as often; a test holds it to `canonicalJson`.
 */
export function ledgerHeaderText(
  header: LedgerHeader,
  bodyDigest: string,
  sealedDigest: string | null,
  prevHash: Hash,
): string {
  const { actor, batch, causation } = header;
  const textOrNull = (text: string | null): string => (text === null ? 'null' : canonicalText(text));
  return (
    `{"actor":${canonicalText(`${actor.kind}:${actor.id}`)},"actor_seq":${header.actorSeq},"at":${header.at},"batch":${textOrNull(batch)},` +
    `"body":"${bodyDigest}","causation":${textOrNull(causation)},"correlation":${canonicalText(header.correlation)},` +
    `"partition":${header.partition},"prev":${canonicalText(prevHash)},"schema":${header.schemaVersion},"scope":${canonicalText(header.scope)},` +
    `"sealed":${textOrNull(sealedDigest)},"seq":${header.seq},"tenant":${canonicalText(header.tenant)},"type":${canonicalText(header.type)},"v":1}`
  );
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
