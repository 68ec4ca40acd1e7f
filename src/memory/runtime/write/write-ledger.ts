/** Appends the events of a plan to the hash chains of their partitions, and moves the heads. */
import type { KeyObject } from 'node:crypto';

import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import type { EventId, Hash } from '../../../domain/ids.ts';
import { eventIdOf } from '../../../domain/ids.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { ledgerHash } from '../../../domain/ledger-event.ts';
import { sha256 } from '../../sha256.ts';
import { columns } from '../../sql/columns.ts';
import type { SubjectVault } from '../../vault/subject-vault.ts';
import type { Writes } from './writes.ts';

export interface Head {
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
}

/** Returns the sealed texts, for what keeps a copy of one beside the ledger. */
export function writeLedger(
  writes: Writes,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
  heads: ReadonlyMap<number, Head>,
): ReadonlyMap<EventId, string> {
  const chain = new Map<number, { seq: number; hash: Hash }>();
  const rows = plan.drafts.map(({ header, body, sealed, turnLength }) => {
    const previous = chain.get(header.partition) ?? { hash: heads.get(header.partition)?.hash as Hash };
    const bodyText = canonicalJson(body);
    const sealedText =
      sealed === null
        ? null
        : vault.sealWith(
            keys,
            { tenant: header.tenant, subject: sealed.subject },
            eventIdOf(header.partition, header.seq),
            sealed.text,
          );
    const hash = ledgerHash(header, bodyText, sealedText, previous.hash, sha256);
    chain.set(header.partition, { seq: header.seq, hash });
    return {
      header,
      turnLength,
      bodyText,
      sealedText,
      sealedSubject: sealedText === null ? null : (sealed?.subject ?? null),
      prevHash: previous.hash,
      hash,
    };
  });
  const texts = new Map<EventId, string>();
  for (const { header, sealedText } of rows)
    if (sealedText !== null) texts.set(eventIdOf(header.partition, header.seq), sealedText);
  if (rows.length === 0) return texts;
  writes.send(
    `INSERT INTO ledger (partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, causation, correlation, batch,
       body, sealed, sealed_subject, prev_hash, hash, turn_length)
     SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::bigint[], $9::text[],
       $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::smallint[])`,
    columns(rows, [
      (r) => r.header.partition,
      (r) => r.header.seq,
      (r) => r.header.tenant,
      (r) => r.header.type,
      (r) => r.header.schemaVersion,
      (r) => r.header.actor.kind,
      (r) => r.header.actor.id,
      (r) => r.header.actorSeq,
      (r) => r.header.scope,
      (r) => r.header.at,
      (r) => r.header.causation,
      (r) => r.header.correlation,
      (r) => r.header.batch,
      (r) => r.bodyText,
      (r) => r.sealedText,
      (r) => r.sealedSubject,
      (r) => r.prevHash,
      (r) => r.hash,
      (r) => r.turnLength,
    ]),
  );
  const moved = [...chain].map(([partition, head]) => ({
    partition,
    ...head,
    expected: heads.get(partition)?.seq ?? 0,
  }));
  writes.expect(
    'ledger heads',
    `UPDATE partition_heads h SET seq = w.seq, hash = w.hash FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::bigint[]) AS w (partition, seq, hash, expected)
     WHERE h.partition = w.partition AND h.seq = w.expected RETURNING h.partition`,
    columns(moved, [(h) => h.partition, (h) => h.seq, (h) => h.hash, (h) => h.expected]),
    moved.length,
  );
  return texts;
}
