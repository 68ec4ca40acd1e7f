/** Whoever looks for due timers finds the names of their people by key, however many people there are. */
import { expect, it } from 'vitest';

import { asId } from '../src/domain/ids.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { DUE_TIMERS } from '../src/memory/runtime/postgres-runtime-store.ts';
import { testApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('due timers', (database) => {
  it('are read without reading the whole directory for each', async () => {
    await using system = await testApp(database);
    await system.rows(
      `INSERT INTO directory (tenant, kind, alias, id, scope, suppression_keys, has_address)
       SELECT 'default', 'person', 'a' || n, 'con_' || n, 'con_' || n, '{}', false FROM generate_series(1, 3000) AS n`,
    );
    await system.rows('ANALYZE directory');
    const plan = await system.sql.transaction(
      { role: 'gatehouse_runtime', tenants: [asId<TenantId>('default')], keyed: true },
      (session) => session.query(`EXPLAIN ${DUE_TIMERS}`, [Date.now(), 1_000, null]),
    );
    const lines = plan.flatMap((row) => Object.values(row).map(String));
    const scan = lines.findIndex((line) => line.includes('on directory d'));
    // By the tenant alone it would still be everybody.
    expect(lines[scan + 1]).toMatch(/Index Cond: .*\bid = /);
  });
});
