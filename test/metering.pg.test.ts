/** What a tenant is billed for is on the ledger, and is what the ledger itself says. */
import { expect, it } from 'vitest';

import type { MeterCounts } from '../src/domain/meter.ts';
import { event, knowProspect, proposal, testApp, until } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('metering', (database) => {
  it('counts signals, decisions and executions once each', { timeout: 60_000 }, async () => {
    await using system = await testApp(database, { workers: true });
    await knowProspect(system);
    const { app, caller, rows } = system;
    const signal = event('web.page_viewed', 'contact/someone', { page: 'docs' });
    await app.services.acceptSignals(caller, [signal]);
    await app.services.acceptSignals(caller, [signal]);
    await app.services.propose(caller, proposal('contact/someone', { action_type: 'crm_update' }));
    await until(async () => (await rows(`SELECT 1 FROM executions WHERE state = 'sent'`)).length === 1);
    await app.flushMeters();
    const [truth] = await rows<MeterCounts>(
      `SELECT count(*) FILTER (WHERE type = 'signal.received')::int AS signal, count(*) FILTER (WHERE type = 'decision.made')::int AS decision,
           count(*) FILTER (WHERE type = 'action.executed')::int AS execution FROM ledger`,
    );
    const metered = await rows<{ counts: string }>(
      `SELECT body::json #>> '{data,counts}' AS counts FROM ledger WHERE type = 'meter.recorded' AND tenant = 'default'`,
    );
    const sums: Record<string, number> = {};
    for (const { counts } of metered)
      for (const [name, amount] of Object.entries(JSON.parse(counts) as MeterCounts))
        sums[name] = (sums[name] ?? 0) + (amount ?? 0);
    expect(sums).toMatchObject({ ...truth, 'api.call': 3 });
    expect(truth?.execution).toBe(1);
  });
});
