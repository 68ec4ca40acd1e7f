/** What was kept long enough is deleted, what somebody still needs is not, and the ledger says so. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('retention', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    const { app, caller } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    // Of different accounts and domains, so that no cooldown keeps one from the other.
    for (const id of ['ada', 'bob']) {
      await app.services.putAccount(caller, `of-${id}`, { ...PROSPECT, domain: `${id}.example` });
      await app.services.putContact(caller, id, { ...REACHABLE, account: `of-${id}`, email: `${id}@${id}.example` });
    }
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const count = async (text: string) =>
    (await system.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${text}`))[0]?.rows ?? 0;
  const due = async () =>
    Object.fromEntries(
      (await system.app.services.getRetention(system.caller)).classes.map((item) => [item.class, item.due]),
    );
  const runs = () =>
    system.rows<{ body: string }>(`SELECT body FROM ledger WHERE type = 'retention.applied' ORDER BY partition, seq`);

  it('deletes ids of messages by age, keeps what waits, and puts its counts on the ledger', async () => {
    const { app, caller } = system;
    expect(await app.services.runRetention(caller)).toMatchObject({ deleted: { processed_messages: 0 } });
    // A run that deletes nothing is no event.
    expect(await runs()).toEqual([]);

    await system.rows(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, received_on) SELECT 'default', '/old', 'm' || i, 0, 'd',
         CASE WHEN i <= 7 THEN 'processed' ELSE 'parked' END, now() - interval '401 days' FROM generate_series(1, 10) i`,
    );
    expect(await due()).toMatchObject({ processed_messages: 7 });
    expect(await app.services.runRetention(caller)).toMatchObject({ deleted: { processed_messages: 7 } });
    expect(await count(`inbox WHERE source = '/old'`)).toBe(3);
    const [run] = await runs();
    expect(JSON.parse(run?.body ?? '')).toMatchObject({
      data: { deleted: { processed_messages: 7 }, by: caller.identity },
    });
    await system.rows(`DELETE FROM inbox WHERE source = '/old'`);
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true });
  });

  it('goes by the periods of the policy', async () => {
    const { app, caller } = system;
    await system.rows(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, received_on) VALUES ('default', '/old', 'm', 0, 'd', 'processed', now() - interval '100 days')`,
    );
    expect(await due()).toMatchObject({ processed_messages: 0 });
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, retention: { processed_messages: 90 } });
    expect(await due()).toMatchObject({ processed_messages: 1 });
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, retention: { processed_messages: null } });
    expect(await due()).toMatchObject({ processed_messages: 0 });
    await app.services.applyPolicy(caller, OPEN_POLICY);
  });

  it('deletes attempts that have ended, but none at a person under a legal hold, and no figure changes', async () => {
    const { app, caller } = system;
    for (const id of ['ada', 'bob']) await app.services.propose(caller, proposal(`contact/${id}`));
    await until(async () => (await count(`executions WHERE state = 'sent'`)) === 2);
    await until(async () => (await count(`permits WHERE state = 'used' AND due_at IS NULL`)) === 2);
    const figures = async () => (await app.services.loopReport(caller, { dimension: null })).executions;
    const before = await figures();
    expect(before).toBe(2);
    expect(await due()).toMatchObject({ ended_attempts: 0 });
    await system.rows(`UPDATE executions SET lease_until_on = now() - interval '401 days'`);
    expect(await due()).toMatchObject({ ended_attempts: 2 });

    await app.services.holdSubject(caller, 'contact/ada', 'lawsuit');
    expect(await app.services.runRetention(caller)).toMatchObject({ deleted: { ended_attempts: 1 } });
    expect(await count('executions')).toBe(1);
    await app.services.releaseSubject(caller, 'contact/ada', 'settled');
    expect(await app.services.runRetention(caller)).toMatchObject({ deleted: { ended_attempts: 1 } });
    expect(await figures()).toBe(before);
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0 });
  });
});
