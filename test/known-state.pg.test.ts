/** What was known at a time is what had been recorded by then, also when something that happened earlier was told later. */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { knowProspect, event, PROSPECT, proposal, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const APART_MS = 30;

describeDatabases('what was known', (database) => {
  let system: TestApp;
  /** Times between the acts below. */
  const times: number[] = [];
  const mark = async (): Promise<void> => {
    await sleep(APART_MS);
    const [row] = await system.rows<{ at: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at',
    );
    times.push(row?.at ?? 0);
    await sleep(APART_MS);
  };
  beforeAll(async () => {
    system = await testApp(database);
    const { app, caller } = system;
    await mark();
    await knowProspect(system);
    await mark();
    await app.services.putAccount(caller, 'example', { ...PROSPECT, employees: 70 });
    await app.services.propose(caller, proposal('contact/someone'));
    await mark();
    const earlier = times[1] ?? 0;
    await app.services.acceptSignals(caller, [
      event('web.page_viewed', 'account/example', { page: 'pricing' }, { time: earlier }),
    ]);
    await mark();
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  const known = (at: number | undefined, subject = 'account/example') =>
    system.app.services.getKnownState(system.caller, subject, at ?? 0);

  it('is nothing before anything was told', async () => {
    await expect(known(times[0])).rejects.toMatchObject({ code: 'not_found' });
    await expect(known(times[3], 'account/stranger')).rejects.toMatchObject({ code: 'not_found' });
    await expect(system.app.services.getAccount(system.caller, 'example', times[0])).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is what had been told by then', async () => {
    const { app, caller } = system;
    const before = await app.services.getAccount(caller, 'example', times[1]);
    expect(before.facts).toMatchObject({ abm_active: false });
    expect(before.facts).not.toHaveProperty('employees');
    expect((await app.services.getAccount(caller, 'example', times[2])).facts).toMatchObject({ employees: 70 });
    expect((await app.services.getContact(caller, 'someone', times[1])).facts).toMatchObject({
      consent: { basis: 'consent' },
    });
    const kinds = async (at: number | undefined) => (await known(at)).actors.map((actor) => actor.kind).toSorted();
    expect(await kinds(times[1])).toEqual(['account', 'lead']);
    expect(await kinds(times[2])).toEqual(['account', 'action', 'lead']);
    const touches = async (at: number | undefined) =>
      (await known(at)).guards.find((guard) => guard.key.startsWith('contact:'))?.state.touches.length;
    expect(await touches(times[1])).toBe(0);
    expect(await touches(times[2])).toBe(1);
  });

  it('does not have what happened before and was told after', async () => {
    const signals = async (at: number | undefined) =>
      (await known(at)).actors.find((actor) => actor.kind === 'account')?.context['signals'];
    expect(await signals(times[2])).toBe(0);
    expect(await signals(times[3])).toBe(1);
  });

  it('is what is known now, at the end', async () => {
    const { actors } = await known(times[3]);
    const stored = await system.rows<{ kind: string; id: string; value: string; context: string; seq: number }>(
      `SELECT kind, id, value, context, seq FROM actor_state WHERE kind IN ('account', 'lead', 'action') ORDER BY kind, id`,
    );
    const shown = actors
      .map(({ kind, id, state: value, context, events: seq }) => ({ kind, id, value, context, seq }))
      .toSorted((a, b) => `${a.kind} ${a.id}`.localeCompare(`${b.kind} ${b.id}`));
    expect(shown).toEqual(stored.map((row) => ({ ...row, context: JSON.parse(row.context) as unknown })));
  });
});
