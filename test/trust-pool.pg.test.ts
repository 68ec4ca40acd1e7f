/** The prior that trust cells lend each other, on real databases: computed once a day, kept by an event, and found again by every replay. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ActionType } from '../src/domain/action-types.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import { event, knowProspect, movableClock, OPEN_POLICY, PROSPECT, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const KINDS = ['crm_update', 'email_generation', 'suppress_channel'] as const satisfies readonly ActionType[];
const HELD = { ...OPEN_POLICY, name: 'held', grants: [], ceilings: { suppress_channel: 'approve_each' as const } };

describeDatabases('pooled trust', (database) => {
  let system: TestApp;
  const clock = movableClock();
  beforeAll(async () => {
    system = await testApp(database, { clock });
    await knowProspect(system, 'ada');
    await system.app.services.applyPolicy(system.caller, HELD);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const services = () => system.app.services;
  const cells = () => services().listTrust(system.caller);
  const events = () =>
    system.rows<{ body: string }>(`SELECT body FROM ledger WHERE type = 'trust.pooled' ORDER BY seq`);
  const propose = (type: ActionType, account = 'example') =>
    services().propose(system.caller, proposal(`account/${account}`, { action_type: type }));
  const reviewOf = async (action: string) =>
    (await services().listReviews(system.caller, { limit: 200, cursor: null })).items.find(
      (item) => item.action === action,
    );

  it('is not there before several kinds of action have evidence', async () => {
    await system.app.poolTrust();
    expect(await events()).toEqual([]);
    for (let count = 0; count < 16; count += 1) {
      const account = `company-${count}`;
      await services().putAccount(system.caller, account, { ...PROSPECT, name: account, domain: `${account}.example` });
      for (const type of KINDS) {
        const { action } = await propose(type, account);
        const review = await reviewOf(action);
        if (review === undefined) throw new Error(`${type} is not held`);
        await services().decideReview(system.caller, review.id, {
          decision: count === 0 ? 'reject' : 'approve',
          fingerprint: review.fingerprint,
          reason: count === 0 ? 'not this one' : null,
          content: null,
        });
      }
    }
    await until(async () => (await cells()).filter(({ good, bad }) => good + bad > 6).length === KINDS.length);
    expect((await cells()).every(({ prior_cells: from }) => from === null)).toBe(true);
  });

  it('is computed once a day, shown, and read by the gate', async () => {
    clock.ahead = DAY_MS;
    await system.app.poolTrust();
    await system.app.poolTrust();
    expect(await events()).toHaveLength(1);
    const [first] = await cells();
    expect(first).toMatchObject({ prior_cells: 3 });
    expect(first!.prior_good).toBeGreaterThan(first!.prior_bad);
    expect(first!.prior_good + first!.prior_bad).toBeLessThanOrEqual(20.02);
    const { decision, action } = await propose('crm_update');
    const review = await reviewOf(action);
    expect(review?.reasons.find(({ check }) => check === 'trust')?.code).toBe('trust_needs_approval');
    const { prior_good, prior_bad } = first!;
    const { checks } = await services().checkGate(
      system.caller,
      proposal('account/example', { action_type: 'crm_update' }),
    );
    expect(checks.find(({ check }) => check === 'trust')?.inputs).toMatchObject({ prior_good, prior_bad });
    expect(await services().replayDecision(system.caller, decision)).toMatchObject({ result: 'identical' });
  });

  it('changes on another day, and what was decided before keeps the prior that it had', async () => {
    await services().acceptSignals(system.caller, [event('web.page_viewed', 'contact/ada', { page: 'pricing' })]);
    clock.ahead = 40 * DAY_MS;
    await system.app.poolTrust();
    expect(await events()).toHaveLength(2);
    await propose('crm_update');
    expect(await services().replayAll(system.caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
  });
});
