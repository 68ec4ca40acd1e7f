/** What a tenant keeps back does not leave: not what is proposed afterwards, and not what was permitted before. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import type { EgressBlock } from '../src/domain/egress.ts';
import { knowProspect, OPEN_POLICY, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { SmtpSink } from './smtp-sink.ts';

const POLICY = {
  ...OPEN_POLICY,
  cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
  touch_cap: { max: 50, window_ms: 86_400_000 },
};

describeDatabases('egress', (database) => {
  const sink = new SmtpSink(() => 'take');
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, smtpUrl: await sink.listen() });
    await knowProspect(system);
    await system.app.services.setMode(system.caller, 'live', null, 'ready');
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });

  const block = (...blocked: readonly EgressBlock[]) =>
    system.app.services.applyPolicy(system.caller, { ...POLICY, egress: { blocked: [...blocked] } });
  async function write(name: string): Promise<string> {
    const { app, caller } = system;
    await app.services.putContact(caller, name, { ...REACHABLE, email: `${name}@example.com`, name: 'Maria Example' });
    const { decision } = await app.services.propose(caller, proposal(`contact/${name}`));
    return decision;
  }
  const actionOf = async (decision: string) => (await system.app.services.getDecision(system.caller, decision)).action;
  const to = (address: string) => sink.deliveries.filter((delivery) => delivery.to === address);

  it('is listed with its hosts and fields, and says what can be blocked', async () => {
    await block('mail.recipient_name');
    const { destinations } = await system.app.services.getEgress(system.caller);
    const mail = destinations.find(({ destination }) => destination === 'mail');
    expect(mail?.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(mail?.blocked).toBe(false);
    expect(mail?.fields.filter(({ blocked }) => blocked).map(({ field }) => field)).toEqual(['recipient_name']);
    expect(destinations.find(({ destination }) => destination === 'embeddings')?.host).toBeNull();
    expect(destinations.flatMap(({ destination, block: name }) => (name === null ? [destination] : []))).toEqual([
      'database',
    ]);
  });

  it('leaves out a field that is blocked', async () => {
    await block('mail.recipient_name');
    const decision = await write('nameless');
    await until(async () => (await actionOf(decision))?.state === 'executed');
    const [mail] = to('nameless@example.com');
    expect(mail?.text).toMatch(/^To: nameless@example.com/m);
    expect(mail?.text).not.toContain('Maria');
  });

  it('holds what is proposed while the mail server is blocked, and sends again when it is allowed', async () => {
    await block('mail');
    const held = await write('held');
    expect((await actionOf(held))?.state).toBe('held');
    const { reasons } = await system.app.services.getDecision(system.caller, held);
    expect(reasons.map(({ code }) => code)).toEqual(['channel_unavailable']);
    await block();
    const sent = await write('sent');
    await until(async () => (await actionOf(sent))?.state === 'executed');
    expect(to('held@example.com')).toEqual([]);
    expect(to('sent@example.com')).toHaveLength(1);
  });

  it('does not send what was permitted before the block', async () => {
    const sent: string[] = [];
    let goOn = (): void => {};
    const room = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const channel: ActionChannel = {
      name: 'slow',
      egress: 'mail',
      capacity: 1,
      carries: (name, mode) => name === 'email' && mode === 'sandbox',
      async send(requests) {
        sent.push(...requests.map(({ recipient }) => recipient));
        await room;
        return requests.map(({ idempotencyKey }) => ({
          status: 'fulfilled' as const,
          value: { receipt: `slow:${idempotencyKey}` },
        }));
      },
      lookup: (_tenant, keys) => Promise.resolve(keys.map(() => 'unknown' as const)),
    };
    await using slow = await testApp(database, { workers: true, channels: [channel] });
    await knowProspect(slow);
    const { services } = slow.app;
    await services.applyPolicy(slow.caller, POLICY);
    const decisions: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      await services.putContact(slow.caller, name, { ...REACHABLE, email: `${name}@example.com` });
      decisions.push((await services.propose(slow.caller, proposal(`contact/${name}`))).decision);
    }
    await until(() => Promise.resolve(sent.length === 1));
    await services.applyPolicy(slow.caller, { ...POLICY, egress: { blocked: ['mail'] } });
    goOn();
    const states = () =>
      Promise.all(
        decisions.map(async (decision) => (await services.getDecision(slow.caller, decision)).action?.state ?? ''),
      );
    await until(async () => (await states()).every((state) => state === 'executed' || state === 'failed'));
    expect((await states()).toSorted()).toEqual(['executed', 'failed', 'failed']);
    expect(sent).toHaveLength(1);
    const details = await slow.rows<{ detail: string }>(
      `SELECT body::json #>> '{data,detail}' AS detail FROM ledger WHERE type = 'action.failed'`,
    );
    expect(details.map(({ detail }) => detail)).toEqual(['channel_unavailable', 'channel_unavailable']);
  });

  it('stays verifiable and replayable', async () => {
    const { app, caller } = system;
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect((await app.services.rebuildCheck(caller)).differences).toEqual([]);
    expect(await app.services.replayAll(caller)).toMatchObject({ different: 0 });
  });
});
