/** Changes of the policy through the whole system: faults, differences, what they would have done, proposals, approvals, effective dates. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Authority } from '../src/domain/authority.ts';
import { DAY_MS, isoOf } from '../src/domain/instant.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('changes of the policy', (database) => {
  let system: TestApp;
  const policies = () => system.app.services.policies;
  const person = (identity: string, ...authorities: Authority[]): Caller => ({
    ...system.caller,
    identity,
    kind: 'person',
    authorities,
  });
  const inForce = async () => (await system.app.services.getPolicy(system.caller)).policy;
  const propose = (policy: Policy, from: string | null = null) =>
    policies().propose(person('ana'), { policy, effective_from: from, reason: 'a test', days: 30 });

  beforeAll(async () => {
    system = await testApp(database);
    const { services } = system.app;
    await services.applyPolicy(system.caller, OPEN_POLICY);
    for (const who of ['ada', 'ben']) {
      await services.putAccount(system.caller, `${who}-co`, { ...PROSPECT, name: who, domain: `${who}.example` });
      await services.putContact(system.caller, who, {
        ...REACHABLE,
        email: `${who}@${who}.example`,
        account: `${who}-co`,
      });
      await services.propose(system.caller, proposal(`contact/${who}`));
    }
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  it('says what a change would have held, by the ids of the decisions, and what a case would be', async () => {
    const listed = await system.rows<{ id: string }>(`SELECT id FROM decisions WHERE verdict = 'pass' ORDER BY at, id`);
    expect(listed.length).toBeGreaterThan(0);
    const view = await policies().test(system.caller, {
      policy: { ...OPEN_POLICY, name: 'careful', grants: [] },
      days: 1,
      cases: [{ request: { action_type: 'outreach_push' }, facts: { kill_switch: true }, expect: 'pass' }],
    });
    expect(view.ok).toBe(false);
    expect(view.backtest?.counts).toMatchObject({ held: listed.length, released: 0, denied: 0 });
    expect(view.backtest?.changed.map(({ decision }) => decision).toSorted()).toEqual(
      listed.map(({ id }) => id).toSorted(),
    );
    expect(view.backtest?.changed[0]).toMatchObject({ kind: 'held', from: 'pass', to: 'hold' });
    // The policy in force against itself changes nothing.
    const same = await policies().test(system.caller, { policy: null, days: 1, cases: [] });
    expect(same.backtest?.counts.same).toBe(same.backtest?.decisions);
  });

  it('finds faults and differences without writing', async () => {
    const before = await system.rows('SELECT partition, seq FROM partition_heads ORDER BY 1');
    const found = await policies().lint(system.caller, null, ['trust']);
    expect(found.findings.map(({ code }) => code)).toContain('permit_without_check');
    const after = { ...OPEN_POLICY, touch_cap: { ...OPEN_POLICY.touch_cap, max: 2 } };
    expect((await policies().diff(system.caller, after, null)).changes).toMatchObject([
      { words: 'touch_cap.max: 3 → 2, down', owners: ['RevOps'] },
    ]);
    await expect(policies().diff(system.caller, after, 'f'.repeat(64))).rejects.toThrow('There never was');
    expect(await system.rows('SELECT partition, seq FROM partition_heads ORDER BY 1')).toEqual(before);
  });

  it('comes into force when an owner of each section has approved it, and nobody else', async () => {
    const current = await inForce();
    const made = await propose({
      ...current,
      touch_cap: { ...current.touch_cap, max: 2 },
      budget: { ...current.budget, per_day_minor: 10_000 },
    });
    expect(made).toMatchObject({ state: 'open', sections: [{ section: 'budget' }, { section: 'touch_cap' }] });
    await expect(policies().approve(person('ana', 'RevOps'), made.id)).rejects.toThrow('somebody else');
    await expect(policies().approve(person('cid', 'Legal'), made.id)).rejects.toThrow('touch_cap (RevOps)');
    await expect(policies().approve({ ...person('bot', 'RevOps'), kind: 'agent' }, made.id)).rejects.toThrow('people');
    expect((await policies().approve(person('bo', 'RevOps'), made.id)).state).toBe('open');
    expect((await inForce()).touch_cap.max).toBe(3);
    const done = await policies().approve(person('flo', 'Finance'), made.id);
    expect(done.state).toBe('applied');
    expect(await inForce()).toMatchObject({ touch_cap: { max: 2 }, budget: { per_day_minor: 10_000 } });
    await expect(policies().approve(person('bo', 'RevOps'), made.id)).rejects.toThrow('applied already');
  });

  it('keeps what its author saw on the ledger', async () => {
    const [row] = await system.rows<{ body: string }>(
      `SELECT body FROM ledger_events WHERE type = 'policy.proposed' LIMIT 1`,
    );
    const { data } = JSON.parse(row?.body ?? '{}') as {
      data: { evidence: { test: { decisions: number }; lint: unknown[] } };
    };
    expect(data.evidence.test.decisions).toBeGreaterThan(0);
    expect(data.evidence.lint.length).toBeGreaterThan(0);
  });

  it('waits for its time, and one that comes later is made for what is then in force', async () => {
    const current = await inForce();
    const from = isoOf(Date.now() + DAY_MS);
    const later = await propose({ ...current, touch_cap: { ...current.touch_cap, max: 1 } }, from);
    expect(await policies().approve(person('bo', 'RevOps'), later.id)).toMatchObject({
      state: 'approved',
      effective_from: from,
    });
    expect((await inForce()).touch_cap.max).toBe(2);
    const timers = await system.rows<{ due_at: number }>(`SELECT due_at FROM timers WHERE name = 'policy_due'`);
    expect(timers).toEqual([{ due_at: Date.parse(from) }]);
    const chained = await propose(
      { ...current, touch_cap: { ...current.touch_cap, max: 1 }, confidence_floor: 0.5 },
      isoOf(Date.now() + 2 * DAY_MS),
    );
    expect(chained.base).toBe(later.policy);
    expect(chained.sections.map(({ section }) => section)).toEqual(['confidence_floor']);
    await system.app.services.applyPolicy(system.caller, { ...current, name: 'meanwhile', exploration: 0.1 });
    await policies().reject(person('ana'), chained.id, 'not needed');
    expect((await policies().get(system.caller, chained.id)).state).toBe('rejected');
  });

  it('may be made by one person in single-operator mode only, and without the single step where the policy says so', async () => {
    await system.app.services.applyPolicy(system.caller, {
      ...DEFAULT_POLICY,
      name: 'controlled',
      change_control: 'approved',
    });
    const current = await inForce();
    await expect(system.app.services.applyPolicy(system.caller, DEFAULT_POLICY)).rejects.toThrow('approved');
    const made = await propose({ ...current, touch_cap: { ...current.touch_cap, max: 4 } });
    await policies().setSingleOperator(person('ana'), true);
    expect((await policies().approve(person('ana'), made.id)).state).toBe('applied');
    expect((await inForce()).touch_cap.max).toBe(4);
    await policies().setSingleOperator(person('ana'), false);
  });

  it('refuses a policy with certain faults', async () => {
    const rules = [
      {
        id: 'a',
        title: 'a',
        then: 'deny' as const,
        when: [{ attribute: 'channel', operator: 'eq' as const, value: 'fax' }],
      },
    ];
    await expect(propose({ ...(await inForce()), rules })).rejects.toThrow('never true');
  });

  it('shows how a trust cell came to where it is', async () => {
    const { services } = system.app;
    await policies().setSingleOperator(person('ana'), true);
    await services.applyPolicy(system.caller, { ...OPEN_POLICY, name: 'reviewed', grants: [] });
    await services.putAccount(system.caller, 'cleo-co', { ...PROSPECT, name: 'cleo', domain: 'cleo.example' });
    await services.putContact(system.caller, 'cleo', {
      ...REACHABLE,
      email: 'cleo@cleo.example',
      account: 'cleo-co',
    });
    await services.propose(system.caller, proposal('contact/cleo'));
    const [held] = (await services.listReviews(system.caller, { limit: 5, cursor: null, state: 'open' })).items;
    await services.decideReview(person('bo'), held?.id ?? '', {
      decision: 'approve',
      fingerprint: held?.fingerprint ?? '',
      reason: null,
      content: null,
    });
    await services.rebuildCheck(system.caller);
    const [cell] = await services.listTrust(system.caller);
    expect(cell?.explanation).toContain('would reach sample review.');
    const history = await services.trustHistory(system.caller, cell?.cell ?? '', { limit: 5, cursor: null });
    expect(history.items).toMatchObject([{ type: 'trust.evidence', data: { kind: 'approved_unedited', good: 0.5 } }]);
  });

  it('verifies, rebuilds and replays to the same', async () => {
    const { services } = system.app;
    expect((await services.rebuildCheck(system.caller)).ok).toBe(true);
    expect((await services.replayAll(system.caller)).ok).toBe(true);
  });
});
