/** Finds the server that a command should speak to instead of opening the database itself. */
import { createPostgres } from '../memory/sql/postgres.ts';
import { LEASE_MS } from './lease.ts';
import { folderServer } from './open-database.ts';

/** The address of a server that runs on this data folder, or of a host that lives on this database, or null. */
export async function findServer(
  dataDir: string,
  databaseUrl: string | null,
): Promise<{ readonly url: string } | null> {
  if (databaseUrl !== null) return findHost(databaseUrl);
  return folderServer(dataDir);
}

async function findHost(databaseUrl: string): Promise<{ readonly url: string } | null> {
  const sql = createPostgres(databaseUrl, { maxConnections: 1 });
  try {
    return await sql.asOwner(async (session) => {
      const [table] = await session.query<{ found: boolean }>(`SELECT to_regclass('hosts') IS NOT NULL AS found`);
      // A new database has nobody on it yet.
      if (table?.found !== true) return null;
      const [host] = await session.query<{ url: string }>(
        `SELECT url FROM hosts WHERE url IS NOT NULL AND seen_on > clock_timestamp() - make_interval(secs => $1::float8 / 1000)
         ORDER BY started_on LIMIT 1`,
        [LEASE_MS],
      );
      return host ?? null;
    });
  } finally {
    await sql.close();
  }
}
