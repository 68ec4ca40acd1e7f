/** Puts notes into the tables as the runtime would leave them, sealed under the keys of their subjects, for tests and benchmarks of what reads them. */
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { asId, eventIdOf, partitionOf } from '../src/domain/ids.ts';
import type { ScopeId, TenantId } from '../src/domain/ids.ts';
import { columns } from '../src/memory/sql/columns.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';

export interface NoteToStore {
  readonly scope: string;
  readonly text: string;
  readonly seq: number;
  readonly person?: string;
  readonly source?: string;
  readonly ordinal?: number;
  readonly recordedAt?: number;
  readonly supersededAt?: number;
  readonly retractedAt?: number;
}

export function noteIdOf(scope: string, seq: number): string {
  return `not_${createHash('sha256').update(`${scope}/${seq}`).digest('hex').slice(0, 24)}`;
}

/** The tenant must exist. */
export async function storeNotes(
  sql: Sql,
  master: KeyObject,
  tenant: TenantId,
  notes: readonly NoteToStore[],
): Promise<void> {
  const vault = new SubjectVault(onlyKey(master));
  const subjectOf = ({ person, scope }: NoteToStore) => person ?? scope;
  await sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, async (session) => {
    const refs = [...new Set(notes.map(subjectOf))].map((subject) => ({ tenant, subject }));
    const keys = await vault.keys(session, refs, true);
    const sealed = (note: NoteToStore) =>
      vault.sealWith(
        keys,
        { tenant, subject: subjectOf(note) },
        eventIdOf(partitionOf(asId<ScopeId>(note.scope)), note.seq),
        JSON.stringify({ text: note.text, value: null }),
      );
    const at = (note: NoteToStore) => note.recordedAt ?? note.seq;
    await session.query(
      `INSERT INTO notes (tenant, id, partition, seq, scope, account, person, kind, source, ordinal, confidence, authority, observed_at, valid_from, recorded_at,
         superseded_at, retracted_at, last_verified_at, recorded_by, provenance, sealed)
       SELECT $1, u.id, u.partition, u.seq, u.scope, u.scope, u.person, 'evidence', u.source, u.ordinal, 1, 'rule', u.at, u.at, u.at, u.superseded, u.retracted, u.at, 'test', '[]', u.sealed
       FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[])
         AS u (id, partition, seq, scope, person, source, ordinal, at, superseded, retracted, sealed)`,
      [
        tenant,
        ...columns(notes, [
          (note) => noteIdOf(note.scope, note.seq),
          (note) => partitionOf(asId<ScopeId>(note.scope)),
          (note) => note.seq,
          (note) => note.scope,
          (note) => note.person ?? null,
          (note) => note.source ?? `${note.scope}/${note.seq}`,
          (note) => note.ordinal ?? 0,
          at,
          (note) => note.supersededAt ?? null,
          (note) => note.retractedAt ?? null,
          sealed,
        ]),
      ],
    );
  });
}
