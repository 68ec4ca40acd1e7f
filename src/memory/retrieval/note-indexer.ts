/**
 * Brings notes into the index, in the order of the ledger. A cursor per tenant and partition says how far it is, and moves in the transaction
 * that writes the rows, so a crash repeats nothing and leaves nothing out. Within a partition notes are committed in the order of
 * their positions, so none can appear behind the cursor. Whoever searches brings the partition up to date first.
 */
import type { TenantId } from '../../domain/ids.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { StoredNote } from '../../domain/note.ts';
import { indexedText } from '../../stats/retrieval/index-entries.ts';
import type { IndexedText } from '../../stats/retrieval/index-entries.ts';
import { MENTION_KINDS } from '../../stats/retrieval/mentions.ts';
import type { NoteReader } from '../notes/note-reader.port.ts';
import { subjectOf } from '../notes/note-reader.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { KeyHashes } from './key-hashes.ts';

/** Notes of one transaction. */
const BATCH = 500;
const COUNT_MAX = 32_767;

export class NoteIndexer {
  readonly #sql: Sql;
  readonly #notes: NoteReader;
  readonly #hashes: KeyHashes;

  constructor(sql: Sql, notes: NoteReader, hashes: KeyHashes) {
    this.#sql = sql;
    this.#notes = notes;
    this.#hashes = hashes;
  }

  /** Indexes up to `batches` batches of what is new in a partition. True when nothing is left. */
  async catchUp(tenant: TenantId, partition: number, batches: number): Promise<boolean> {
    for (let batch = 0; ; batch += 1) {
      const waiting = await this.#waiting(tenant, partition);
      if (waiting.length === 0) return true;
      if (batch >= batches) return false;
      const notes = await this.#notes.byIds(
        tenant,
        waiting.map(({ id }) => id),
      );
      await this.#write(tenant, partition, waiting, notes);
      if (waiting.length < BATCH) return true;
    }
  }

  /** Indexes everything that is new, in all partitions, or as much as there is time for. Gives the number of partitions that had something. */
  async catchUpAll(tenant: TenantId, stopping?: AbortSignal): Promise<number> {
    if (stopping?.aborted) return 0;
    const behind = await this.#transaction(tenant, (session) =>
      session.query<{ partition: number }>(
        `SELECT p.partition FROM generate_series(0, $2::int) AS p (partition)
           CROSS JOIN LATERAL (SELECT coalesce(max(c.seq), 0) AS seq FROM note_index_cursors c WHERE c.tenant = $1 AND c.partition = p.partition) done
         WHERE EXISTS (SELECT 1 FROM notes n WHERE n.tenant = $1 AND n.partition = p.partition AND n.seq > done.seq)`,
        [tenant, PARTITION_COUNT - 1],
      ),
    );
    for (const { partition } of behind) {
      // One batch at a time, so that a stop waits for one batch only.
      for (let done = false; !done;) {
        if (stopping?.aborted) return behind.length;
        done = await this.catchUp(tenant, partition, 1);
      }
    }
    return behind.length;
  }

  /** Notes in the index of a tenant. */
  async count(tenant: TenantId): Promise<number> {
    const [row] = await this.#transaction(tenant, (session) =>
      session.query<{ notes: number }>(
        'SELECT coalesce(sum(t.notes), 0)::bigint AS notes FROM note_index_totals t WHERE t.tenant = $1',
        [tenant],
      ),
    );
    return row?.notes ?? 0;
  }

  /** Empties the index of a tenant. Searches read the notes themselves until it is made again. */
  clear(tenant: TenantId): Promise<void> {
    return this.#transaction(tenant, async (session) => {
      for (const table of ['note_index_cursors', 'note_postings', 'note_index_totals', 'note_index']) {
        await session.query(`DELETE FROM ${table} WHERE tenant = $1`, [tenant]);
      }
    });
  }

  /** Takes what a person's or account's own texts put into the index out of it, vectors included. Gives the number of notes. */
  forget(tenant: TenantId, subject: string): Promise<number> {
    return this.#transaction(tenant, async (session) => {
      const rows = await session.query<{ scope: string; seq: number; length: number }>(
        'DELETE FROM note_index WHERE tenant = $1 AND subject = $2 RETURNING scope, seq, length',
        [tenant, subject],
      );
      if (rows.length === 0) return 0;
      const places = columns(rows, [(row) => row.scope, (row) => row.seq, (row) => row.length]);
      for (const table of ['note_postings', 'note_vectors']) {
        await session.query(
          `DELETE FROM ${table} t USING unnest($2::text[], $3::bigint[]) AS g (scope, seq) WHERE t.tenant = $1 AND t.scope = g.scope AND t.seq = g.seq`,
          [tenant, places[0] ?? [], places[1] ?? []],
        );
      }
      await session.query(
        `UPDATE note_index_totals t SET notes = t.notes - g.notes, terms = t.terms - g.terms
         FROM (SELECT scope, count(*) AS notes, sum(length) AS terms FROM unnest($2::text[], $3::int[]) AS u (scope, length) GROUP BY scope) g
         WHERE t.tenant = $1 AND t.scope = g.scope`,
        [tenant, places[0] ?? [], places[2] ?? []],
      );
      return rows.length;
    });
  }

  /** The end of what is indexed is a value of its own: under row-level security a comparison with `coalesce` would not reach the index. */
  #waiting(tenant: TenantId, partition: number): Promise<readonly { readonly id: string; readonly seq: number }[]> {
    return this.#transaction(tenant, (session) =>
      session.query<{ id: string; seq: number }>(
        `SELECT n.id, n.seq FROM notes n WHERE n.tenant = $1 AND n.partition = $2::smallint AND n.seq >
           (SELECT coalesce(max(c.seq), 0) FROM note_index_cursors c WHERE c.tenant = $1 AND c.partition = $2::smallint)
         ORDER BY n.seq LIMIT $3::int`,
        [tenant, partition, BATCH],
      ),
    );
  }

  #write(
    tenant: TenantId,
    partition: number,
    waiting: readonly { readonly id: string; readonly seq: number }[],
    notes: readonly StoredNote[],
  ): Promise<void> {
    const seqs = new Map(waiting.map(({ id, seq }) => [id, seq]));
    const last = waiting.at(-1)?.seq ?? 0;
    return this.#transaction(tenant, async (session) => {
      await session.query(
        'INSERT INTO note_index_cursors (tenant, partition) VALUES ($1, $2::smallint) ON CONFLICT DO NOTHING',
        [tenant, partition],
      );
      const [cursor] = await session.query<{ seq: number }>(
        'SELECT c.seq FROM note_index_cursors c WHERE c.tenant = $1 AND c.partition = $2::smallint FOR UPDATE',
        [tenant, partition],
      );
      const after = cursor?.seq ?? 0;
      // Another host may have written some of them meanwhile.
      const erased = await this.#erased(session, tenant, notes);
      const fresh = notes.flatMap((note): readonly FreshNote[] => {
        const seq = seqs.get(note.id) ?? 0;
        if (seq <= after || note.content === null || erased.has(subjectOf(note))) return [];
        return [{ note, seq, indexed: indexedText(note.content.text, note.source) }];
      });
      if (fresh.length > 0) await this.#insert(session, tenant, fresh);
      if (last > after) {
        await session.query(
          'UPDATE note_index_cursors SET seq = $3::bigint WHERE tenant = $1 AND partition = $2::smallint',
          [tenant, partition, last],
        );
      }
    });
  }

  /** Those who were erased after their notes were read. Whoever is erased from now on is so after this transaction, and forgotten then. */
  async #erased(session: SqlSession, tenant: TenantId, notes: readonly StoredNote[]): Promise<ReadonlySet<string>> {
    const rows = await session.query<{ subject: string; erased: boolean }>(
      `SELECT k.subject, k.destroyed_on IS NOT NULL AS erased FROM subject_keys k WHERE k.tenant = $1 AND k.subject = ANY ($2::text[])
       ORDER BY k.subject FOR SHARE`,
      [tenant, [...new Set(notes.map(subjectOf))]],
    );
    return new Set(rows.flatMap((row) => (row.erased ? [row.subject] : [])));
  }

  async #insert(session: SqlSession, tenant: TenantId, fresh: readonly FreshNote[]): Promise<void> {
    const counted = (count: number) => Math.min(COUNT_MAX, count);
    await session.query(
      `INSERT INTO note_index (tenant, scope, seq, note, subject, recorded_at, source, ordinal, length, keys, kinds, counts, leads)
       SELECT $1, u.scope, u.seq, u.note, u.subject, u.recorded_at, u.source, u.ordinal, u.length,
         string_to_array(u.keys, ',')::bigint[], string_to_array(u.kinds, ',')::smallint[], string_to_array(u.counts, ',')::smallint[],
         string_to_array(u.leads, ',')::boolean[]
       FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::int[], $10::text[], $11::text[], $12::text[],
         $13::text[]) AS u (scope, seq, note, subject, recorded_at, source, ordinal, length, keys, kinds, counts, leads) ON CONFLICT DO NOTHING`,
      [
        tenant,
        ...columns(fresh, [
          ({ note }) => note.scope,
          ({ seq }) => seq,
          ({ note }) => note.id,
          ({ note }) => subjectOf(note),
          ({ note }) => note.recordedAt,
          ({ note }) => note.source,
          ({ note }) => note.ordinal,
          ({ indexed }) => indexed.length,
          ({ indexed }) => indexed.mentions.map(({ key }) => this.#hashes.of(tenant, key)).join(','),
          ({ indexed }) => indexed.mentions.map(({ kind }) => MENTION_KINDS.indexOf(kind)).join(','),
          ({ indexed }) => indexed.mentions.map(({ count }) => counted(count)).join(','),
          ({ indexed }) => indexed.mentions.map(({ leading }) => (leading ? 't' : 'f')).join(','),
        ]),
      ],
    );
    const entries = fresh.flatMap(({ note, seq, indexed }) =>
      indexed.entries.map((entry) => ({ ...entry, note, seq, length: indexed.length })),
    );
    await session.query(
      `INSERT INTO note_postings (tenant, scope, key, seq, recorded_at, count, length, leads)
       SELECT $1, u.* FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::int[], $8::bool[])
         AS u (scope, key, seq, recorded_at, count, length, leads) ON CONFLICT DO NOTHING`,
      [
        tenant,
        ...columns(entries, [
          ({ note }) => note.scope,
          ({ key }) => this.#hashes.of(tenant, key),
          ({ seq }) => seq,
          ({ note }) => note.recordedAt,
          ({ count }) => counted(count),
          ({ length }) => length,
          ({ leading }) => leading,
        ]),
      ],
    );
    await session.query(
      `INSERT INTO note_index_totals (tenant, scope, notes, terms)
       SELECT $1, u.scope, count(*), sum(u.length) FROM unnest($2::text[], $3::int[]) AS u (scope, length) GROUP BY u.scope ORDER BY u.scope
       ON CONFLICT (tenant, scope) DO UPDATE SET notes = note_index_totals.notes + excluded.notes, terms = note_index_totals.terms + excluded.terms`,
      [tenant, ...columns(fresh, [({ note }) => note.scope, ({ indexed }) => indexed.length])],
    );
  }

  /** What is lost in a crash is made again, so no answer waits for the disk. */
  #transaction<Result>(tenant: TenantId, run: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant], unhurried: true }, run);
  }
}

interface FreshNote {
  readonly note: StoredNote;
  readonly seq: number;
  readonly indexed: IndexedText;
}
