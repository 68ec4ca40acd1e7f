/** The figures about what waits and what was carried out are those of the tables, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BacklogWatch } from '../src/app/backlog-watch.ts';
import { readBacklog } from '../src/memory/read/backlog-reader.ts';
import { createMetrics } from '../src/observability/metrics.ts';
import { knowProspect, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const HOST_TTL_MS = 4_000;
const NOTHING = { message: null, parked: null, permit: null, timer: null, review: null };

function figure(text: string, name: string): number {
  const line = text.split('\n').find((item) => item.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

describeDatabases('what waits', (database) => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp(database);
  });
  afterAll(() => test[Symbol.asyncDispose]());
  const oldest = async () => (await readBacklog(test.sql, HOST_TTL_MS)).oldest;

  it('is nothing at first', async () => {
    expect(await readBacklog(test.sql, HOST_TTL_MS)).toEqual({
      oldest: NOTHING,
      syncs: [],
      activePlays: 0,
      hosts: 1,
      partitionsUnowned: 0,
    });
  });

  it('is the oldest of each kind', async () => {
    await knowProspect(test);
    const began = Date.now();
    const { app, caller } = test;
    // No sender is known for a stranger: it is held. A note in the CRM may go, and waits for an executor that is not there.
    await app.services.propose(caller, proposal('contact/stranger'));
    await app.services.propose(caller, proposal('contact/someone', { action_type: 'crm_update' }));
    const { review, permit, timer, message } = await oldest();
    for (const since of [review, permit]) {
      expect(since).toBeGreaterThanOrEqual(began);
      expect(since).toBeLessThanOrEqual(Date.now());
    }
    expect(timer).toBeGreaterThan(Date.now());
    expect(message).toBeNull();
  });

  it('finds a message that was accepted and not processed', async () => {
    await test.rows(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, received_on) VALUES ('default', '/x', 'old', 1, '', 'pending', '{}', now() - interval '90 seconds')`,
    );
    const { message } = await oldest();
    expect(Date.now() - (message ?? 0)).toBeGreaterThan(80_000);
    // Behind a parked message of its actor it waits for a person, and only the parked one counts.
    await test.rows(`UPDATE inbox SET held_for = 'default/lead/x' WHERE id = 'old'`);
    expect((await oldest()).message).not.toBeNull();
    await test.rows(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, held_for, received_on) VALUES ('default', '/x', 'first', 1, '', 'parked', '{}', 'default/lead/x', now() - interval '120 seconds')`,
    );
    const { message: behind, parked } = await oldest();
    expect(behind).toBeNull();
    expect(Date.now() - (parked ?? 0)).toBeGreaterThan(110_000);
    await test.rows(`UPDATE inbox SET state = 'processed', held_for = NULL WHERE source = '/x'`);
  });

  it('is a source that has to report, from the moment at which the policy has waited long enough', async () => {
    const { app, caller } = test;
    const hour = 3_600_000;
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, name: 'synced', syncs: { crm: hour, mailbox: 2 * hour } });
    const reported = Date.now() - 2 * hour;
    await app.services.gateFacts.reportSync(caller, 'crm', new Date(reported).toISOString());
    const { syncs } = await readBacklog(test.sql, HOST_TTL_MS);
    expect(syncs).toEqual([
      { source: 'crm', staleFrom: reported + hour },
      { source: 'mailbox', staleFrom: 2 * hour },
    ]);
    const metrics = createMetrics();
    const shown = async (at: number) => {
      const watch = new BacklogWatch(() => readBacklog(test.sql, HOST_TTL_MS), {
        now: () => at,
        sleep: () => Promise.resolve(),
      });
      await watch.refresh();
      watch.publish(metrics);
      const text = await metrics.registry.metrics();
      return ['crm', 'mailbox', 'calendar'].map((source) => figure(text, `gatehouse_stale_syncs{source="${source}"}`));
    };
    expect(await shown(reported + hour)).toEqual([0, 1, 0]);
    expect(await shown(reported + hour + 1)).toEqual([1, 1, 0]);
  });

  it('leaves simulated tenants out', async () => {
    expect((await oldest()).review).not.toBeNull();
    await test.rows(
      `UPDATE actor_state SET context = replace(context, '"clock":"real"', '"clock":"virtual"') WHERE kind = 'tenant'`,
    );
    expect(await readBacklog(test.sql, HOST_TTL_MS)).toMatchObject({ oldest: NOTHING, syncs: [] });
  });
});

describe('the metrics of a running system', () => {
  const text = ({ app }: TestApp) => app.services.metricsText();

  it('count an execution from its permit to its receipt', { timeout: 60_000 }, async () => {
    await using test = await testApp({ kind: 'pglite' }, { workers: true });
    await knowProspect(test);
    await test.app.services.propose(test.caller, proposal('contact/someone', { action_type: 'crm_update' }));
    await until(async () => figure(await text(test), 'gatehouse_executions_total{result="sent"}') === 1);
    const figures = await text(test);
    expect(figure(figures, 'gatehouse_execution_seconds_count')).toBe(1);
    expect(figure(figures, 'gatehouse_execution_seconds_bucket{le="60"}')).toBe(1);
    expect(figure(figures, 'gatehouse_gate_verdicts_total{verdict="pass"}')).toBe(1);
    expect(figure(figures, 'gatehouse_database_transactions_total{result="committed"}')).toBeGreaterThan(5);
    expect(figure(figures, 'gatehouse_database_transactions_total{result="failed"}')).toBe(0);
    expect(figure(figures, 'gatehouse_partitions_owned')).toBe(64);
    expect(figure(figures, 'gatehouse_oldest_waiting_seconds{what="permit"}')).toBe(0);
  });
});
