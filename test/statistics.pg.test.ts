/** Hosts that keep the statistics of one database do not wait for each other in a circle. */
import { expect, it } from 'vitest';

import { createPostgres } from '../src/memory/sql/postgres.ts';
import { StatisticsKeeper } from '../src/memory/sql/statistics-keeper.ts';
import { testApp } from './app.fixture.ts';
import { describePostgres } from './needs.ts';

describePostgres('the statistics of several hosts', (serverUrl) => {
  it('are kept by one at a time, and the others look again', async () => {
    await using system = await testApp({ kind: 'postgres', serverUrl });
    const { sql, rows } = system;
    await rows(
      `INSERT INTO note_postings (tenant, scope, key, seq, recorded_at, count, length, leads)
       SELECT 'default', 'acc_' || repeat('x', 60), n % 100, n, n, 1, 1, false FROM generate_series(1, 20000) AS n`,
    );
    const [name] = await rows<{ name: string }>('SELECT current_database() AS name');
    const url = new URL(serverUrl);
    url.pathname = `/${name?.name}`;
    const other = createPostgres(url.href, { maxConnections: 1 });
    try {
      const second = new StatisticsKeeper(other);
      const during = await sql.asOwner(async (session) => {
        // As a host does that is at it.
        await session.query('SELECT pg_advisory_xact_lock(4800002)');
        return second.refresh();
      });
      expect(during).toEqual([]);
      expect(await second.refresh()).toContain('note_postings');
      expect(await new StatisticsKeeper(sql).refresh()).toContain('note_postings');
    } finally {
      await other.close();
    }
  });
});
