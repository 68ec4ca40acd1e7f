/** Plays grow old by the clock that the process has: hot, warm, cold, and gone after seven years, with all that was kept of their touches. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { NO_RELATIONS } from '../src/domain/entity.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import { COLD_DAYS } from '../src/domain/play.ts';
import type { RetentionTier } from '../src/domain/play.ts';
import { policySchema } from '../src/domain/policy.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { movableClock, OPEN_POLICY, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { analysis, draft, withKey } from './plays.fixture.ts';

describeDatabases('plays that grow old', (database) => {
  const clock = movableClock();
  let system: TestApp;
  let brain: Caller;
  let slm: Caller;
  let revOps: Caller;
  let proposal: string;
  let old: string;
  let running: string;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, clock });
    brain = await withKey(system, 'pipeline brain', { brain: 'AGT-901' });
    slm = await withKey(system, 'Ana', { authorities: ['SLM'] });
    revOps = await withKey(system, 'Bo', { authorities: ['RevOps'] });
    ({ proposal_id: proposal } = await services().plays.logAnalysis(brain, analysis()));
    await services().applyPolicy(system.caller, OPEN_POLICY);
    await services().putAccount(system.caller, 'co', {
      name: 'co',
      domain: 'co.example',
      employees: 500,
      vertical: 'FinTech',
      abm_active: false,
      relations: NO_RELATIONS,
    });
    await services().putContact(system.caller, 'ada', {
      email: 'ada@co.example',
      account: 'co',
      time_zone: 'Europe/Paris',
      consent: { basis: 'consent', source: 'form' },
    });
    old = await activated([{ day: 0, channel: 'email', purpose: 'Ask.' }]);
    await services().cadence.run(system.caller);
    await until(async () => (await events(old)).includes('touch_ended'));
    // This one waits for its day longer than anybody keeps a play.
    running = await activated([{ day: 180, channel: 'email', purpose: 'Ask much later.' }]);
    await services().cadence.run(system.caller);
    await system.rows(`DELETE FROM timers WHERE actor_kind = 'sequence'`);
    for (const id of [old, running])
      await services().plays.retire(revOps, id, { retire_reason: 'completed', note: null });
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const services = () => system.app.services;
  const events = async (play: string) =>
    (await services().cadence.listEvents(revOps, { limit: 50, cursor: null, play })).items.map(({ kind }) => kind);
  async function activated(steps: readonly { day: number; channel: 'email'; purpose: string }[]): Promise<string> {
    const { plays } = services();
    const content = { target_definition: { verticals: ['FinTech'] }, suggested_cadence: { steps } };
    const { id } = await plays.propose(brain, draft(proposal, 'mid_market', content));
    await plays.pickUp(slm, id);
    await plays.approve(slm, id, { revision: 0, authority: null });
    await plays.approve(revOps, id, { revision: 0, authority: null });
    return id;
  }
  const tierAfter = async (days: number): Promise<RetentionTier> => {
    clock.ahead = days * DAY_MS;
    return (await services().plays.get(revOps, old)).retention;
  };
  const due = async () =>
    (await services().getRetention(system.caller)).classes.find((item) => item.class === 'retired_plays');

  it('are hot for 90 days, warm for 18 months, and cold from then on', async () => {
    expect([await tierAfter(89), await tierAfter(91), await tierAfter(547), await tierAfter(549)]).toEqual([
      'hot',
      'warm',
      'warm',
      'cold',
    ]);
    const listed = async (tier: RetentionTier) =>
      (await services().plays.list(revOps, { limit: 10, cursor: null, state: null, segment: null, tier })).items.length;
    expect([await listed('hot'), await listed('warm'), await listed('cold')]).toEqual([0, 0, 2]);
  });

  it('are not deleted a day before seven years, whoever asks', async () => {
    clock.ahead = (COLD_DAYS - 1) * DAY_MS;
    expect(await due()).toMatchObject({ days: COLD_DAYS, due: 0 });
    expect(await services().runRetention(system.caller)).toMatchObject({ deleted: { retired_plays: 0 } });
    const refused = (text: string) => expect(system.rows(text, [old])).rejects.toThrow(/kept long enough/);
    await refused('DELETE FROM plays WHERE play_id = $1');
    await refused('DELETE FROM cadence_event_log WHERE play_id = $1');
    await refused(`INSERT INTO play_purges VALUES ('default', $1, 1, 1)`);
    const shorter = { ...OPEN_POLICY, retention: { retired_plays: COLD_DAYS - 1 } };
    expect(policySchema.safeParse(shorter).error?.issues).toMatchObject([{ path: ['retention'] }]);
  });

  it('are deleted after that, and what still runs is not', async () => {
    clock.ahead = (COLD_DAYS + 1) * DAY_MS;
    expect(await due()).toMatchObject({ due: 1 });
    await services().applyPolicy(system.caller, { ...OPEN_POLICY, retention: { retired_plays: null } });
    expect(await services().runRetention(system.caller)).toMatchObject({ deleted: {} });
    expect(await events(old)).not.toEqual([]);
    await services().applyPolicy(system.caller, OPEN_POLICY);
    // Two hosts may run at one moment.
    const [one, other] = await Promise.all([
      services().runRetention(system.caller),
      services().runRetention(system.caller),
    ]);
    expect(Math.max(one.deleted['retired_plays'] ?? 0, other.deleted['retired_plays'] ?? 0)).toBe(1);
    await expect(services().plays.get(revOps, old)).rejects.toMatchObject({ code: 'not_found' });
    expect(await events(old)).toEqual([]);
    expect(await events(running)).toEqual(['started']);
    expect(await due()).toMatchObject({ due: 0 });
    const said = await system.rows(`SELECT 1 FROM ledger WHERE actor_id = $1 AND type = 'play.purged'`, [old]);
    expect(said).toHaveLength(1);
    // Nothing of what the play said is left in its state.
    const [state] = await system.rows<{ context: string }>(`SELECT context FROM actor_state WHERE id = $1`, [old]);
    expect(state?.context).not.toContain('Champions');
  });

  it('leave the ledger whole, and rebuild without them', async () => {
    await until(async () => (await system.rows(`SELECT 1 FROM inbox WHERE state = 'pending'`)).length === 0);
    expect(await services().verify(system.caller)).toMatchObject({ ok: true });
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
    expect(await services().replayAll(system.caller)).toMatchObject({ ok: true, different: 0 });
  });
});
