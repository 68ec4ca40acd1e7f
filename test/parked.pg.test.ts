/** A message that cannot be processed stops its actor and nobody else, keeps the order, and waits for a person's word. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DecisionEngine } from '../src/actors/decision-engine.port.ts';
import { asId } from '../src/domain/ids.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { DAY_MS, HOUR_MS } from '../src/domain/instant.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { PostgresRuntimeStore } from '../src/memory/runtime/postgres-runtime-store.ts';
import { keyOfBytes, newKeyBytes } from '../src/memory/vault/cipher.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { createRulesEngine } from '../src/models/rules/rules-engine.ts';
import { event, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('a message that cannot be processed', (database) => {
  let broken = true;
  const rules = createRulesEngine();
  /** Fails for whoever asks for contact, until it is mended. */
  const engine: DecisionEngine = {
    ...rules,
    decide(input) {
      if (broken && input.signal === 'web.form_submitted') throw new Error('a rule divided by zero');
      return rules.decide(input);
    },
  };
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, engine });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const send = (type: string, subject: string, data: Parameters<typeof event>[2], id: string) =>
    system.app.services.acceptSignals(system.caller, [event(type, subject, data, { id })]);
  const form = (lead: string, id: string) => send('web.form_submitted', `lead/${lead}`, { form: 'demo' }, id);
  const page = (lead: string, id: string) => send('web.page_viewed', `lead/${lead}`, { page: 'docs' }, id);
  const parked = async () => (await system.app.services.listParked(system.caller, { limit: 50, cursor: null })).items;
  const inbox = async (id: string) =>
    (await system.rows<{ state: string }>('SELECT state FROM inbox WHERE id = $1', [id]))[0]?.state;
  /** Ids of the signals of a lead in the order in which the ledger has them. */
  const order = async (...ids: readonly string[]) =>
    (
      await system.rows<{ id: string }>(
        `SELECT i.id FROM inbox i JOIN ledger l ON i.event = 'p' || l.partition || '-' || l.seq WHERE i.id = ANY ($1::text[]) ORDER BY l.seq`,
        [[...ids]],
      )
    ).map((row) => row.id);

  it('is accepted, and holds back what comes later for its actor only', async () => {
    expect(await form('stuck', 'a1')).toHaveLength(1);
    await page('stuck', 'a2');
    await page('stuck', 'a3');
    await page('free', 'b1');
    const [item, ...others] = await parked();
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      source: '/test',
      message_id: 'a1',
      type: 'signal.received',
      actor: { kind: 'lead' },
      error: 'Error: a rule divided by zero',
      waiting: 2,
    });
    expect(await Promise.all(['a1', 'a2', 'a3', 'b1'].map(inbox))).toEqual([
      'parked',
      'pending',
      'pending',
      'processed',
    ]);
  });

  it('says the same when it is sent again', async () => {
    const [again] = await form('stuck', 'a1');
    expect(again).toMatchObject({ duplicate: true });
    expect(await parked()).toHaveLength(1);
  });

  it('parks again when nothing was mended, with everything behind it', async () => {
    const { app, caller } = system;
    const [item] = await parked();
    await app.services.decideParked(caller, item?.id ?? '', { decision: 'retry', reason: 'once more', data: null });
    await until(async () => (await parked()).length === 1 && (await parked())[0]?.waiting === 2);
    expect(await inbox('a2')).toBe('pending');
  });

  it('goes on in order when it is mended, with what waited before what is new', async () => {
    const { app, caller } = system;
    broken = false;
    const [item] = await parked();
    await app.services.decideParked(caller, item?.id ?? '', { decision: 'retry', reason: 'mended', data: null });
    await page('stuck', 'a4');
    await until(async () => (await inbox('a4')) === 'processed');
    expect(await parked()).toEqual([]);
    expect(await order('a4', 'a3', 'a2', 'a1')).toEqual(['a1', 'a2', 'a3', 'a4']);
    broken = true;
  });

  it('can be skipped', async () => {
    const { app, caller } = system;
    await form('skipped', 'c1');
    await page('skipped', 'c2');
    const [item] = await parked();
    await app.services.decideParked(caller, item?.id ?? '', { decision: 'skip', reason: 'a test', data: null });
    await until(async () => (await inbox('c2')) === 'processed');
    expect(await inbox('c1')).toBe('skipped');
    expect(await parked()).toEqual([]);
  });

  it('can be edited, and only into what its type allows', async () => {
    const { app, caller } = system;
    await form('edited', 'd1');
    const [item] = await parked();
    const decide = (data: Parameters<typeof event>[2]) =>
      app.services.decideParked(caller, item?.id ?? '', { decision: 'edit', reason: 'wrong type', data: data ?? {} });
    await expect(decide({ nonsense: true })).rejects.toMatchObject({ code: 'invalid_request' });
    await decide({ ...(item?.data as JsonObject), signal_type: 'web.page_viewed', strength: 1 });
    await until(async () => (await inbox('d1')) === 'processed');
    expect(await parked()).toEqual([]);
  });

  it('leaves each decision on the ledger, and a ledger that verifies, rebuilds and replays', async () => {
    const { app, caller } = system;
    const decisions = await system.rows<{ decision: string; by: string }>(
      `SELECT body::json #>> '{data,decision}' AS decision, body::json #>> '{data,by}' AS by FROM ledger WHERE type = 'message.resolved' ORDER BY at, seq`,
    );
    expect(decisions.map(({ decision }) => decision).toSorted()).toEqual(['edit', 'retry', 'retry', 'skip']);
    expect(decisions.every(({ by }) => by === caller.identity)).toBe(true);
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true });
  });

  it('is not found once it was decided about', async () => {
    await expect(system.app.services.getParked(system.caller, 'WyIvdGVzdCIsImMxIl0')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describeDatabases('a time that comes for an actor that is stopped', (database) => {
  const START = Date.UTC(2026, 0, 5, 9);
  const rules = createRulesEngine();
  const engine: DecisionEngine = {
    ...rules,
    decide(input) {
      if (input.signal === 'web.form_submitted') throw new Error('a rule divided by zero');
      return rules.decide(input);
    },
  };
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { engine });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const timers = (at: number, limit: number) =>
    new PostgresRuntimeStore(
      system.sql,
      new SubjectVault(onlyKey(keyOfBytes(newKeyBytes()))),
      new PolicyCache(),
    ).dueTimers([asId<TenantId>('default')], null, at, limit);

  it('waits with its other messages, and a simulation goes on without it', { timeout: 30_000 }, async () => {
    const { services } = system.app;
    const row = (index: number, lead: string, type: string, data: JsonObject, time: number) => ({
      index,
      kind: 'signal' as const,
      id: `row-${index}`,
      type,
      subject: `lead/${lead}`,
      time,
      data,
      dataText: JSON.stringify(data),
      window_ms: null,
    });
    const rows = [
      row(0, 'stuck', 'web.page_viewed', { page: 'docs' }, START),
      row(1, 'stuck', 'web.form_submitted', { form: 'demo' }, START + HOUR_MS),
      row(2, 'free', 'web.page_viewed', { page: 'docs' }, START + 2 * HOUR_MS),
      row(3, 'other', 'web.page_viewed', { page: 'docs' }, START + 60 * DAY_MS),
    ];
    const start = {
      name: 'sim',
      mode: 'simulate',
      digest: 'd',
      total: rows.length,
      policy: null,
      dry_run: null,
    } as const;
    const { id } = await services.startImport(system.caller, start);
    expect(await services.applyImport(system.caller, id, rows)).toMatchObject({
      counts: { signals: 3, signals_parked: 1 },
    });
    await services.finishImport(system.caller, id);
    // The timer of the stopped actor is still there, and in nobody's way.
    expect(await system.rows('SELECT FROM timers WHERE due_at < $1', [START + 30 * DAY_MS])).toHaveLength(1);
    expect(await timers(START + 30 * DAY_MS, 1)).toEqual([]);
    expect(await timers(START + 365 * DAY_MS, 1)).toHaveLength(1);
  });
});
