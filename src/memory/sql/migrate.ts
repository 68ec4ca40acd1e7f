/**
 * Numbered SQL files, applied once each under a lock, with their checksums kept. A file whose first line is `-- safe-from: N` lets programs that
 * know N files go on, so that hosts can be replaced one after the other; without that line it is breaking, and an older program is
 * refused. So is a database whose applied files were changed afterwards.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';

import { GatehouseError } from '../../domain/errors.ts';
import type { Sql } from './sql.port.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
  /** How many files the oldest program must know that can work on a database with this one. */
  readonly safeFrom: number;
}

const MIGRATIONS_FOLDER = new URL('../../../migrations/', import.meta.url);
/** Any number that nothing else in the database locks. */
const ADVISORY_LOCK = 4_800_001;

export function readMigrations(folder: URL = MIGRATIONS_FOLDER): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .toSorted();
  return names.map((name, index) => {
    const version = Number(name.slice(0, 4));
    if (version !== index + 1) throw new Error(`migrations must be numbered without gaps: ${name}`);
    const text = readFileSync(new URL(name, folder), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    return { version, name, text, checksum, safeFrom: safeFromOf(text, version) };
  });
}

function safeFromOf(text: string, version: number): number {
  const stated = /^-- safe-from: (\d+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1];
  return stated === undefined ? version : Number(stated);
}

export interface MigrationResult {
  readonly from: number;
  readonly to: number;
}

type OwnerSession = Parameters<Parameters<Sql['asOwner']>[0]>[0];

export function migrate(sql: Sql, migrations: readonly Migration[] = readMigrations()): Promise<MigrationResult> {
  return sql.asOwner((session) => migrateIn(session, migrations));
}

/** Migrates within a transaction that the caller has begun, so that what comes with it is committed with it. */
export async function migrateIn(
  session: OwnerSession,
  migrations: readonly Migration[] = readMigrations(),
): Promise<MigrationResult> {
  await session.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
  await session.script(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_on timestamptz NOT NULL DEFAULT now());
      ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS safe_from integer`);
  const applied = await session.query<{ version: number; name: string; checksum: string; safe_from: number | null }>(
    'SELECT version, name, checksum, safe_from FROM schema_migrations ORDER BY version',
  );
  const from = applied.at(-1)?.version ?? 0;
  const needed = Math.max(0, ...applied.map((row) => row.safe_from ?? row.version));
  if (needed > migrations.length) {
    throw new GatehouseError(
      'unavailable',
      `The database is at migration ${from}, which needs a program that knows ${needed}; this one knows ${migrations.length}. Run the newer program, or restore a backup.`,
    );
  }
  for (const row of applied.slice(0, migrations.length)) {
    const known = migrations[row.version - 1];
    if (known?.checksum !== row.checksum) {
      throw new GatehouseError(
        'unavailable',
        `Migration ${row.name} was applied with other content than it has now. Restore the file; never change an applied migration.`,
      );
    }
  }
  for (const migration of migrations.slice(from)) {
    await session.script(migration.text);
    await session.query('INSERT INTO schema_migrations (version, name, checksum, safe_from) VALUES ($1, $2, $3, $4)', [
      migration.version,
      migration.name,
      migration.checksum,
      migration.safeFrom,
    ]);
  }
  await refuseWeakLogin(session);
  return { from, to: Math.max(from, migrations.length) };
}

/** The login must be able to become both roles, or row-level security would stop everything, or be bypassed. */
async function refuseWeakLogin(session: OwnerSession): Promise<void> {
  const rows = await session.query<{ role: string; member: boolean }>(
    `SELECT role, pg_has_role(current_user, role, 'MEMBER') AS member FROM unnest(ARRAY['gatehouse_app', 'gatehouse_runtime']) AS role`,
  );
  const lacking = rows.filter((row) => !row.member).map((row) => row.role);
  if (lacking.length > 0) {
    throw new GatehouseError(
      'unavailable',
      `The database login lacks ${lacking.join(' and ')}. Run: GRANT ${lacking.join(', ')} TO <login>.`,
    );
  }
}
