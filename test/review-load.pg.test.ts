/**
 * What came after a permit stops it, also when much is under way at once: suppressions, replies, takeovers, pauses and the kill switch,
 * through the REST API. A channel that writes down what it was handed says what really left.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import type { App } from '../src/app.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { OPEN_POLICY, PROSPECT, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describePostgres } from './needs.ts';

const PEOPLE = 40;
const STOPS = ['suppression', 'reply', 'takeover', 'nothing'] as const;

describePostgres('permits under load', (serverUrl) => {
  let system: TestApp;
  let server: Awaited<ReturnType<App['listen']>>;
  const sent: string[] = [];
  let goOn = (): void => {};
  let room: Promise<void> = Promise.resolve();
  /** The next that is sent keeps the channel busy until `goOn`. */
  function shut(): void {
    room = new Promise((resolve) => {
      goOn = resolve;
    });
  }
  let agentKey = '';
  const channel: ActionChannel = {
    name: 'written-down',
    carries: (name, mode) => name === 'email' && mode === 'sandbox',
    capacity: 1,
    async send(requests) {
      const told = requests.map(({ content }) => JSON.stringify(content['subject']).slice(1, -1));
      sent.push(...told);
      await room;
      return requests.map(({ idempotencyKey }) => ({
        status: 'fulfilled' as const,
        value: { receipt: `written:${idempotencyKey}` },
      }));
    },
    async lookup(_tenant, keys) {
      return keys.map(() => 'unknown' as const);
    },
  };

  beforeAll(async () => {
    system = await testApp({ kind: 'postgres', serverUrl }, { workers: true, channels: [channel] });
    server = await system.app.listen();
    await system.app.services.applyPolicy(system.caller, {
      ...OPEN_POLICY,
      grants: [],
      // Approvals and replies earn trust, and here everything is to be approved.
      ceilings: { outreach_push: 'approve_each' },
      cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
      review: { undo_ms: 0 },
    });
    ({ key: agentKey } = await call<{ key: string }>('POST', '/v1/keys', {
      label: 'agent',
      role: 'agent',
      kind: 'agent',
    }));
    shut();
  });
  afterAll(async () => {
    goOn();
    await server?.stop();
    await system?.[Symbol.asyncDispose]();
  });

  async function call<Result>(method: string, path: string, body?: unknown, key = 'gh_default_test'): Promise<Result> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Result;
  }

  async function people(prefix: string, count: number): Promise<readonly string[]> {
    const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    await Promise.all(
      names.map(async (name) => {
        await call('PUT', `/v1/accounts/${name}`, { ...PROSPECT, domain: `${name}.example` });
        await call('PUT', `/v1/contacts/${name}`, { ...REACHABLE, account: name, email: `c@${name}.example` });
      }),
    );
    return names;
  }

  /** Proposed by an agent, and approved by a person: each has a permit, and waits for room in the channel. */
  async function permitted(names: readonly string[]): Promise<void> {
    const proposed = await Promise.all(
      names.map((name) =>
        call<{ action: string }>(
          'POST',
          '/v1/proposals',
          {
            id: `load-${name}`,
            action_type: 'outreach_push',
            lane: 'operator',
            subject: `contact/${name}`,
            content: { subject: name, body: 'Hello {{first_name}}' },
          },
          agentKey,
        ),
      ),
    );
    const page = await call<{ items: readonly { id: string; action: string; fingerprint: string }[] }>(
      'GET',
      '/v1/reviews?limit=200&action_type=outreach_push&queue=review',
    );
    const items = page.items.filter((item) => proposed.some(({ action }) => action === item.action));
    const bulk = await call<{ items: readonly JsonObject[] }>('POST', '/v1/reviews/bulk', {
      decision: 'approve',
      items: items.map(({ id, fingerprint }) => ({ id, fingerprint })),
    });
    expect(bulk.items.map((item) => item['problem'])).toEqual(names.map(() => null));
  }

  const live = async () =>
    (await system.rows<{ count: number }>(`SELECT count(*)::int AS count FROM permits WHERE state = 'granted'`))[0]
      ?.count;

  it('a permit sends to nobody who was suppressed, replied or was taken over since', { timeout: 120_000 }, async () => {
    const stopOf = (name: string) => STOPS[Number(name.slice(1)) % STOPS.length] ?? 'nothing';
    const names = await people('p', PEOPLE);
    await permitted(await people('first', 1));
    // From here on the channel has no room.
    await until(async () => sent.length === 1);
    await permitted(names);
    expect(await live()).toBe(PEOPLE);
    await Promise.all(
      names.map(async (name) => {
        const stop = stopOf(name);
        if (stop === 'suppression')
          await call('POST', '/v1/suppressions', { scope: 'email', value: `c@${name}.example`, reason: 'asked' });
        if (stop === 'reply')
          await call('POST', '/v1/outcomes', {
            specversion: '1.0',
            id: `reply-${name}`,
            source: '/mail',
            type: 'reply_positive',
            subject: `contact/${name}`,
            data: {},
          });
        if (stop === 'takeover')
          await call('PUT', `/v1/accounts/${name}/ownership`, { reason: 'mine', takeover: false });
      }),
    );
    goOn();
    await until(async () => (await live()) === 0);
    await until(async () => sent.length === 1 + PEOPLE / STOPS.length);
    expect(sent.slice(1).toSorted()).toEqual(names.filter((name) => stopOf(name) === 'nothing').toSorted());
  });

  it.each(['kill switch', 'pause'] as const)(
    'no permit of before sends under a %s',
    { timeout: 120_000 },
    async (stop) => {
      shut();
      const before = sent.length;
      const prefix = stop === 'pause' ? 'q' : 'k';
      await permitted(await people(`${prefix}first`, 1));
      await until(async () => sent.length === before + 1);
      await permitted(await people(prefix, 20));
      expect(await live()).toBe(20);
      if (stop === 'pause') await call('POST', '/v1/pauses', { scope: 'channel', value: 'email', reason: 'test' });
      else await call('POST', '/v1/kill-switch', { engaged: true, reason: 'test' });
      goOn();
      await until(async () => (await live()) === 0);
      expect(sent).toHaveLength(before + 1);
      if (stop === 'kill switch') await call('POST', '/v1/kill-switch', { engaged: false, reason: 'test' });
    },
  );

  it('rebuilds and replays all of it', { timeout: 120_000 }, async () => {
    expect(await call('POST', '/v1/rebuild-check')).toMatchObject({ ok: true });
    expect(await call('POST', '/v1/replay-all')).toMatchObject({ ok: true });
  });
});
