/** What became of those whom a play reached, as far as the ledger knows, and whether too many plays are active for too long. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { NO_RELATIONS } from '../src/domain/entity.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import { quarterOf } from '../src/domain/quarter.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { event, movableClock, OPEN_POLICY, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { almostActive, analysis, draft, withKey } from './plays.fixture.ts';

const PEOPLE = ['ada', 'bo', 'cy', 'di'];

describeDatabases('the retrospective of a play', (database) => {
  const clock = movableClock();
  let system: TestApp;
  let brain: Caller;
  let slm: Caller;
  let revOps: Caller;
  let proposal: string;
  let play: string;
  let quarter: string;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, clock });
    brain = await withKey(system, 'pipeline brain', { brain: 'AGT-901' });
    slm = await withKey(system, 'Ana', { authorities: ['SLM'] });
    revOps = await withKey(system, 'Bo', { authorities: ['RevOps'] });
    ({ proposal_id: proposal } = await services().plays.logAnalysis(brain, analysis()));
  });
  afterAll(() => system[Symbol.asyncDispose]());
  const services = () => system.app.services;
  const ask = (caller: Caller = revOps) => services().plays.retrospective(caller, { play, quarter });

  it('counts nobody before their time', async () => {
    await services().applyPolicy(system.caller, {
      ...OPEN_POLICY,
      cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
    });
    for (const name of PEOPLE) {
      await services().putAccount(system.caller, `${name}-co`, {
        name: `${name}-co`,
        domain: `${name}-co.example`,
        employees: 500,
        vertical: 'FinTech',
        abm_active: false,
        relations: NO_RELATIONS,
      });
      await services().putContact(system.caller, name, {
        email: `x@${name}-co.example`,
        account: `${name}-co`,
        time_zone: 'Europe/Paris',
        consent: { basis: 'consent', source: 'form' },
      });
    }
    const content = {
      target_definition: { verticals: ['FinTech' as const] },
      suggested_cadence: { steps: [{ day: 0, channel: 'email' as const, purpose: 'Ask.' }] },
      success_criteria: {
        meeting_rate: 0.2,
        opportunity_rate: 0.9,
        contract_value: { amount_minor: 500_00, currency: 'EUR' },
        evaluate_after_days: 10,
      },
    };
    ({ id: play } = await services().plays.propose(brain, draft(proposal, 'mid_market', content)));
    await services().plays.pickUp(slm, play);
    await services().plays.approve(slm, play, { revision: 0, authority: null });
    await services().plays.approve(revOps, play, { revision: 0, authority: null });
    quarter = quarterOf(clock.now());
    await services().cadence.run(system.caller);
    const made = () => services().cadence.listEvents(revOps, { limit: 50, cursor: null, play, kind: 'touch_ended' });
    await until(async () => (await made()).items.length === PEOPLE.length);
    const { items } = await ask();
    expect(items).toMatchObject([{ play, begun: 4, reached: 4, matured: 0 }]);
    expect(items[0]?.criteria.map(({ n, observed }) => [n, observed])).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    expect(items[0]?.unknown).toContainEqual(expect.objectContaining({ code: 'not_matured', count: 4 }));
  });

  it('then sets what followed against each criterion, and says what it cannot know', async () => {
    const { acceptOutcomes } = services();
    await acceptOutcomes.call(services(), system.caller, [
      event('meeting_booked', 'contact/ada'),
      event('meeting_booked', 'contact/ada'),
      event('meeting_booked', 'contact/bo'),
      event('opportunity_created', 'contact/ada'),
      event('won', 'contact/ada', { amount: { amount_minor: 700_00, currency: 'EUR' } }),
      event('won', 'contact/bo', { amount: { amount_minor: 900_00, currency: 'USD' } }),
      // The deal of the account as a whole is linked to no touch of the play.
      event('won', 'account/cy-co', { amount: { amount_minor: 1, currency: 'EUR' } }),
    ]);
    clock.ahead = 11 * DAY_MS;
    // After its time it is none of the play's.
    await acceptOutcomes.call(services(), system.caller, [event('meeting_booked', 'contact/di')]);
    const { items } = await ask();
    const [item] = items;
    expect(item).toMatchObject({
      begun: 4,
      reached: 4,
      matured: 4,
      evaluate_after_days: 10,
      originating_proposal_id: proposal,
    });
    expect(item?.criteria).toMatchObject([
      { criterion: 'meeting_rate', n: 4, observed: 0.5, target: 0.2, standing: 'open' },
      { criterion: 'opportunity_rate', n: 4, observed: 0.25, target: 0.9, standing: 'missed' },
      { criterion: 'contract_value', n: 1, observed: 700_00, currency: 'EUR', interval: null, standing: 'open' },
    ]);
    const unknown = Object.fromEntries((item?.unknown ?? []).map(({ code, count }) => [code, count]));
    expect(unknown).toEqual({
      no_comparison: null,
      outcomes_may_come: null,
      // A new tenant reaches nobody.
      mode_reaches_nobody: 4,
      linked_elsewhere: 1,
      other_currency: 1,
    });
  });

  it('takes back what was retracted', async () => {
    const { items } = await services().listOutcomes(revOps, { limit: 50, cursor: null });
    const [deal] = items.filter(({ type }) => type === 'opportunity_created');
    await services().retractOutcome(system.caller, deal?.id ?? '', 'entered twice');
    expect((await ask()).items[0]?.criteria[1]).toMatchObject({ observed: 0, n: 4 });
  });

  it('is read by the brain that drafted the play and by no other', async () => {
    expect((await ask(brain)).items).toHaveLength(1);
    const other = await withKey(system, 'account brain', { brain: 'AGT-902' });
    await expect(ask(other)).rejects.toMatchObject({ code: 'not_found' });
    expect((await services().plays.retrospective(other, { play: null, quarter })).items).toEqual([]);
    expect((await services().plays.retrospective(revOps, { play: null, quarter: '2020-Q1' })).items).toEqual([]);
  });

  it('calls for a review of the library when more than 30 plays were active for a week', async () => {
    const before = await services().plays.calibration(revOps);
    expect(before).toMatchObject({ active_plays: 1, active_above_since: null, review_due: false });
    const own = before.brains.find(({ brain: name }) => name === 'AGT-901');
    expect(own).toMatchObject({ drafts: 1, activated: 1, undecided: 0, promotion_rate: 1, below_target: false });
    expect(own?.promotion_interval.low).toBeLessThan(0.3);
    const ids: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      const { id } = await almostActive(system, brain, slm, proposal, `library_${index}`);
      ids.push((await services().plays.approve(revOps, id, { revision: 0, authority: null })).id);
    }
    const full = await services().plays.calibration(revOps);
    expect(full).toMatchObject({ active_plays: 31, review_due: false });
    clock.ahead += 4 * DAY_MS;
    // A moment with fewer begins the week anew.
    await services().plays.retire(revOps, ids[0] ?? '', { retire_reason: 'completed', note: null });
    const { id } = await almostActive(system, brain, slm, proposal, 'library_more');
    await services().plays.approve(revOps, id, { revision: 0, authority: null });
    const again = await services().plays.calibration(revOps);
    expect(Date.parse(again.active_above_since ?? '')).toBeGreaterThan(Date.parse(full.active_above_since ?? ''));
    clock.ahead += 4 * DAY_MS;
    expect(await services().plays.calibration(revOps)).toMatchObject({ review_due: false });
    clock.ahead += 4 * DAY_MS;
    expect(await services().plays.calibration(revOps)).toMatchObject({ active_plays: 31, review_due: true });
  });
});
