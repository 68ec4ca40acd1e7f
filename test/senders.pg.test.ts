/** Senders through the whole system: counted, throttled, stopped, cleared by a person, and all of it derived again from the ledger. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Authority } from '../src/domain/authority.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { OPEN_POLICY, proposal, PROSPECT, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const SENT = 10;

describeDatabases('senders', (database) => {
  let system: TestApp;
  const services = () => system.app.services;
  const person = (identity: string, ...authorities: Authority[]): Caller => ({
    ...system.caller,
    identity,
    kind: 'person',
    authorities,
  });
  const stateOf = async (decision: string) => (await services().getDecision(system.caller, decision)).action?.state;

  async function know(contact: string): Promise<void> {
    await services().putAccount(system.caller, contact, { ...PROSPECT, domain: `${contact}.example` });
    await services().putContact(system.caller, contact, {
      ...REACHABLE,
      email: `someone@${contact}.example`,
      account: contact,
    });
  }
  async function send(contact: string, sender: string) {
    await know(contact);
    return (await services().propose(system.caller, proposal(`contact/${contact}`, { sender }))).decision;
  }
  async function report(type: 'bounce' | 'complaint', contact: string): Promise<string> {
    const [accepted] = await services().acceptOutcomes(system.caller, [
      {
        source: '/test',
        id: `${type}-${contact}`,
        type,
        subject: `contact/${contact}`,
        time: null,
        data: {},
        dataText: '{}',
      },
    ]);
    expect(accepted?.status).toBe('accepted');
    return `${type}-${contact}`;
  }
  const levelOf = async (sender: string) =>
    (await services().senders.list(system.caller)).find((view) => view.sender === sender);

  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await services().applyPolicy(system.caller, {
      ...OPEN_POLICY,
      sender_health: {
        least_sends: SENT,
        bounces: { throttle: 0.1, stop: 0.5 },
        complaints: { warn: 0.05, stop: 0.2 },
        throttle_share: 0.05,
      },
    });
    const decisions = await Promise.all(Array.from({ length: SENT }, (_, index) => send(`ana${index}`, 'ana')));
    for (const decision of decisions) await until(async () => (await stateOf(decision)) === 'executed');
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  it('are counted by what they sent, and free while little comes back', async () => {
    await system.app.countSenders();
    expect(await levelOf('ana')).toMatchObject({
      channel: 'email',
      level: 'ok',
      sent: SENT,
      bounced: 0,
      complained: 0,
    });
    expect(await system.rows('SELECT 1 AS one FROM sender_sends')).not.toHaveLength(0);
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
  });

  it('send less when too much bounces, each message on its day', async () => {
    await report('bounce', 'ana0');
    await system.app.countSenders();
    expect(await levelOf('ana')).toMatchObject({ level: 'throttled', bounced: 1, bounce_share: 0.1 });
    const decision = await send('throttled', 'ana');
    const { checks } = await services().checkGate(system.caller, proposal('contact/throttled', { sender: 'ana' }));
    expect(checks.find(({ check }) => check === 'sender_health')?.inputs).toMatchObject({
      level: 'throttled',
      bounced: 1,
    });
    // Its draw decides, one in twenty: the state says which, and both say it by the same code.
    const view = await services().getDecision(system.caller, decision);
    const code = view.reasons.find((reason) => reason.check === 'sender_health')?.code ?? null;
    expect([view.verdict, code]).toEqual(view.verdict === 'pass' ? ['pass', null] : ['schedule', 'sender_throttled']);
  });

  it('are free again by themselves when the news turns out to be wrong', async () => {
    const outcomes = await services().listOutcomes(system.caller, { limit: 10, cursor: null });
    const bounce = outcomes.items.find(({ type }) => type === 'bounce');
    await services().retractOutcome(system.caller, bounce?.id ?? '', 'the server was down');
    await system.app.countSenders();
    expect(await levelOf('ana')).toMatchObject({ level: 'ok', bounced: 0 });
  });

  it('stop when too many complain, and only people with the authority let them begin anew', async () => {
    await report('complaint', 'ana1');
    await report('complaint', 'ana2');
    await report('complaint', 'ana3');
    await system.app.countSenders();
    expect(await levelOf('ana')).toMatchObject({ level: 'stopped', complained: 3 });
    const decision = await send('late', 'ana');
    expect(await services().getDecision(system.caller, decision)).toMatchObject({
      verdict: 'hold',
      reasons: [{ check: 'sender_health', code: 'sender_stopped' }],
    });
    // Another sender goes on.
    const other = await send('other', 'ben');
    expect((await services().getDecision(system.caller, other)).verdict).toBe('pass');

    const input = { channel: 'email', sender: 'ana', reason: 'the list was cleaned' } as const;
    await expect(services().senders.clear(person('eve', 'SLM'), input)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(services().senders.clear(person('rev', 'RevOps'), { ...input, sender: 'ben' })).rejects.toMatchObject({
      code: 'state_conflict',
    });
    const view = await services().senders.clear(person('rev', 'RevOps'), input);
    expect(view).toMatchObject({ level: 'ok', sent: 0, complained: 0 });
    // What was counted before does not stop it again.
    await system.app.countSenders();
    expect(await levelOf('ana')).toMatchObject({ level: 'ok' });
    const again = await send('again', 'ana');
    expect((await services().getDecision(system.caller, again)).verdict).toBe('pass');
  });

  it('leave a ledger from which all of it follows', async () => {
    // Nothing is under way any more.
    await until(
      async () => (await system.rows(`SELECT 1 FROM permits WHERE state IN ('granted', 'claimed')`)).length === 0,
    );
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
    expect(await services().replayAll(system.caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    const events = await system.rows<{ type: string }>(
      `SELECT type FROM ledger WHERE type LIKE 'sender.%' ORDER BY seq`,
    );
    expect(events.map(({ type }) => type)).toEqual([
      'sender.assessed',
      'sender.assessed',
      'sender.assessed',
      'sender.cleared',
    ]);
    await system.sql.asOwner((session) => session.query('UPDATE sender_sends SET sent = sent + 1'));
    const { differences } = await services().rebuildCheck(system.caller);
    expect(differences.map(({ kind }) => kind)).toContain('sender');
  });
});
