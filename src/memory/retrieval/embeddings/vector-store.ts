/**
 * Vectors of notes in the database: the record of what providers were paid for. Any index beside it is made from here. A search reads the
 * vectors of one account and compares them all, which is exact, and fast enough for thousands.
 */
import type { TenantId } from '../../../domain/ids.ts';
import { topOf } from '../../../stats/retrieval/ranking.ts';
import type { Ranked } from '../../../stats/retrieval/ranking.ts';
import { columns } from '../../sql/columns.ts';
import type { Sql, SqlSession } from '../../sql/sql.port.ts';
import type { EmbeddingSpace } from './embedder.port.ts';

export interface NotePlace {
  readonly scope: string;
  readonly seq: number;
}

export interface StoredVector extends NotePlace {
  readonly recordedAt: number;
  readonly vector: Float32Array;
}

/** The name under which vectors of a space are kept; vectors of different names are never compared. */
export function spaceName({ provider, model, dimensions }: EmbeddingSpace): string {
  return `${provider}/${model}/${dimensions}`;
}

export class VectorStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Notes in the index that have no vector in this space yet. */
  missing(
    tenant: TenantId,
    space: string,
    limit: number,
  ): Promise<readonly (NotePlace & { readonly note: string; readonly recordedAt: number })[]> {
    return this.#transaction(tenant, (session) =>
      session.query(
        `SELECT i.scope, i.seq, i.note, i.recorded_at AS "recordedAt" FROM note_index i WHERE i.tenant = $1 AND NOT EXISTS (
           SELECT 1 FROM note_vectors v WHERE v.tenant = i.tenant AND v.scope = i.scope AND v.space = $2 AND v.seq = i.seq)
         ORDER BY i.scope, i.seq LIMIT $3::int`,
        [tenant, space, limit],
      ),
    );
  }

  write(tenant: TenantId, space: string, vectors: readonly StoredVector[]): Promise<void> {
    return this.#transaction(tenant, async (session) => {
      // A note that was forgotten while its vector was made must not come back.
      await session.query(
        `INSERT INTO note_vectors (tenant, space, scope, seq, recorded_at, vector)
         SELECT $1, $2, u.* FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[]) AS u (scope, seq, recorded_at, vector)
         WHERE EXISTS (SELECT 1 FROM note_index i WHERE i.tenant = $1 AND i.scope = u.scope AND i.seq = u.seq FOR SHARE) ON CONFLICT DO NOTHING`,
        [
          tenant,
          space,
          ...columns(vectors, [
            ({ scope }) => scope,
            ({ seq }) => seq,
            ({ recordedAt }) => recordedAt,
            ({ vector }) => encoded(vector),
          ]),
        ],
      );
    });
  }

  /** All places of a space, in order. */
  places(tenant: TenantId, space: string): Promise<readonly NotePlace[]> {
    return this.#transaction(tenant, (session) =>
      session.query<NotePlace>(
        'SELECT v.scope, v.seq FROM note_vectors v WHERE v.tenant = $1 AND v.space = $2 ORDER BY v.scope, v.seq',
        [tenant, space],
      ),
    );
  }

  async read(tenant: TenantId, space: string, places: readonly NotePlace[]): Promise<readonly StoredVector[]> {
    const rows = await this.#transaction(tenant, (session) =>
      session.query<VectorRow>(
        `SELECT v.scope, v.seq, v.recorded_at, v.vector FROM unnest($3::text[], $4::bigint[]) AS w (scope, seq)
         JOIN note_vectors v ON v.tenant = $1 AND v.scope = w.scope AND v.space = $2 AND v.seq = w.seq`,
        [tenant, space, ...columns(places, [({ scope }) => scope, ({ seq }) => seq])],
      ),
    );
    return rows.map(storedVector);
  }

  /** The nearest notes of a scope by cosine, compared one by one. `vector` has length 1. */
  async exact(
    query: { readonly tenant: TenantId; readonly scope: string; readonly space: string; readonly asOf: number },
    vector: Float32Array,
    limit: number,
  ): Promise<readonly Ranked[]> {
    const rows = await this.#transaction(query.tenant, (session) =>
      session.query<VectorRow>(
        `SELECT v.scope, v.seq, v.recorded_at, v.vector FROM note_vectors v
         WHERE v.tenant = $1 AND v.scope = $2 AND v.space = $3 AND v.recorded_at <= $4::bigint`,
        [query.tenant, query.scope, query.space, query.asOf],
      ),
    );
    return topOf(new Map(rows.map((row) => [String(row.seq), dot(decoded(row.vector), vector)])), limit);
  }

  #transaction<Result>(tenant: TenantId, run: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant], keyed: true }, run);
  }
}

interface VectorRow {
  readonly scope: string;
  readonly seq: number;
  readonly recorded_at: number;
  readonly vector: string;
}

function storedVector(row: VectorRow): StoredVector {
  return { scope: row.scope, seq: row.seq, recordedAt: row.recorded_at, vector: decoded(row.vector) };
}

function encoded(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function decoded(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
