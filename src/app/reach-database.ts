/** The first thing that a server does with a database server: find out whether it is there, and wait for it if not. */
import type { FastifyBaseLogger } from 'fastify';

import type { Clock } from '../actors/clock.port.ts';
import { openStartingServer } from '../gateway/starting-server.ts';
import type { StartingServer } from '../gateway/starting-server.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { AppOptions } from './app.port.ts';
import { hostOf } from './egress.ts';
import { waitForDatabase } from './wait-for-database.ts';

/**
 * Resolves when the database answers. What answered at this host's address meanwhile is handed over open, so that the address is not
 * silent while the host is put together; null where nothing had to be waited for.
 */
export async function reachDatabase(
  options: AppOptions,
  sql: Sql,
  logger: FastifyBaseLogger,
  clock: Clock,
): Promise<StartingServer | null> {
  const { startWaitMs = 0, host, port, stopping = new AbortController().signal } = options;
  const database = hostOf(options.databaseUrl);
  if (database === null || startWaitMs === 0) return null;
  let starting: StartingServer | null = null;
  try {
    await waitForDatabase(sql, {
      database: database === '' ? 'a local socket' : database,
      waitMs: startWaitMs,
      clock,
      logger,
      stopping,
      // With port 0 nobody knows where to ask.
      waiting: async () => {
        if (port !== 0) starting = await openStartingServer({ host, port, waitsFor: 'its database' });
      },
    });
  } catch (error) {
    await (starting as StartingServer | null)?.close();
    throw error;
  }
  return starting;
}
