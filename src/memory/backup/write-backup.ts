/**
 * Writes one consistent snapshot of a database into a folder: a file of JSON lines for each table, compressed with gzip, and a manifest.
 * Everything is read in one transaction that sees a single moment, so hosts may go on working. The folder gets its name when it is
 * whole; what is found under that name is a complete backup.
 */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { backupManifestSchema, sealedText } from '../../domain/backup-manifest.ts';
import type { BackupKeys, BackupManifest, SealedManifest } from '../../domain/backup-manifest.ts';
import { GatehouseError, must } from '../../domain/errors.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { syncFolder } from '../vault/destroy-file.ts';
import { firstSecret, keyCheckOf, readGenerations, readSecret, sealSecret } from '../vault/generations.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { KEY_TABLES, KEYS_FOLDER, writeKeys } from './backup-keys.ts';
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
  readonly ring: KeyRing;
  /** Called now and then with the rows written so far. */
  readonly progress: (table: string, rows: number) => void;
}

/** The file of a table within a backup. */
export function tableFile(name: string): string {
  return join('tables', `${name}.jsonl.gz`);
}

/** Throws `usage` when the folder exists, or the database was made with another master key. */
export async function writeBackup(sql: Sql, request: WriteBackup): Promise<SealedManifest> {
  const folder = resolve(request.folder);
  if (existsSync(folder)) {
    throw new GatehouseError(
      'usage',
      `${request.folder} exists already. Name a folder that does not; a backup is never written over.`,
    );
  }
  const unfinished = join(dirname(folder), `.${basename(folder)}.unfinished-${process.pid}`);
  for (const part of ['tables', KEYS_FOLDER]) mkdirSync(join(unfinished, part), { recursive: true, mode: 0o700 });
  try {
    const { manifest, secret, keys } = await sql.asOwner(async (session) => {
      await session.script(
        `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'`,
      );
      return snapshot(session, sql.kind, unfinished, request);
    });
    await refuseEmptied(sql, keys.generations);
    const sealed = sealManifest(manifest, secret);
    writeKeys(unfinished, { ...keys, backup: sealed.seal, wrapped_at: manifest.taken_at }, secret);
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

export function sealManifest(manifest: BackupManifest, secret: InstallationSecret): SealedManifest {
  return { ...manifest, seal: secret.hash('backup', sealedText(manifest)) };
}

type Keys = Pick<BackupKeys, 'format' | 'generations' | 'file' | 'rows' | 'bytes' | 'sha256' | 'erased'>;

async function snapshot(
  session: SqlSession,
  database: 'pglite' | 'postgres',
  folder: string,
  request: WriteBackup,
): Promise<{ readonly manifest: BackupManifest; readonly secret: InstallationSecret; readonly keys: Keys }> {
  const [schema] = await session.query<{ found: boolean }>(`SELECT to_regclass('installation') IS NOT NULL AS found`);
  if (schema?.found !== true) {
    throw new GatehouseError(
      'state_conflict',
      'This database is no Gatehouse, or one that an older program made. Start the server on it once.',
    );
  }
  const secret = await readSecret(session, request.ring);
  const keyCheck = keyCheckOf(secret);
  const [moment] = await session.query<{ taken_at: Date }>('SELECT clock_timestamp() AS taken_at');
  const tables: BackupManifest['tables'] = [];
  const names = await backupTables(session);
  for (const name of names.filter((table) => !KEY_TABLES.includes(table))) {
    tables.push({ name, ...(await writeTable(session, name, join(folder, tableFile(name)), request.progress)) });
  }
  const file = 'as-taken.jsonl.gz';
  const written = await writeTable(session, 'subject_keys', join(folder, KEYS_FOLDER, file), request.progress);
  const [counted] = await session.query<{ erased: number }>(
    'SELECT count(*) AS erased FROM subject_keys WHERE wrapped IS NULL',
  );
  const manifest = backupManifestSchema.parse({
    format: 2,
    program: request.program,
    taken_at: must(moment, 'a database has a clock').taken_at.toISOString(),
    database,
    migrations: await session.query('SELECT version, name, checksum FROM schema_migrations ORDER BY version'),
    key_check: keyCheck,
    hosts: (await session.query<{ id: string }>(SERVING_HOSTS)).map((host) => host.id),
    heads: await session.query('SELECT partition, seq, hash FROM partition_heads ORDER BY partition'),
    tables,
  } satisfies Record<keyof BackupManifest, unknown>);
  const generations = await wrappingGenerations(session, names.includes('key_generations'), request.ring, secret);
  return { manifest, secret, keys: { format: 1, generations, file, ...written, erased: counted?.erased ?? 0 } };
}

/** Those that something in the database may be wrapped with. */
async function wrappingGenerations(
  session: SqlSession,
  kept: boolean,
  ring: KeyRing,
  secret: InstallationSecret,
): Promise<BackupKeys['generations']> {
  const rows = kept ? await readGenerations(session) : [];
  if (rows.length > 0)
    return rows.flatMap(({ number, id, secret: sealed }) => (sealed === null ? [] : [{ number, id, secret: sealed }]));
  // A database of before there were generations, which no newer program has opened yet.
  const { id, key } = must(firstSecret(ring, keyCheckOf(secret)), 'the secret follows from a key that is at hand');
  return [{ number: 1, id, secret: sealSecret(secret, id, key) }];
}

/** A rotation that ended while the backup was read has destroyed keys that it needs. */
async function refuseEmptied(sql: Sql, generations: BackupKeys['generations']): Promise<void> {
  const gone = await sql.asOwner(async (session) => {
    const [schema] = await session.query<{ kept: boolean }>(
      `SELECT to_regclass('key_generations') IS NOT NULL AS kept`,
    );
    const rows = schema?.kept === true ? await readGenerations(session) : [];
    return rows.filter((row) => row.emptied_on !== null && generations.some(({ id }) => id === row.id));
  });
  if (gone.length > 0)
    throw new GatehouseError(
      'unavailable',
      'The keys of the installation were replaced while the backup was taken, so what it holds could not be opened. Nothing was kept; take it again.',
    );
}

async function writeTable(
  session: SqlSession,
  name: string,
  path: string,
  progress: WriteBackup['progress'],
): Promise<{ readonly rows: number; readonly bytes: number; readonly sha256: string }> {
  let rows = 0;
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
  const written = await writeCompressed(path, lines());
  return { rows, ...written };
}

/** Writes texts into a new file, compressed with gzip, and says what the file is. */
export async function writeCompressed(
  path: string,
  texts: AsyncIterable<string>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  let bytes = 0;
  const digest = createHash('sha256');
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.from(texts),
    createGzip({ level: GZIP_LEVEL }),
    measure,
    createWriteStream(path, { mode: 0o600, flush: true }),
  );
  return { bytes, sha256: digest.digest('hex') };
}
