/** Pages that searches read out of an index alone are marked as visible to all, once there are enough that are not. */
import { expect, it } from 'vitest';

import { StatisticsKeeper } from '../src/memory/sql/statistics-keeper.ts';
import { testApp, until } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('the marks of visible pages', (database) => {
  it('are set once, when much has come', async () => {
    await using system = await testApp(database);
    const { sql, rows } = system;
    const keeper = new StatisticsKeeper(sql);
    const fill = (from: number) =>
      rows(
        `INSERT INTO note_postings (tenant, scope, key, seq, recorded_at, count, length, leads)
         SELECT 'default', 'acc_' || repeat('x', 60), n % 100, n, n, 1, 1, false FROM generate_series($1::int, $1::int + 19999) AS n`,
        [from],
      );
    expect(await keeper.vacuum()).toEqual([]);
    await fill(0);
    expect(await keeper.vacuum()).toEqual(['note_postings']);
    // A transaction that is open beside it keeps pages from being marked; then it is done again.
    await until(async () => (await keeper.vacuum()).length === 0);
    const [page] = await rows<{ marked: number; pages: number }>(
      `SELECT relallvisible AS marked, relpages AS pages FROM pg_class WHERE relname = 'note_postings'`,
    );
    expect(page?.marked).toBeGreaterThan(0.9 * (page?.pages ?? 0));
    await fill(20_000);
    expect(await keeper.vacuum()).toEqual(['note_postings']);
    expect(await keeper.refresh()).toContain('note_postings');
  });
});
