/** The line for an account that somebody owns: who waits, who goes first when it is let go, and what a rebuild says of it. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Lane } from '../src/domain/lane.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const reason = 'a test';

describeDatabases('the line for an account', (database) => {
  let system: TestApp;
  let ada: Caller;
  const services = () => system.app.services;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await services().applyPolicy(system.caller, {
      ...OPEN_POLICY,
      cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
    });
    ada = { ...system.caller, identity: 'person-ada', kind: 'person' };
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  async function know(account: string, people: number): Promise<void> {
    await services().putAccount(system.caller, account, { ...PROSPECT, name: account, domain: `${account}.example` });
    for (let index = 0; index < people; index += 1)
      await services().putContact(system.caller, `${account}-${index}`, {
        ...REACHABLE,
        account,
        email: `x${index}@${account}.example`,
      });
  }
  async function propose(contact: string, lane: Lane) {
    const { decision } = await services().propose(system.caller, proposal(`contact/${contact}`, { lane }));
    return services().getDecision(system.caller, decision);
  }
  const line = async (account: string) =>
    (await services().ownership.queue(system.caller, 'account', account)).waiting.map(({ position, action, lane }) => [
      position,
      action,
      lane,
    ]);
  const stateOf = async (decision: string) => (await services().getDecision(system.caller, decision)).action?.state;
  const take = (account: string, end: string | null) =>
    services().ownership.take(ada, 'account', account, { until: end, takeover: false, reason });
  const release = (account: string) =>
    services().ownership.release(ada, 'account', account, { takeover: false, reason });

  it('is asked for by the gate, which names the place in it', async () => {
    await know('acme', 3);
    await take('acme', null);
    const tam = await propose('acme-0', 'tam');
    const inbound = await propose('acme-1', 'inbound');
    const second = await propose('acme-2', 'inbound');
    for (const view of [tam, inbound, second])
      expect(view).toMatchObject({ verdict: 'hold', reasons: [{ check: 'ownership', code: 'owned_by_person' }] });
    expect(tam.reasons[0]?.inputs).toMatchObject({ position: 1, waiting: 1 });
    expect(inbound.reasons[0]?.inputs).toMatchObject({ position: 1, waiting: 2 });
    expect(second.reasons[0]?.inputs).toMatchObject({ position: 2, waiting: 3 });
    // Inbound goes before outbound, and within a lane whoever came first.
    expect(await line('acme')).toEqual([
      [1, inbound.action?.id, 'inbound'],
      [2, second.action?.id, 'inbound'],
      [3, tam.action?.id, 'tam'],
    ]);
    const lines = await services().ownership.queues(system.caller, { limit: 1, cursor: null });
    expect(lines.items.map(({ subject, waiting }) => [subject, waiting.length])).toEqual([['account/acme', 3]]);
    expect(lines.next_cursor).toBeNull();
    // A contact is owned through the account.
    expect((await services().ownership.queue(system.caller, 'contact', 'acme-0')).waiting).toHaveLength(3);

    await release('acme');
    await until(async () => (await stateOf(second.id)) === 'executed');
    expect(await stateOf(inbound.id)).toBe('executed');
    // The lane that went first now has the account for a while, and the other goes on waiting where it was.
    await until(async () => (await stateOf(tam.id)) === 'scheduled');
    const { steps } = await services().traceDecision(system.caller, tam.id);
    expect(steps.findLast(({ type }) => type === 'action.scheduled')?.data).toMatchObject({
      admission: { reasons: [{ code: 'owned_by_other_lane', inputs: { position: 1, waiting: 1 } }] },
    });
    expect(await line('acme')).toEqual([[1, tam.action?.id, 'tam']]);
  });

  it('is left by whoever ends, and a newcomer of another lane does not go before those who wait', async () => {
    await know('bolt', 3);
    await take('bolt', null);
    const first = await propose('bolt-0', 'marketing');
    expect(first.verdict).toBe('deny');
    const waits = await propose('bolt-1', 'tam');
    const gone = await propose('bolt-2', 'tam');
    expect(await line('bolt')).toHaveLength(2);
    const { items } = await services().listReviews(system.caller, { limit: 50, cursor: null });
    const review = items.find(({ action }) => action === gone.action?.id);
    await services().decideReview(ada, review?.id ?? '', {
      decision: 'reject',
      fingerprint: review?.fingerprint ?? '',
      reason,
      content: null,
    });
    expect(await line('bolt')).toEqual([[1, waits.action?.id, 'tam']]);
  });

  it('waits for a person who said until when, without anybody asking again', async () => {
    await know('crane', 1);
    await take('crane', new Date(Date.now() + 2_000).toISOString());
    const waits = await propose('crane-0', 'tam');
    expect(waits).toMatchObject({ verdict: 'schedule', reasons: [{ code: 'owned_by_person' }] });
    await until(async () => (await stateOf(waits.id)) === 'executed');
    expect(await line('crane')).toEqual([]);
  });

  it('is listed for all accounts, a page at a time', async () => {
    await know('delta', 1);
    await take('delta', null);
    await propose('delta-0', 'tam');
    const first = await services().ownership.queues(system.caller, { limit: 2, cursor: null });
    const rest = await services().ownership.queues(system.caller, { limit: 2, cursor: first.next_cursor });
    expect([...first.items, ...rest.items].map(({ subject }) => subject)).toEqual([
      'account/acme',
      'account/bolt',
      'account/delta',
    ]);
  });

  it('follows from the ledger', async () => {
    await until(
      async () => (await system.rows(`SELECT 1 FROM permits WHERE state IN ('granted', 'claimed')`)).length === 0,
    );
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
    expect(await services().replayAll(system.caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });
});
