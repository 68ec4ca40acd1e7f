/** Reads notes, opens their texts, and follows their links. Row-level security hides other tenants; a text whose key is gone is null. */
import type { EventId, NoteId, TenantId } from '../../domain/ids.ts';
import { asId, eventIdOf } from '../../domain/ids.ts';
import type { NoteText, StoredNote } from '../../domain/note.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlValue } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import type { NoteEdge, NoteReader, NotesQuery, NoteValidity } from './note-reader.port.ts';

export interface NoteRecordRow {
  readonly id: string;
  readonly partition: number;
  readonly seq: number;
  readonly scope: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly kind: StoredNote['kind'];
  readonly predicate: StoredNote['predicate'];
  readonly slot: string | null;
  readonly source: string;
  readonly ordinal: number;
  readonly confidence: number;
  readonly authority: StoredNote['authority'];
  readonly observed_at: number;
  readonly valid_from: number;
  readonly valid_to: number | null;
  readonly recorded_at: number;
  readonly superseded_at: number | null;
  readonly retracted_at: number | null;
  readonly last_verified_at: number;
  readonly rule: string | null;
  readonly recorded_by: string;
  readonly provenance: string;
  readonly sealed: string | null;
  readonly batch: string | null;
}

export const NOTE_COLUMNS = `n.id, n.partition, n.seq, n.scope, n.account, n.person, n.kind, n.predicate, n.slot, n.source, n.ordinal, n.confidence, n.authority, n.observed_at,
  n.valid_from, n.valid_to, n.recorded_at, n.superseded_at, n.retracted_at, n.last_verified_at, n.rule, n.recorded_by, n.provenance, n.sealed, n.batch`;

/** What stood at `$2`: known by then, not retracted, and not replaced as far as was known. */
export const KNOWN_AT = `n.recorded_at <= $2 AND (n.retracted_at IS NULL OR n.retracted_at > $2) AND CASE WHEN n.slot IS NULL
    THEN n.superseded_at IS NULL OR n.superseded_at > $2
    ELSE EXISTS (SELECT 1 FROM note_validity v WHERE v.tenant = n.tenant AND v.slot = n.slot AND v.note = n.id AND v.recorded_from <= $2 AND (v.recorded_to IS NULL OR v.recorded_to > $2)
      AND v.valid_from <= $2 AND (v.valid_to IS NULL OR v.valid_to > $2)) END`;

export const STANDS = 'n.retracted_at IS NULL AND n.superseded_at IS NULL';

export class PostgresNoteReader implements NoteReader {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  list(tenant: TenantId, query: NotesQuery): Promise<readonly StoredNote[]> {
    const [at = null, id = null] = query.after ?? [];
    const state =
      query.all === true
        ? 'n.recorded_at <= coalesce($2, n.recorded_at)'
        : query.asOf === undefined
          ? `${STANDS} AND $2::bigint IS NULL`
          : KNOWN_AT;
    return this.#notes(
      tenant,
      `n.scope = $3 AND ${state.replaceAll('$2', '$2::bigint')} AND ($4::text IS NULL OR n.person = $4) AND ($5::bigint IS NULL OR (n.recorded_at, n.id) > ($5::bigint, $6::text))
       ORDER BY n.recorded_at, n.id LIMIT $7`,
      [query.asOf ?? null, query.scope, query.person ?? null, at, id, query.limit],
    );
  }

  byIds(tenant: TenantId, ids: readonly string[]): Promise<readonly StoredNote[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.#notes(tenant, 'n.id = ANY ($2::text[])', [[...ids]]);
  }

  links(tenant: TenantId, ids: readonly string[]): Promise<readonly NoteEdge[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<NoteEdge>(
        `SELECT l.from_note AS "from", l.to_note AS "to", l.type, l.weight FROM note_links l WHERE l.tenant = $1 AND l.from_note = ANY ($2::text[])
         UNION SELECT l.from_note, l.to_note, l.type, l.weight FROM note_links l WHERE l.tenant = $1 AND l.to_note = ANY ($2::text[])
         ORDER BY 1, 3, 2`,
        [tenant, [...ids]],
      ),
    );
  }

  async neighbours(
    tenant: TenantId,
    { id, source, ordinal }: Pick<StoredNote, 'id' | 'source' | 'ordinal'>,
    reach: number,
  ): Promise<readonly StoredNote[]> {
    const [before, after] = await Promise.all([
      this.#notes(
        tenant,
        'n.source = $2 AND (n.ordinal, n.id) < ($3::bigint, $4::text) ORDER BY n.ordinal DESC, n.id DESC LIMIT $5',
        [source, ordinal, id, reach],
      ),
      this.#notes(
        tenant,
        'n.source = $2 AND (n.ordinal, n.id) > ($3::bigint, $4::text) ORDER BY n.ordinal, n.id LIMIT $5',
        [source, ordinal, id, reach],
      ),
    ]);
    return [...before.toReversed(), ...after];
  }

  validity(tenant: TenantId, slot: string): Promise<readonly NoteValidity[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<NoteValidity>(
        `SELECT v.note, v.valid_from AS "validFrom", v.valid_to AS "validTo", v.recorded_from AS "recordedFrom", v.recorded_to AS "recordedTo"
         FROM note_validity v WHERE v.tenant = $1 AND v.slot = $2 ORDER BY v.recorded_from, v.valid_from`,
        [tenant, slot],
      ),
    );
  }

  #notes(tenant: TenantId, where: string, params: readonly SqlValue[]): Promise<readonly StoredNote[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<NoteRecordRow>(
        `SELECT ${NOTE_COLUMNS} FROM notes n WHERE n.tenant = $1 AND ${where}`,
        [tenant, ...params],
      );
      const subjects = rows.flatMap((row) => (row.sealed === null ? [] : [{ tenant, subject: subjectOf(row) }]));
      const keys = await this.#vault.keys(session, subjects, false);
      return rows.map((row) =>
        storedNote(tenant, row, (place, sealed) =>
          this.#vault.openWith(keys, { tenant, subject: subjectOf(row) }, place, sealed),
        ),
      );
    });
  }
}

/** Whose key seals the text of a note. */
export function subjectOf(note: {
  readonly account: string | null;
  readonly person: string | null;
  readonly scope: string;
}): string {
  return note.person ?? note.account ?? note.scope;
}

function storedNote(
  tenant: TenantId,
  row: NoteRecordRow,
  open: (place: EventId, sealed: string) => string | null,
): StoredNote {
  const event = eventIdOf(row.partition, row.seq);
  const text = row.sealed === null ? null : open(event, row.sealed);
  return {
    tenant,
    id: asId<NoteId>(row.id),
    event,
    scope: asId(row.scope),
    account: row.account === null ? null : asId(row.account),
    person: row.person === null ? null : asId(row.person),
    kind: row.kind,
    predicate: row.predicate,
    slot: row.slot,
    source: row.source,
    ordinal: row.ordinal,
    confidence: row.confidence,
    authority: row.authority,
    observedAt: row.observed_at,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    recordedAt: row.recorded_at,
    supersededAt: row.superseded_at,
    retractedAt: row.retracted_at,
    lastVerifiedAt: row.last_verified_at,
    rule: row.rule,
    by: row.recorded_by,
    provenance: JSON.parse(row.provenance) as StoredNote['provenance'],
    batch: row.batch === null ? null : asId(row.batch),
    content: text === null ? null : (JSON.parse(text) as NoteText),
  };
}
