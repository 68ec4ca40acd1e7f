/** E-mail that really leaves: from a proposal through the gate to a mail server, and nothing of a tenant that is not live. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { event, knowProspect, OPEN_POLICY, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { SmtpSink } from './smtp-sink.ts';
import type { SmtpFate } from './smtp-sink.ts';

describeDatabases('e-mail', (database) => {
  const fates = new Map<string, SmtpFate>();
  const sink = new SmtpSink((recipient) => fates.get(recipient) ?? 'take');
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, smtpUrl: await sink.listen() });
    await knowProspect(system);
    // One address for each of several people, who neither share a cooldown nor an account.
    await system.app.services.applyPolicy(system.caller, {
      ...OPEN_POLICY,
      cooldown: { contact_ms: 86_400_000, account_ms: 0, domain_ms: 0, channel_ms: {} },
      touch_cap: { max: 50, window_ms: 86_400_000 },
    });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });

  const to = (address: string) => sink.deliveries.filter((delivery) => delivery.to === address);
  async function write(name: string): Promise<string> {
    const { app, caller } = system;
    await app.services.putContact(caller, name, { ...REACHABLE, email: `${name}@example.com`, name: 'Maria Example' });
    const { decision } = await app.services.propose(caller, proposal(`contact/${name}`));
    return decision;
  }
  const stateOf = async (decision: string) =>
    (await system.app.services.getDecision(system.caller, decision)).action?.state;

  it('stays in the sandbox until the tenant is live', async () => {
    const decision = await write('early');
    await until(async () => (await stateOf(decision)) === 'executed');
    expect(sink.deliveries).toEqual([]);
  });

  it('reaches the person once, under the name of its permit', async () => {
    const { app, caller } = system;
    await app.services.setMode(caller, 'live', null, 'ready');
    const decision = await write('first');
    await until(async () => (await stateOf(decision)) === 'executed');
    const [mail, ...more] = to('first@example.com');
    expect(more).toEqual([]);
    expect(mail?.text).toMatch(/^To: Maria Example <first@example.com>/m);
    const [permit] = await system.rows<{ id: string; receipt: string }>(
      `SELECT p.id, l.body::json #>> '{data,receipt}' AS receipt FROM permits p JOIN ledger l ON l.type = 'action.executed' AND l.actor_id = p.action
       WHERE p.mode = 'live'`,
    );
    expect(mail?.messageId).toBe(permit?.receipt);
    expect(mail?.messageId).toContain(permit?.id);
  });

  it('says that it failed when the mailbox does not exist', async () => {
    fates.set('nobody@example.com', 'refuse');
    const decision = await write('nobody');
    await until(async () => (await stateOf(decision)) === 'failed');
    expect(to('nobody@example.com')).toEqual([]);
  });

  it('tries again when the server was busy', async () => {
    fates.set('later@example.com', 'busy');
    const decision = await write('later');
    await until(async () => (await system.rows(`SELECT 1 FROM executions WHERE state = 'absent'`)).length > 0);
    fates.delete('later@example.com');
    await until(async () => (await stateOf(decision)) === 'executed');
    expect(to('later@example.com')).toHaveLength(1);
  });

  it('never sends again what may have arrived', async () => {
    fates.set('perhaps@example.com', 'cut_after');
    const decision = await write('perhaps');
    await until(async () => (await stateOf(decision)) === 'uncertain');
    fates.delete('perhaps@example.com');
    const later = await write('later-still');
    await until(async () => (await stateOf(later)) === 'executed');
    expect(to('perhaps@example.com')).toHaveLength(1);
  });

  it('lets a person say what became of it', async () => {
    const { app, caller } = system;
    const list = async () => (await app.services.listUncertain(caller, { limit: 10, cursor: null })).items;
    const [item, ...more] = await list();
    expect(more).toEqual([]);
    expect(to('perhaps@example.com')[0]?.messageId).toContain(item?.permit);
    await app.services.settleUncertain(caller, item?.permit ?? '', {
      happened: true,
      reason: 'its Message-ID is in the log',
      receipt: null,
    });
    expect(await stateOf(item?.decision ?? '')).toBe('executed');
    expect(await list()).toEqual([]);
    await expect(
      app.services.settleUncertain(caller, item?.permit ?? '', { happened: false, reason: 'no', receipt: null }),
    ).rejects.toMatchObject({ code: 'not_found' });
    const [settledEvent] = await system.rows<{ by: string }>(
      `SELECT body::json #>> '{data,settled,by}' AS by FROM ledger WHERE type = 'action.executed' AND body::json #>> '{data,settled,by}' IS NOT NULL`,
    );
    expect(settledEvent?.by).toBe(caller.identity);
  });

  it('gives back the touch of what a person says did not happen', async () => {
    const { app, caller } = system;
    fates.set('never@example.com', 'cut_after');
    const decision = await write('never');
    await until(async () => (await stateOf(decision)) === 'uncertain');
    fates.delete('never@example.com');
    expect((await app.services.checkGate(caller, proposal('contact/never'))).verdict).toBe('deny');
    const [item] = (await app.services.listUncertain(caller, { limit: 10, cursor: null })).items;
    await app.services.settleUncertain(caller, item?.permit ?? '', {
      happened: false,
      reason: 'the log does not have it',
      receipt: null,
    });
    expect(await stateOf(decision)).toBe('failed');
    expect((await app.services.checkGate(caller, proposal('contact/never'))).verdict).toBe('pass');
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
  });

  it('obeys an unsubscription', async () => {
    const { app, caller } = system;
    await app.services.acceptOutcomes(caller, [event('unsubscribe', 'contact/first')]);
    await until(async () => (await app.services.checkGate(caller, proposal('contact/first'))).verdict === 'deny');
    const { decision } = await app.services.propose(caller, proposal('contact/first'));
    expect((await app.services.getDecision(caller, decision)).verdict).toBe('deny');
    expect(to('first@example.com')).toHaveLength(1);
  });
});
