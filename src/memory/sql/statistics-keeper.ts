/**
 * Keeps the planner's statistics and the marks of visible pages fresh while a database grows from nothing. Autovacuum looks once a minute, may be
 * switched off, and the embedded database has none; until then every plan believes that the tables are empty.
 */
import type { Sql } from './sql.port.ts';

/** Tables that the runtime looks rows up in. */
const TABLES = [
  'inbox',
  'ledger',
  'actor_state',
  'guards',
  'timers',
  'directory',
  'subject_keys',
  'decisions',
  'snapshot_parts',
  'permits',
  'executions',
  'reviews',
  'examples',
  'outcomes',
  'leads',
  'suppressions',
  'guard_links',
  'timelines',
  'notes',
  'note_validity',
  'note_links',
  'note_index',
  'note_postings',
];
/** A table is looked at again when it has grown by this factor, and by at least this many bytes. */
const GROWTH = 2;
const LEAST_BYTES = 128 * 1_024;
/**
 * Tables that searches read out of their indexes alone. For every row on a page that no vacuum has marked as visible to all, the table is looked
 * into as well, which made most of the work of a search. They only grow, so a vacuum has little to do but to mark.
 */
const INDEX_ONLY = ['note_postings', 'note_index'];
const PAGE_BYTES = 8 * 1_024;
/** A table is vacuumed when so many of its pages, and so large a share of them, are not marked. */
const UNMARKED_PAGES = 64;
const UNMARKED_SHARE = 0.05;
/** A vacuum that has to wait longer is left to the next look. */
const LOCK_WAIT_MS = 1_000;
/** Of tables from this size on, one at a time: a look at many of them at once keeps a processor busy while requests wait. */
const LARGE_BYTES = 8 * 1_024 * 1_024;

/** Any number that nothing else here uses. */
const ADVISORY_LOCK = 4_800_002;

export class StatisticsKeeper {
  readonly #sql: Sql;
  readonly #sizes = new Map<string, number>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Analyses the tables that have grown much since the last call. */
  async refresh(): Promise<readonly string[]> {
    return this.#sql.asOwner(async (session) => {
      const rows = await session.query<{ name: string; bytes: number }>(
        'SELECT name, pg_relation_size(name::regclass) AS bytes FROM unnest($1::text[]) AS name',
        [TABLES],
      );
      const grown = rows.filter(
        (row) => row.bytes > LEAST_BYTES && row.bytes >= GROWTH * (this.#sizes.get(row.name) ?? 0),
      );
      const due = [
        ...grown.filter((row) => row.bytes < LARGE_BYTES),
        ...grown.filter((row) => row.bytes >= LARGE_BYTES).slice(0, 1),
      ];
      if (due.length === 0) return [];
      // Several hosts look at tables of different sizes first, and would wait for each other in a circle. Whoever is second looks again later.
      const [turn] = await session.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        ADVISORY_LOCK,
      ]);
      if (turn?.mine !== true) return [];
      // Every look-up is by key, so a coarse sample is enough; the default reads ten times as many rows.
      await session.query('SET LOCAL default_statistics_target = 10');
      for (const { name, bytes } of due) {
        await session.query(`ANALYZE ${name}`);
        this.#sizes.set(name, bytes);
      }
      return due.map((row) => row.name);
    });
  }

  /** Marks what has come since as visible to all, where that is much. Returns the tables that it was done to. */
  async vacuum(): Promise<readonly string[]> {
    const rows = await this.#sql.asOwner((session) =>
      session.query<{ name: string; pages: number; marked: number }>(
        `SELECT c.relname::text AS name, pg_relation_size(c.oid) / $2::int AS pages, c.relallvisible AS marked FROM pg_class c
         WHERE c.oid = ANY ($1::text[]::regclass[])`,
        [INDEX_ONLY, PAGE_BYTES],
      ),
    );
    const due = rows.filter(
      ({ pages, marked }) => pages - marked > UNMARKED_PAGES && pages - marked > UNMARKED_SHARE * pages,
    );
    for (const { name } of due) await this.#sql.alone(`VACUUM (SKIP_LOCKED) ${name}`, LOCK_WAIT_MS);
    return due.map(({ name }) => name);
  }
}
