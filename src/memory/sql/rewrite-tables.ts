/**
 * Takes the bytes of deleted rows out of the files of the database. Deleting leaves them in their pages until something else needs the room,
 * and in the samples of the planner; a table that is written anew has none of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { GatehouseError, must } from '../../domain/errors.ts';
import { isTransient } from './sql-error.ts';
import type { Sql } from './sql.port.ts';

/**
 * Where an erasure deletes or empties something that is not sealed with the person's own key, and the catalogue of samples. Sealed texts in
 * other tables stay, without a key.
 */
const TABLES = [
  'subject_keys',
  'contacts',
  'directory',
  'identity_aliases',
  'inbox',
  'examples',
  'forget_addresses',
  'note_index',
  'note_postings',
  'note_vectors',
  'pg_catalog.pg_statistic',
];
/** A rewrite locks the table. Who waits longer for the lock would make everybody behind it wait as well. */
const LOCK_WAIT_MS = 5_000;
const ATTEMPTS = 5;
/** How long transactions may go on that still see what was deleted. */
const SETTLE_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Begins a new file of the write-ahead log and lets go of those before it, instead of keeping them under a later name. */
const NEW_LOG = [
  'SET wal_recycle = off',
  'SELECT pg_switch_wal()',
  'CHECKPOINT',
  'SELECT pg_switch_wal()',
  'CHECKPOINT',
  'RESET wal_recycle',
];

export interface Rewritten {
  readonly table: string;
  /** With indexes and what is stored out of line. */
  readonly bytes_before: number;
  readonly bytes_after: number;
}

/** Throws `unavailable` when others hold on to what was deleted, and `state_conflict` when the login may not rewrite a table. */
export async function rewriteTables(sql: Sql, progress: (done: Rewritten) => void): Promise<void> {
  await settled(sql);
  for (const table of TABLES) {
    const before = await stateOf(sql, table);
    await rewrite(sql, table);
    const after = await stateOf(sql, table);
    // A server passes over what the login may not touch, with no more than a warning.
    if (after.file === before.file)
      throw new GatehouseError(
        'state_conflict',
        `${table} could not be rewritten, because it does not belong to the login of the database. Make that login the owner of the database, and run it again.`,
      );
    progress({ table, bytes_before: before.bytes, bytes_after: after.bytes });
  }
  // The write-ahead log of the embedded database is ours alone. A server's is read by replicas and archives, and is left to it.
  if (sql.kind === 'pglite') for (const text of NEW_LOG) await sql.alone(text, LOCK_WAIT_MS);
}

/**
 * Waits until nobody can see the rows any more that were deleted before: a rewrite keeps what somebody can see. A transaction in another database
 * of the server counts as well, because every snapshot that is taken while it is open reaches back to it.
 */
async function settled(sql: Sql): Promise<void> {
  const [row] = await sql.asOwner((session) =>
    session.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid'),
  );
  const { xid } = must(row, 'a transaction has an id');
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const older = await sql.asOwner((session) =>
      session.query(
        `SELECT WHERE pg_snapshot_xmin(pg_current_snapshot()) <= $1::text::xid8 OR EXISTS (
           SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) >= age($1::text::xid8::xid))`,
        [xid],
      ),
    );
    if (older.length === 0) return;
    if (waitedMs >= SETTLE_MS)
      throw new GatehouseError(
        'unavailable',
        'A transaction of before the erasure is still open and sees what was deleted; a backup, perhaps. Run it again when that has ended.',
      );
    await sleep(LOOK_EVERY_MS);
  }
}

async function rewrite(sql: Sql, table: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sql.alone(`VACUUM (FULL) ${table}`, LOCK_WAIT_MS);
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt === ATTEMPTS)
        throw new GatehouseError(
          'unavailable',
          `${table} was in use all the time. Run it again when less is going on.`,
          {
            cause: error,
          },
        );
    }
  }
}

async function stateOf(sql: Sql, table: string): Promise<{ readonly file: number; readonly bytes: number }> {
  const [row] = await sql.asOwner((session) =>
    session.query<{ file: number; bytes: number }>(
      'SELECT pg_relation_filenode($1::text::regclass)::int8 AS file, pg_total_relation_size($1::text::regclass) AS bytes',
      [table],
    ),
  );
  return must(row, `${table} exists`);
}
