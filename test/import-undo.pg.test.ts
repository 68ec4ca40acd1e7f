/** Imports through the services on real databases: their rows are taken once and in order, and undoing them takes back what is theirs and no more. */
import { expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import type { ImportRecord } from '../src/gateway/services.port.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const row = (index: number): ImportRecord => ({
  index,
  kind: 'signal',
  id: `row-${index}`,
  type: 'web.form_submitted',
  subject: `lead/l-${index}`,
  time: Date.UTC(2026, 0, 1),
  data: { form: 'demo' },
  dataText: '{"form":"demo"}',
  window_ms: null,
});

describeDatabases('an import', (database) => {
  it('is undone as a whole although usage was metered after it', { timeout: 60_000 }, async () => {
    await using system = await testApp(database);
    const { app, caller, rows } = system;
    const start = { name: 'crm', mode: 'history', digest: 'd1', total: 1, policy: OPEN_POLICY, dry_run: null } as const;
    const { id } = await app.services.startImport(caller, start);
    await app.services.applyImport(caller, id, [row(0)]);
    await app.services.finishImport(caller, id);
    await app.flushMeters();
    expect(await rows(`SELECT 1 FROM ledger WHERE type = 'meter.recorded' AND tenant = 'default'`)).toHaveLength(1);
    expect(await app.services.undoImport(caller, id)).toMatchObject({ kept: [] });
    expect(await rows(`SELECT 1 FROM actor_state WHERE kind = 'lead'`)).toEqual([]);
  });

  it('is forgotten when it is undone, and not what left for people meanwhile', { timeout: 60_000 }, async () => {
    let sent = 0;
    const channel: ActionChannel = {
      name: 'live',
      forgetting: { kind: 'keeps_nothing', why: 'it is a test' },
      carries: (_channel, mode) => mode === 'live',
      async send(requests) {
        sent += requests.length;
        return requests.map(() => ({ status: 'fulfilled' as const, value: { receipt: 'r' } }));
      },
      lookup: async (_tenant, keys) => keys.map(() => 'absent' as const),
    };
    await using system = await testApp(database, { workers: true, channels: [channel] });
    const { app, caller, rows } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    await app.services.putAccount(caller, 'example', {
      ...PROSPECT,
      employees: 300,
      vertical: 'SaaS',
      annual_revenue_minor: 3_000_000_000,
      tech_fit: 90,
      growth_percent: 45,
      intent_score: 80,
    });
    await app.services.putContact(caller, 'someone', { ...REACHABLE, title: 'Chief Financial Officer' });
    await app.services.setMode(caller, 'live', null, 'ready');
    const start = { name: 'crm', mode: 'live', digest: 'd2', total: 1, policy: null, dry_run: 'd' } as const;
    const { id } = await app.services.startImport(caller, start);
    await app.services.applyImport(caller, id, [
      {
        index: 0,
        kind: 'signal',
        id: 'row-0',
        type: 'web.page_viewed',
        subject: 'contact/someone',
        time: Date.now() - 1_000,
        data: { page: 'pricing' },
        dataText: '{"page":"pricing"}',
        window_ms: null,
      },
    ]);
    await app.services.finishImport(caller, id);
    await until(async () => (await rows(`SELECT FROM permits WHERE state = 'used'`)).length > 0);
    const gate = async () =>
      (await app.services.checkGate(caller, proposal('contact/someone'))).checks.flatMap(({ code }) => code ?? []);
    expect(await gate()).toContain('cooldown_contact');
    await app.services.undoImport(caller, id);
    expect(await gate()).toContain('cooldown_contact');
    expect(sent).toBe(1);
    expect(await rows('SELECT FROM decisions WHERE NOT undone')).toEqual([]);
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
  });

  it('that does not exist is not found by whoever sends rows, finishes or undoes it', async () => {
    await using system = await testApp(database);
    const { app, caller } = system;
    const missing = { code: 'not_found', message: 'There is no import imp_none.' };
    await expect(app.services.applyImport(caller, 'imp_none', [])).rejects.toMatchObject(missing);
    await expect(app.services.finishImport(caller, 'imp_none')).rejects.toMatchObject(missing);
    await expect(app.services.undoImport(caller, 'imp_none')).rejects.toMatchObject(missing);
  });

  it('takes every row once and in order, and no more than it was started with', async () => {
    await using system = await testApp(database);
    const { app, caller } = system;
    const start = { name: 'crm', mode: 'history', digest: 'd2', total: 3, policy: null, dry_run: null } as const;
    const { id } = await app.services.startImport(caller, start);
    const send = (...indexes: number[]) =>
      app.services.applyImport(caller, id, indexes.map(row)).catch((error: unknown) => error);
    expect(await send(0, 0)).toMatchObject({ message: 'The import goes on at row 1, not at 0.' });
    expect(await send(0, 2)).toMatchObject({ message: 'The import goes on at row 1, not at 2.' });
    expect(await send(0, 1, 2, 3)).toMatchObject({
      code: 'state_conflict',
      message: 'The import was started with 3 rows; row 3 would be one too many.',
    });
    expect(await send(0, 1)).toMatchObject({ applied: 2 });
    expect(await send(0, 1, 2)).toMatchObject({ applied: 3 });
    expect(await app.services.finishImport(caller, id)).toMatchObject({ state: 'completed' });
  });
});
