/**
 * Writes one consistent snapshot of a database into a folder: a file of JSON lines for each table, compressed with gzip, and a manifest.
 * Everything is read in one transaction that sees a single moment, so hosts may go on working. The folder gets its name when it is
 * whole; what is found under that name is a complete backup.
 */
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { backupManifestSchema, sealedText } from '../../domain/backup-manifest.ts';
import type { BackupManifest, SealedManifest } from '../../domain/backup-manifest.ts';
import { GatehouseError, must } from '../../domain/errors.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { backupTables, tableName } from './tables.ts';

export const MANIFEST = 'manifest.json';
/** Rows that are read at once. */
const FETCH_ROWS = 1_000;
const GZIP_LEVEL = 3;
/** Who may cause effects: the hosts that serve. The embedded database keeps no list of hosts, and has one that holds all leases. */
const SERVING_HOSTS = `SELECT id FROM hosts WHERE url IS NOT NULL AND seen_on > clock_timestamp() - interval '1 minute'
  UNION SELECT holder FROM partition_leases WHERE until_on > clock_timestamp() AND holder NOT IN (SELECT id FROM hosts) ORDER BY 1`;

export interface WriteBackup {
  /** A folder that does not exist yet. */
  readonly folder: string;
  readonly program: string;
  readonly keyCheck: string;
  /** Keyed hash of a text. */
  readonly seal: (text: string) => string;
  /** Called now and then with the rows written so far. */
  readonly progress: (table: string, rows: number) => void;
}

/** The file of a table within a backup. */
export function tableFile(name: string): string {
  return join('tables', `${name}.jsonl.gz`);
}

/** Throws `usage` when the folder exists, and `state_conflict` when the database was made with another master key. */
export async function writeBackup(sql: Sql, request: WriteBackup): Promise<SealedManifest> {
  const folder = resolve(request.folder);
  if (existsSync(folder)) {
    throw new GatehouseError(
      'usage',
      `${request.folder} exists already. Name a folder that does not; a backup is never written over.`,
    );
  }
  const unfinished = join(dirname(folder), `.${basename(folder)}.unfinished-${process.pid}`);
  mkdirSync(join(unfinished, 'tables'), { recursive: true, mode: 0o700 });
  try {
    const manifest = await sql.asOwner(async (session) => {
      await session.script(
        `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'`,
      );
      return snapshot(session, sql.kind, unfinished, request);
    });
    const sealed: SealedManifest = { ...manifest, seal: request.seal(sealedText(manifest)) };
    writeFileSync(join(unfinished, MANIFEST), `${JSON.stringify(sealed, null, 2)}\n`, { mode: 0o600, flush: true });
    syncFolder(join(unfinished, 'tables'));
    syncFolder(unfinished);
    renameSync(unfinished, folder);
    syncFolder(dirname(folder));
    return sealed;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function snapshot(
  session: SqlSession,
  database: 'pglite' | 'postgres',
  folder: string,
  request: WriteBackup,
): Promise<BackupManifest> {
  const [schema] = await session.query<{ found: boolean }>(`SELECT to_regclass('installation') IS NOT NULL AS found`);
  if (schema?.found !== true) {
    throw new GatehouseError(
      'state_conflict',
      'This database is no Gatehouse, or one that an older program made. Start the server on it once.',
    );
  }
  const [installation] = await session.query<{ key_check: string }>('SELECT key_check FROM installation');
  if (installation !== undefined && installation.key_check !== request.keyCheck) {
    throw new GatehouseError(
      'state_conflict',
      'The master key here is not the one that the database was made with. Set GATEHOUSE_MASTER_KEY, or keys/master.key in the data folder, to the key of the hosts.',
    );
  }
  const [moment] = await session.query<{ taken_at: Date }>('SELECT clock_timestamp() AS taken_at');
  const tables: BackupManifest['tables'] = [];
  for (const name of await backupTables(session)) {
    tables.push({ name, ...(await writeTable(session, name, join(folder, tableFile(name)), request.progress)) });
  }
  return backupManifestSchema.parse({
    format: 1,
    program: request.program,
    taken_at: must(moment, 'a database has a clock').taken_at.toISOString(),
    database,
    migrations: await session.query('SELECT version, name, checksum FROM schema_migrations ORDER BY version'),
    key_check: request.keyCheck,
    hosts: (await session.query<{ id: string }>(SERVING_HOSTS)).map((host) => host.id),
    heads: await session.query('SELECT partition, seq, hash FROM partition_heads ORDER BY partition'),
    tables,
  } satisfies Record<keyof BackupManifest, unknown>);
}

async function writeTable(
  session: SqlSession,
  name: string,
  path: string,
  progress: WriteBackup['progress'],
): Promise<{ readonly rows: number; readonly bytes: number; readonly sha256: string }> {
  let rows = 0;
  let bytes = 0;
  const digest = createHash('sha256');
  async function* lines(): AsyncGenerator<string> {
    // Chains are checked from the file, so the ledger stands there in its order.
    const order = name === 'ledger' ? ' ORDER BY partition, seq' : '';
    await session.query(
      `DECLARE backup_rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM ${tableName(name)} t${order}`,
    );
    for (;;) {
      const fetched = await session.query<{ line: string }>(`FETCH ${FETCH_ROWS} FROM backup_rows`);
      if (fetched.length === 0) break;
      rows += fetched.length;
      progress(name, rows);
      yield `${fetched.map((row) => row.line).join('\n')}\n`;
    }
    await session.query('CLOSE backup_rows');
  }
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.from(lines()),
    createGzip({ level: GZIP_LEVEL }),
    measure,
    createWriteStream(path, { mode: 0o600, flush: true }),
  );
  return { rows, bytes, sha256: digest.digest('hex') };
}

/** A file survives a crash of the machine when its folder is on disk too. */
function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
