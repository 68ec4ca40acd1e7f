/** Backup, check and restore of whole installations. Each opens the database on its own, and closes it again. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

import packageJson from '../../package.json' with { type: 'json' };
import { ChainCheck } from '../actors/replay/chain-check.ts';
import type { VerifyResult } from '../actors/replay/chain-fault.ts';
import { verifyLedger } from '../actors/replay/verify.ts';
import type { Backups, BackupProgress, MoveView, RestoreView } from '../cli/backups.port.ts';
import type { Config } from '../config/config.ts';
import type { BackupKeys, BackupManifest } from '../domain/backup-manifest.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { BackupView } from '../gateway/services.port.ts';
import { loadBackup } from '../memory/backup/load-backup.ts';
import type { LoadBackup } from '../memory/backup/load-backup.ts';
import {
  checkFiles,
  damaged,
  readArchiveEnds,
  readKeys,
  readLedger,
  readManifest,
  secretOfBackup,
} from '../memory/backup/read-backup.ts';
import { writeBackup } from '../memory/backup/write-backup.ts';
import { createLedgerReader } from '../memory/read/ledger-reader.ts';
import { PolicyCache } from '../memory/runtime/policy-cache.ts';
import { sha256 } from '../memory/sha256.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { KeyRing } from '../memory/vault/key-ring.ts';
import { markMoved, openDatabase } from './open-database.ts';

const LEDGER_EVERY = 1_000;

export function backupView(folder: string, manifest: BackupManifest): BackupView {
  const rowsOf = (name: string): number => manifest.tables.find((table) => table.name === name)?.rows ?? 0;
  return {
    folder,
    taken_at: manifest.taken_at,
    schema: manifest.migrations.length,
    events: rowsOf('ledger'),
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    bytes: manifest.tables.reduce((sum, table) => sum + table.bytes, 0),
  };
}

export interface VerifiedBackup {
  readonly manifest: BackupManifest;
  readonly keys: BackupKeys | null;
}

/** Throws `usage` when a file, the seal or a chain of the backup is not whole, or its generation of keys was destroyed. */
export async function verifiedBackup(folder: string, ring: KeyRing, progress: BackupProgress): Promise<VerifiedBackup> {
  const secret = secretOfBackup(folder, ring);
  const manifest = readManifest(folder, secret);
  const keys = readKeys(folder, manifest, secret);
  await checkFiles(folder, manifest, keys, (table, rows) => progress('checking', table, rows));
  const check = new ChainCheck(sha256, manifest.heads, await readArchiveEnds(folder, manifest));
  let events = 0;
  for await (const row of readLedger(folder)) {
    check.add(row);
    events += 1;
    if (events % LEDGER_EVERY === 0) progress('checking', 'chains', events);
  }
  refuseFaults(check.finish(), (what) => damaged(what));
  return { manifest, keys };
}

/** Loads a verified backup and verifies what the database holds then. Throws when the two differ. */
export async function loadVerified(
  sql: Sql,
  request: Omit<LoadBackup, 'progress'>,
  progress: BackupProgress,
): Promise<void> {
  await loadBackup(sql, { ...request, progress: (table, rows) => progress('loading', table, rows) });
  progress('verifying', 'ledger', 0);
  const starts = await readArchiveEnds(request.folder, request.manifest);
  const result = await verifyLedger(createLedgerReader(sql, new PolicyCache()), sha256, { starts });
  refuseFaults(
    result,
    (what) =>
      new GatehouseError(
        'internal',
        `The database holds another ledger than the backup: ${what}. Drop it and restore again.`,
      ),
  );
}

function refuseFaults({ faults }: VerifyResult, errorOf: (what: string) => GatehouseError): void {
  const [first] = faults;
  if (first !== undefined) throw errorOf(`partition ${first.partition}, position ${first.seq}: ${first.detail}`);
}

/** A place as it may be shown: without a password. */
export function shownPlace(databaseUrl: string | null, dataDir: string): string {
  if (databaseUrl === null) return join(dataDir, 'pg');
  const url = new URL(databaseUrl);
  url.password = '';
  return url.href;
}

async function restoreInto(config: Config, folder: string, progress: BackupProgress): Promise<RestoreView> {
  const ring = KeyRing.existing(config.masterKey, config.dataDir);
  const backup = await verifiedBackup(folder, ring, progress);
  const { manifest } = backup;
  const place = join(config.dataDir, 'pg');
  const isNew = config.databaseUrl === null && !existsSync(place);
  const { sql, lock } = await openDatabase(config);
  let loaded = false;
  try {
    await loadVerified(sql, { folder, ...backup, as: { kind: 'restored', id: `restore_${randomUUID()}` } }, progress);
    loaded = true;
  } finally {
    await sql.close();
    if (!loaded && isNew) rmSync(place, { recursive: true, force: true });
    lock?.release();
  }
  return { ...backupView(folder, manifest), paused: true, into: shownPlace(config.databaseUrl, config.dataDir) };
}

async function moveTo(config: Config, databaseUrl: string, progress: BackupProgress): Promise<MoveView> {
  const from = { dataDir: config.dataDir, databaseUrl: null };
  refuseWithoutDatabase(from);
  const ring = KeyRing.existing(config.masterKey, config.dataDir);
  const source = await openDatabase(from);
  const folder = join(resolve(config.dataDir), `move-${randomUUID()}`);
  try {
    await writeBackup(source.sql, {
      folder,
      program: packageJson.version,
      ring,
      progress: (table, rows) => progress('reading', table, rows),
    });
    const backup = await verifiedBackup(folder, ring, progress);
    const { manifest } = backup;
    const target = await openDatabase({ dataDir: config.dataDir, databaseUrl });
    try {
      await loadVerified(target.sql, { folder, ...backup, as: { kind: 'moved' } }, progress);
    } finally {
      await target.sql.close();
    }
    const to = shownPlace(databaseUrl, config.dataDir);
    markMoved(config.dataDir, to, manifest.taken_at);
    return {
      from: shownPlace(null, config.dataDir),
      to,
      events: backupView(folder, manifest).events,
      tables: Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows])),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await source.sql.close();
    source.lock?.release();
  }
}

/** Looking for the embedded database must not make one. */
export function refuseWithoutDatabase({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>): void {
  if (databaseUrl !== null || existsSync(join(dataDir, 'pg'))) return;
  throw new GatehouseError(
    'usage',
    `There is no database in ${dataDir}. Set GATEHOUSE_DATA_DIR to the folder of the installation, or DATABASE_URL to its database.`,
  );
}

/** Writes a backup from within the process that holds the embedded database. Throws `state_conflict` for a Postgres server. */
export async function writeServerBackup(sql: Sql, dataDir: string, ring: KeyRing): Promise<BackupView> {
  if (sql.kind === 'postgres') {
    throw new GatehouseError(
      'state_conflict',
      'The database is a Postgres server. Run gatehouse backup with its DATABASE_URL; the hosts may go on.',
    );
  }
  const folders = join(resolve(dataDir), 'backups');
  mkdirSync(folders, { recursive: true, mode: 0o700 });
  const folder = join(folders, `backup-${randomUUID()}`);
  const manifest = await writeBackup(sql, {
    folder,
    program: packageJson.version,
    ring,
    progress: () => {},
  });
  return backupView(folder, manifest);
}

export function createBackups(): Backups {
  return {
    async write(config, folder, progress) {
      refuseWithoutDatabase(config);
      const ring = KeyRing.existing(config.masterKey, config.dataDir);
      const { sql, lock } = await openDatabase(config);
      try {
        const manifest = await writeBackup(sql, {
          folder,
          program: packageJson.version,
          ring,
          progress: (table, rows) => progress('writing', table, rows),
        });
        return backupView(folder, manifest);
      } finally {
        await sql.close();
        lock?.release();
      }
    },
    async verify(config, folder, progress) {
      const ring = KeyRing.existing(config.masterKey, config.dataDir);
      return backupView(folder, (await verifiedBackup(folder, ring, progress)).manifest);
    },
    restore: restoreInto,
    move: moveTo,
  };
}
