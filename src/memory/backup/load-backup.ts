/**
 * Loads a backup into an empty database, in one transaction: the schema of the backup, its rows, the check of what was loaded, and the
 * migrations that are newer than the backup. When anything fails, nothing of it stays.
 */
import { join } from 'node:path';

import type { BackupKeys, BackupManifest } from '../../domain/backup-manifest.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { migrateIn, readMigrations } from '../sql/migrate.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { KEYS_FOLDER } from './backup-keys.ts';
import { readRows, readTable } from './read-backup.ts';
import { backupTables, tableName } from './tables.ts';

const LOAD_ROWS = 500;
const LOAD_CHARS = 4_000_000;
/** An execution is checked against its permit when it is made, a play begins as a draft, and some rows stand for an event that the ledger must have; these were made long ago. */
const CHECKED_WHEN_MADE = ['cadence_event_log', 'executions', 'play_purges', 'plays'];
/** Rises every epoch above any that a host of the old database may still hold. */
const EPOCH_STEP = 1_000_000;
/** What the inbox says of a message that must wait until a restored installation is reconciled. */
export const WAITS_FOR_RECONCILE = 'waits until the restored installation is reconciled';

export interface LoadBackup {
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** Null when they are a table like others. */
  readonly keys: BackupKeys | null;
  /**
   * `restored`: the installation may have gone on after the backup, so it starts paused under this id. `moved`: it has not, and goes on
   * where it was.
   */
  readonly as: { readonly kind: 'restored'; readonly id: string } | { readonly kind: 'moved' };
  readonly progress: (table: string, rows: number) => void;
}

type OwnerSession = Parameters<Parameters<Sql['asOwner']>[0]>[0];

/** Throws `state_conflict` when the database is not empty, and `usage` when the backup is newer than this program or does not load. */
export async function loadBackup(sql: Sql, request: LoadBackup): Promise<void> {
  const { manifest, folder, progress } = request;
  const migrations = readMigrations();
  for (const { version, name, checksum } of manifest.migrations) {
    if (migrations[version - 1]?.checksum === checksum) continue;
    throw new GatehouseError(
      'usage',
      `The backup was taken after migration ${name}, which this program does not have. Use the program that took it, or a newer one.`,
    );
  }
  await sql.asOwner(async (session) => {
    await refuseFilled(session, manifest.migrations.length);
    await migrateIn(session, migrations.slice(0, manifest.migrations.length));
    await session.script(
      `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; DELETE FROM partition_leases; DELETE FROM partition_heads`,
    );
    const tables = await backupTables(session);
    const unknown = manifest.tables.find(({ name }) => !tables.includes(name));
    if (unknown !== undefined)
      throw new GatehouseError('usage', `The backup has a table ${unknown.name} that its schema does not have.`);
    const checked = CHECKED_WHEN_MADE.filter((name) => tables.includes(name));
    for (const name of checked) await session.script(`ALTER TABLE ${tableName(name)} DISABLE TRIGGER USER`);
    for (const { name, rows } of manifest.tables)
      await loadTable(session, name, readTable(folder, name), rows, progress);
    for (const name of checked) await session.script(`ALTER TABLE ${tableName(name)} ENABLE TRIGGER USER`);
    await checkHeads(session, manifest);
    await migrateIn(session, migrations);
    if (request.keys !== null) await loadKeys(session, folder, request.keys, progress);
    await settle(session, request);
  });
  await sql.asOwner((session) => session.script('ANALYZE'));
}

async function refuseFilled(session: SqlSession, version: number): Promise<void> {
  const [schema] = await session.query<{ found: boolean }>(`SELECT to_regclass('tenants') IS NOT NULL AS found`);
  if (schema?.found !== true) return;
  const [content] = await session.query<{ filled: boolean; version: number }>(
    `SELECT EXISTS (SELECT FROM tenants) OR EXISTS (SELECT FROM ledger) OR EXISTS (SELECT FROM inbox) AS filled,
       (SELECT max(version) FROM schema_migrations) AS version`,
  );
  if (content?.filled === false && content.version <= version) return;
  const why =
    content?.filled === false ? 'has a newer schema than the backup' : 'is not empty, and nothing is ever written over';
  throw new GatehouseError(
    'state_conflict',
    `The database ${why}. Make a new one and name it in its place; for the embedded database, name another GATEHOUSE_DATA_DIR.`,
  );
}

async function loadTable(
  session: SqlSession,
  name: string,
  lines: AsyncIterable<string>,
  expected: number,
  progress: LoadBackup['progress'],
): Promise<void> {
  let loaded = 0;
  let rows: string[] = [];
  let chars = 0;
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    await session.query(
      `INSERT INTO ${tableName(name)} SELECT * FROM json_populate_recordset(NULL::${tableName(name)}, $1::text::json)`,
      [`[${rows.join(',')}]`],
    );
    loaded += rows.length;
    progress(name, loaded);
    rows = [];
    chars = 0;
  };
  for await (const row of lines) {
    rows.push(row);
    chars += row.length;
    if (rows.length >= LOAD_ROWS || chars >= LOAD_CHARS) await flush();
  }
  await flush();
  const [stored] = await session.query<{ count: number }>(`SELECT count(*) AS count FROM ${tableName(name)}`);
  if (loaded !== expected || stored?.count !== expected) {
    throw new GatehouseError(
      'usage',
      `The table ${name} has ${stored?.count ?? 0} rows after loading, and the backup says ${expected}. Nothing was kept.`,
    );
  }
}

/** They come last, because the schema of the backup may know no generations yet. */
async function loadKeys(
  session: SqlSession,
  folder: string,
  keys: BackupKeys,
  progress: LoadBackup['progress'],
): Promise<void> {
  await session.query(
    `INSERT INTO key_generations (number, id, secret, active_on)
     SELECT number, id, secret, clock_timestamp() FROM json_to_recordset($1::text::json) AS g (number integer, id text, secret text)`,
    [JSON.stringify(keys.generations)],
  );
  async function* rows(): AsyncGenerator<string> {
    for await (const line of readRows(folder, join(KEYS_FOLDER, keys.file)))
      yield JSON.stringify({ generation: 1, ...(JSON.parse(line) as object) });
  }
  await loadTable(session, 'subject_keys', rows(), keys.rows, progress);
}

async function checkHeads(session: SqlSession, manifest: BackupManifest): Promise<void> {
  const heads = await session.query<{ partition: number; seq: number; hash: string }>(
    'SELECT partition, seq, hash FROM partition_heads ORDER BY partition',
  );
  if (JSON.stringify(heads) === JSON.stringify(manifest.heads)) return;
  throw new GatehouseError(
    'usage',
    'The heads of the chains are not those of the manifest. Nothing was kept; use another backup.',
  );
}

/** What must not be taken over from the old database: its hosts and leases, and, after a restore, its open work. */
async function settle(session: OwnerSession, { as, manifest }: LoadBackup): Promise<void> {
  await session.query('DELETE FROM hosts');
  await session.query(`UPDATE partition_leases SET holder = NULL, epoch = epoch + $1, until_on = '-infinity'`, [
    EPOCH_STEP,
  ]);
  if (as.kind === 'moved') return;
  await session.query('INSERT INTO restores (id, backup_on, hosts) VALUES ($1, $2::timestamptz, $3::text[])', [
    as.id,
    manifest.taken_at,
    manifest.hosts,
  ]);
  await session.query(`UPDATE inbox SET state = 'parked', error = $1 WHERE state = 'pending'`, [WAITS_FOR_RECONCILE]);
}
