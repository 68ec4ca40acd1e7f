/** Decisions compared, and asked again with one thing changed, on real databases: nothing of it is written. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { knowProspect, proposal, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('what if', (database) => {
  let system: TestApp;
  let passed: string;
  let cooling: string;
  beforeAll(async () => {
    system = await testApp(database);
    await knowProspect(system, 'ada');
    passed = (await system.app.services.propose(system.caller, proposal('contact/ada'))).decision;
    cooling = (await system.app.services.propose(system.caller, proposal('contact/ada'))).decision;
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const whatIf = () => system.app.services.whatIf;
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'not refused',
      (error: unknown) => (error instanceof GatehouseError ? error.code : String(error)),
    );

  it('asks the gate of then again with one thing changed', async () => {
    const { caller, rows } = system;
    const count = () => rows<{ count: number }>('SELECT count(*)::int AS count FROM ledger');
    const before = await count();
    const free = await whatIf().counterfactual(caller, cooling, { kind: 'no_cooldown' });
    expect(free).toMatchObject({ simulation: true, change: 'without the cooldown', differing: ['cooldown'] });
    expect(free.then.checks.find(({ check }) => check === 'cooldown')?.outcome).not.toBe('pass');
    expect(free.now.checks.find(({ check }) => check === 'cooldown')?.outcome).toBe('pass');
    const trace = await system.app.services.traceDecision(caller, cooling);
    expect(free.then.checks).toEqual(trace.gate);
    const owned = await whatIf().counterfactual(caller, passed, { kind: 'owner', owner: 'person:ana' });
    expect(owned).toMatchObject({ then: { verdict: 'pass' }, now: { verdict: 'hold' }, differing: ['ownership'] });
    const capped = { kind: 'threshold', threshold: 'touch_cap', value: 0 } as const;
    expect((await whatIf().counterfactual(caller, passed, capped)).differing).toContain('touch_cap');
    expect(await count()).toEqual(before);
  });

  it('says what differs between two decisions, and nothing where nothing does', async () => {
    const found = await whatIf().compare(system.caller, passed, cooling);
    expect(found.differences.map(({ what }) => what)).toEqual(expect.arrayContaining(['verdict', 'state']));
    expect(found.gate.find(({ check }) => check === 'cooldown')).toMatchObject({
      one: { outcome: 'pass' },
      other: { code: expect.stringContaining('cooldown') as string },
    });
    expect(await whatIf().compare(system.caller, passed, passed)).toMatchObject({ differences: [], gate: [] });
  });

  it('refuses what cannot be asked', async () => {
    const { caller } = system;
    const impossible = { kind: 'threshold', threshold: 'confidence_floor', value: 7 } as const;
    expect(await codeOf(whatIf().counterfactual(caller, passed, impossible))).toBe('invalid_request');
    expect(await codeOf(whatIf().counterfactual(caller, 'dec_none', { kind: 'no_cooldown' }))).toBe('not_found');
    expect(await codeOf(whatIf().compare(caller, passed, 'dec_none'))).toBe('not_found');
  });
});
