/**
 * Numbered SQL files, applied once each under a lock, with their checksums kept. A database that a newer program has migrated is
 * refused, and so is one whose applied files were changed afterwards.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';

import { GatehouseError } from '../../domain/errors.ts';
import type { Sql } from './sql.port.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
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
    return { version, name, text, checksum: createHash('sha256').update(text).digest('hex') };
  });
}

export interface MigrationResult {
  readonly from: number;
  readonly to: number;
}

export function migrate(sql: Sql, migrations: readonly Migration[] = readMigrations()): Promise<MigrationResult> {
  return sql.asOwner(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await session.script(`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_on timestamptz NOT NULL DEFAULT now())`);
    const applied = await session.query<{ version: number; name: string; checksum: string }>(
      'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
    );
    const from = applied.at(-1)?.version ?? 0;
    if (from > migrations.length) {
      throw new GatehouseError(
        'unavailable',
        `The database is at migration ${from}, this program knows ${migrations.length}. Run the newer program, or restore a backup.`,
      );
    }
    for (const row of applied) {
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
      await session.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
        migration.version,
        migration.name,
        migration.checksum,
      ]);
    }
    await refuseWeakLogin(session);
    return { from, to: migrations.length };
  });
}

/** The login must be able to become both roles, or row-level security would stop everything, or be bypassed. */
async function refuseWeakLogin(session: Parameters<Parameters<Sql['asOwner']>[0]>[0]): Promise<void> {
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
