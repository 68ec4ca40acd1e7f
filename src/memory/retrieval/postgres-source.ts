/**
 * The notes of one scope as a search reads them, from the tables of the index. A document is the position of its note, as text. Each
 * answer is one statement that finds its rows by key, and every list is bounded. Lists of keys are given with `= ANY`: joined with one, the planner
 * reads the whole scope instead, because on a young database it takes a scope for a single row.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { LinkType } from '../../domain/note.ts';
import type { CollectionSize, Postings } from '../../stats/retrieval/bm25.ts';
import { HOLDERS_MAX } from '../../stats/retrieval/link-walk.ts';
import type { KeyHolders, StatedLink } from '../../stats/retrieval/link-walk.ts';
import { MENTION_KINDS } from '../../stats/retrieval/mentions.ts';
import type { Mention } from '../../stats/retrieval/mentions.ts';
import type { Neighbours } from '../../stats/retrieval/neighbours.ts';
import type { SqlSession } from '../sql/sql.port.ts';
import type { KeyHashes } from './key-hashes.ts';
import type { RetrievalSource } from './source.port.ts';

/** A term that more notes of a scope have tells nothing, and is looked for only when the question has no other. */
const POSTINGS_MAX = 2_000;
/** Later than anything was recorded. */
export const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** How much a stated link of each type says that two notes belong together. */
const LINK_WEIGHTS: Readonly<Record<LinkType, number>> = {
  supports: 1,
  derived_from: 1,
  contradicts: 0.8,
  about: 0.6,
  supersedes: 0.5,
};

export interface NotesScope {
  readonly tenant: TenantId;
  readonly scope: string;
  /** Only what was recorded by then; the end of time for the present. */
  readonly asOf: number;
}

/** Columns of postings, each as text with commas. */
interface PostingsRow {
  readonly key: number;
  readonly seq: string;
  readonly count: string;
  readonly length?: string;
  readonly leads?: string;
}

/** Answers within the transaction of `session`. */
export function createPostgresSource(
  session: SqlSession,
  { tenant, scope, asOf }: NotesScope,
  hashes: KeyHashes,
): RetrievalSource {
  let size: Promise<CollectionSize> | null = null;

  /**
   * The postings of each key that `fewest` to `most` notes have, newest first, as columns in text. Each key is put together by itself, so nothing is
   * grouped over all, and what tells nothing is not sent. Of a key, no more than `limit` are read.
   */
  async function read(
    keys: readonly number[],
    columns: readonly ('count' | 'length' | 'leads')[],
    { fewest, most, limit }: { readonly fewest: number; readonly most: number; readonly limit: number },
  ): Promise<readonly PostingsRow[]> {
    const texts = columns.map((column) => `string_agg(p.${column}::int::text, ',') AS ${column}`).join(', ');
    return session.query<PostingsRow>(
      `SELECT k.key, found.* FROM unnest($3::bigint[]) AS k (key) CROSS JOIN LATERAL (
         SELECT string_agg(p.seq::text, ',') AS seq, ${texts} FROM (
           SELECT n.seq, n.count, n.length, n.leads FROM note_postings n
           WHERE n.tenant = $1 AND n.scope = $2 AND n.key = k.key AND n.recorded_at <= $4::bigint ORDER BY n.seq DESC LIMIT $7::int) p
         HAVING count(*) BETWEEN $5::int AND $6::int) found`,
      [tenant, scope, [...keys], asOf, fewest, most, limit],
    );
  }

  return {
    size() {
      size ??= sizeOf(session, { tenant, scope, asOf });
      return size;
    },
    async postings(terms) {
      const byHash = new Map(terms.map((term) => [hashes.of(tenant, term), term]));
      const keys = [...byHash.keys()];
      const limit = POSTINGS_MAX + 1;
      const telling = await read(keys, ['count', 'length'], { fewest: 1, most: POSTINGS_MAX, limit });
      const rows =
        telling.length > 0 ? telling : await read(keys, ['count', 'length'], { fewest: limit, most: limit, limit });
      return rows.map(({ key, seq, count: counts, length: lengths }): Postings => {
        const [count, length] = [numbersOf(counts), numbersOf(lengths ?? null)];
        const entries = textsOf(seq).map((document, index) => ({
          document,
          count: count[index] ?? 1,
          length: length[index] ?? 1,
        }));
        return { term: byHash.get(key) ?? '', entries };
      });
    },
    async holders(keys) {
      // Keys of this source are hashes already.
      const rows = await read(keys.map(Number), ['count', 'leads'], {
        fewest: 2,
        most: HOLDERS_MAX,
        limit: HOLDERS_MAX + 1,
      });
      return rows.map(({ key, seq, count: counts, leads }): KeyHolders => {
        const [count, lead] = [numbersOf(counts), numbersOf(leads ?? null)];
        const holders = textsOf(seq).map((document, index) => ({
          document,
          count: count[index] ?? 1,
          leading: lead[index] === 1,
        }));
        return { key: String(key), holders };
      });
    },
    async mentions(documents) {
      const rows = await session.query<{ seq: number; keys: string; kinds: string; counts: string; leads: string }>(
        `SELECT n.seq, array_to_string(n.keys, ',') AS keys, array_to_string(n.kinds, ',') AS kinds, array_to_string(n.counts, ',') AS counts,
           array_to_string(n.leads::int[], ',') AS leads
         FROM note_index n WHERE n.tenant = $1 AND n.scope = $2 AND n.seq = ANY ($3::bigint[])`,
        [tenant, scope, documents.map(Number)],
      );
      return new Map(
        rows.map((row) => {
          const [kinds, counts, leading] = [numbersOf(row.kinds), numbersOf(row.counts), numbersOf(row.leads)];
          const mentions = textsOf(row.keys).map((key, index): Mention => ({
            key,
            kind: MENTION_KINDS[kinds[index] ?? 0] ?? 'word',
            count: counts[index] ?? 1,
            leading: leading[index] === 1,
          }));
          return [String(row.seq), mentions];
        }),
      );
    },
    async neighbours(documents): Promise<Neighbours> {
      // The documents come first and with a column that only the table has: their order by source also holds all the rest, and the planner
      // would rather go through it for the whole scope than look each one up by its key.
      const beside = (comparison: string, order: string) =>
        `LEFT JOIN LATERAL (SELECT b.seq FROM note_index b WHERE b.tenant = $1 AND b.scope = $2 AND b.source = n.source
           AND (b.ordinal, b.seq) ${comparison} (n.ordinal, n.seq) AND b.recorded_at <= $4::bigint ORDER BY b.ordinal ${order}, b.seq ${order} LIMIT 1)`;
      const rows = await session.query<{ seq: number; before: number | null; after: number | null }>(
        `WITH n AS MATERIALIZED (
           SELECT i.seq, i.source, i.ordinal, i.length FROM note_index i WHERE i.tenant = $1 AND i.scope = $2 AND i.seq = ANY ($3::bigint[])
         )
         SELECT n.seq, p.seq AS before, f.seq AS after FROM n ${beside('<', 'DESC')} p ON true ${beside('>', 'ASC')} f ON true`,
        [tenant, scope, documents.map(Number), asOf],
      );
      return new Map(
        rows.map(({ seq, before, after }) => [
          String(seq),
          [before, after].flatMap((neighbour) => (neighbour === null ? [] : [String(neighbour)])),
        ]),
      );
    },
    async links(documents) {
      const rows = await session.query<{ from: number; to: number; type: LinkType; weight: number }>(
        `WITH asked AS MATERIALIZED (
           SELECT n.note FROM note_index n WHERE n.tenant = $1 AND n.scope = $2 AND n.seq = ANY ($3::bigint[])
         ), stated AS MATERIALIZED (
           SELECT l.from_note, l.to_note, l.type, l.weight FROM note_links l WHERE l.tenant = $1 AND l.from_note = ANY (ARRAY(SELECT note FROM asked))
           UNION SELECT l.from_note, l.to_note, l.type, l.weight FROM note_links l WHERE l.tenant = $1 AND l.to_note = ANY (ARRAY(SELECT note FROM asked))
         ), ends AS MATERIALIZED (
           SELECT n.seq, n.note FROM note_index n WHERE n.tenant = $1 AND n.note = ANY (ARRAY(SELECT from_note FROM stated UNION SELECT to_note FROM stated))
             AND n.scope = $2 AND n.recorded_at <= $4::bigint
         )
         SELECT a.seq AS "from", b.seq AS "to", s.type, s.weight FROM stated s JOIN ends a ON a.note = s.from_note JOIN ends b ON b.note = s.to_note
         ORDER BY 1, 2, 3`,
        [tenant, scope, documents.map(Number), asOf],
      );
      return rows.map(({ from, to, type, weight }): StatedLink => ({
        from: String(from),
        to: String(to),
        weight: LINK_WEIGHTS[type] * weight,
      }));
    },
    askedKeys: (keys) => keys.map((key) => String(hashes.of(tenant, key))),
  };
}

async function sizeOf(session: SqlSession, { tenant, scope, asOf }: NotesScope): Promise<CollectionSize> {
  const [row] = await session.query<{ notes: number; terms: number }>(
    asOf === END_OF_TIME
      ? 'SELECT t.notes, t.terms FROM note_index_totals t WHERE t.tenant = $1 AND t.scope = $2'
      : `SELECT count(*) AS notes, coalesce(sum(n.length), 0)::bigint AS terms FROM note_index n
         WHERE n.tenant = $1 AND n.scope = $2 AND n.recorded_at <= $3::bigint`,
    asOf === END_OF_TIME ? [tenant, scope] : [tenant, scope, asOf],
  );
  const { notes, terms } = row ?? { notes: 0, terms: 0 };
  return { documents: notes, averageLength: notes === 0 ? 0 : terms / notes };
}

function textsOf(list: string | null): readonly string[] {
  return list === null || list === '' ? [] : list.split(',');
}

function numbersOf(list: string | null): readonly number[] {
  return textsOf(list).map(Number);
}
