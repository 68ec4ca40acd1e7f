/** Opens the database of a configuration: a Postgres server, or the embedded one, whose folder is locked. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GatehouseError } from '../domain/errors.ts';
import { lockHolder, takeLock } from '../memory/sql/data-lock.ts';
import type { DataLock } from '../memory/sql/data-lock.ts';
import { openPglite } from '../memory/sql/pglite.ts';
import { createPostgres } from '../memory/sql/postgres.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

const CONNECTIONS_MAX = 12;

export interface OpenDatabase {
  readonly sql: Sql;
  /** Null where nobody can lock anybody out. */
  readonly lock: DataLock | null;
}

/** Says where the data of a folder went. Nothing of ours starts on the folder again while this file is there. */
const MOVED = 'moved.json';

/** Marks the folder as moved. `to` is shown to people, so it has no password. */
export function markMoved(dataDir: string, to: string, at: string): void {
  writeFileSync(join(dataDir, MOVED), `${JSON.stringify({ to, at })}\n`, { mode: 0o600, flush: true });
}

function refuseMoved(dataDir: string): void {
  const path = join(dataDir, MOVED);
  if (!existsSync(path)) return;
  const { to, at } = JSON.parse(readFileSync(path, 'utf8')) as { to: string; at: string };
  throw new GatehouseError(
    'usage',
    `The data of this folder was moved to ${to} at ${at}. Set DATABASE_URL to it. To go back to the state of that moment, delete ${path}; what happened in the new place is not here.`,
  );
}

/** Throws `usage` when another process holds the folder of the embedded database, or its data was moved. */
export async function openDatabase(place: {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}): Promise<OpenDatabase> {
  mkdirSync(place.dataDir, { recursive: true });
  if (place.databaseUrl !== null) {
    return { sql: createPostgres(place.databaseUrl, { maxConnections: CONNECTIONS_MAX }), lock: null };
  }
  refuseMoved(place.dataDir);
  const lock = takeLock(join(place.dataDir, 'lock'));
  try {
    return { sql: await openPglite(join(place.dataDir, 'pg')), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The address at which the holder of a data folder answers; null when nobody holds it or it has none yet. */
export function folderServer(dataDir: string): { readonly url: string } | null {
  const url = lockHolder(join(dataDir, 'lock'))?.url ?? null;
  return url === null ? null : { url };
}
