/** Active plays are carried out: who gets a sequence, what is proposed and what is held back, and what the database lets nobody write. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { AccountFacts } from '../src/domain/entity.ts';
import { NO_RELATIONS } from '../src/domain/entity.ts';
import type { EventData } from '../src/domain/event-types.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { CadenceEventView, CadenceQuery } from '../src/gateway/cadence.port.ts';
import type { PlayProposal, PlayView } from '../src/gateway/play-services.port.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { event, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { analysis, draft, withKey } from './plays.fixture.ts';

/** Touches may follow each other at once, so that a test sees the end of a sequence. */
const FAST: Policy = {
  ...OPEN_POLICY,
  name: 'fast',
  cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
  ownership_window_ms: 0,
  grants: [...OPEN_POLICY.grants, { action_type: 'nurture_enrollment', level: 'auto', max_risk: 'high' }],
};
const FINTECH: AccountFacts = { vertical: 'FinTech', employees: 500, abm_active: false, relations: NO_RELATIONS };
const TWO_STEPS = {
  steps: [
    { day: 0, channel: 'email' as const, purpose: 'Congratulate.' },
    { day: 3, channel: 'email' as const, purpose: 'Ask again.' },
  ],
};

interface Cast {
  readonly brain: Caller;
  readonly slm: Caller;
  readonly revOps: Caller;
  readonly proposal: string;
}

async function castOf(system: TestApp): Promise<Cast> {
  const brain = await withKey(system, 'pipeline brain', { brain: 'AGT-901' });
  const { proposal_id: proposal } = await system.app.services.plays.logAnalysis(brain, analysis());
  return {
    brain,
    slm: await withKey(system, 'Ana', { authorities: ['SLM'] }),
    revOps: await withKey(system, 'Bo', { authorities: ['RevOps'] }),
    proposal,
  };
}

describeDatabases('the cadence coordinator', (database) => {
  let system: TestApp;
  let cast: Cast;
  let segments = 0;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    cast = await castOf(system);
    await services().applyPolicy(system.caller, FAST);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const services = () => system.app.services;
  const newSegment = () => {
    segments += 1;
    return `segment_${segments}`;
  };
  /** An active play for one segment. */
  async function play(
    segment: string,
    changes: Partial<PlayProposal['content']> = {},
    end: string | null = null,
  ): Promise<PlayView> {
    const { plays } = services();
    const content = { target_definition: { verticals: ['FinTech'] }, suggested_cadence: TWO_STEPS, ...changes };
    const { id } = await plays.propose(cast.brain, draft(cast.proposal, segment, content));
    await plays.pickUp(cast.slm, id);
    const changed =
      end === null ? null : await plays.edit(cast.slm, id, { revision: 0, changes: { active_period_end: end } });
    const revision = changed?.revision ?? 0;
    await plays.approve(cast.slm, id, { revision, authority: null });
    return plays.approve(cast.revOps, id, { revision, authority: null });
  }
  /** Somebody of a segment at an account of their own, with everything known that the gate asks. */
  async function person(
    name: string,
    segment: string,
    facts: Partial<AccountFacts> = {},
    account = `${name}-co`,
  ): Promise<void> {
    await services().putAccount(system.caller, account, {
      ...FINTECH,
      name: account,
      domain: `${account}.example`,
      ...facts,
    });
    await services().putContact(system.caller, name, {
      email: `${name}@${account}.example`,
      account,
      time_zone: 'Europe/Paris',
      consent: { basis: 'consent', source: 'form' },
    });
    await services().acceptSignals(system.caller, [
      event('web.page_viewed', `contact/${name}`, { dimensions: { segment } }),
    ]);
  }
  const log = async (query: Partial<CadenceQuery>): Promise<readonly CadenceEventView[]> =>
    (await services().cadence.listEvents(system.caller, { limit: 200, cursor: null, ...query })).items.toReversed();
  const run = () => services().cadence.run(system.caller);
  const kinds = async (id: string) => (await log({ play: id })).map(({ kind }) => kind);
  /** The time of the next touch has come. */
  const hurry = async (sequence: string) => {
    await system.rows(`UPDATE timers SET due_at = 1 WHERE actor_id = $1 AND name = 'step'`, [sequence]);
  };
  /** For how many. The server looks by itself too, so what a single look began says little. */
  const beganFor = async (id: string) => (await log({ play: id, kind: 'started' })).length;
  const sequenceOf = async (id: string) => {
    const [first] = await log({ play: id, kind: 'started' });
    return first?.sequence ?? '';
  };

  it('carries a play out for those whom it is for, through the gate, to its end', async () => {
    const segment = newSegment();
    await person('ada', segment);
    await person('bert', segment, { vertical: 'SaaS' });
    await person('cleo', 'elsewhere');
    const { id, originating_proposal_id: origin } = await play(segment);
    await run();
    await run();
    expect(await beganFor(id)).toBe(1);
    await until(async () => (await kinds(id)).includes('touch_ended'));
    const sequence = await sequenceOf(id);
    await until(async () => (await system.rows(`SELECT 1 FROM timers WHERE actor_id = $1`, [sequence])).length === 1);
    await hurry(sequence);
    await until(async () => (await log({ play: id })).at(-1)?.state === 'ended');
    const events = await log({ play: id });
    expect(events.map(({ kind, step, result }) => [kind, step, result])).toEqual([
      ['started', null, null],
      ['touch_proposed', 1, null],
      ['touch_ended', 1, 'executed'],
      ['touch_proposed', 2, null],
      ['touch_ended', 2, 'executed'],
    ]);
    for (const item of events)
      expect(item).toMatchObject({ play_id: id, originating_proposal_id: origin, sequence, sequence_type: 'standard' });
    expect(events.at(-1)).toMatchObject({ ended_because: 'completed' });

    const action = events[1]?.action ?? '';
    const [permit] = await system.rows<{ detail: string }>('SELECT detail FROM permits WHERE action = $1', [action]);
    expect(JSON.parse(permit?.detail ?? '{}')).toMatchObject({ play: id, lane: 'tam', proposer: 'cadence' });
    const [decision] = await system.rows<{ trigger: string; verdict: string; originating_proposal_id: string }>(
      'SELECT trigger, verdict, originating_proposal_id FROM decisions WHERE action = $1',
      [action],
    );
    expect(decision).toEqual({ trigger: 'sequence', verdict: 'pass', originating_proposal_id: origin });
    expect((await services().cadence.listPlays(cast.brain)).items).toContainEqual(
      expect.objectContaining({ play_id: id, started: 1, running: 0, completed: 1, touches: 2, problem: null }),
    );
  });

  it('holds a touch back at the cap, and tries again', async () => {
    const segment = newSegment();
    await person('dora', segment);
    await services().applyPolicy(system.caller, {
      ...FAST,
      touch_cap: { max: 1, window_ms: FAST.touch_cap.window_ms },
    });
    const { id } = await play(segment);
    await run();
    await until(async () => (await kinds(id)).includes('touch_ended'));
    const sequence = await sequenceOf(id);
    await hurry(sequence);
    await until(async () => (await kinds(id)).includes('touch_suppressed'));
    const [held] = await log({ play: id, suppressed_reason: 'touch_cap_exceeded' });
    expect(held).toMatchObject({ step: 2, reasons: ['touch_cap'], state: 'waiting' });
    expect(Date.parse(held?.again_at ?? '')).toBeGreaterThan(Date.now());
    await services().applyPolicy(system.caller, FAST);
    await hurry(sequence);
    await until(async () => (await log({ play: id })).at(-1)?.ended_because === 'completed');
    // What the touch was worth when it was queued stays, whatever the score is now.
    const scores = (await log({ play: id }))
      .filter(({ step }) => step === 2)
      .map((item) => item.priority_score_at_queue);
    expect(scores).toHaveLength(3);
    expect(new Set(scores).size).toBe(1);
  });

  it('queues whom another sequence has, and lets the highest score go first', async () => {
    const segment = newSegment();
    await services().applyPolicy(system.caller, {
      ...FAST,
      cooldown: { ...FAST.cooldown, account_ms: OPEN_POLICY.cooldown.account_ms },
    });
    await person('eve', segment, {}, 'shared');
    await person('finn', segment, {}, 'shared');
    await person('gil', segment, {}, 'shared');
    // No two of them have the same score.
    for (const subject of ['contact/finn', 'contact/gil', 'contact/gil', 'contact/gil'])
      await services().acceptSignals(system.caller, [event('web.page_viewed', subject, {})]);
    const { id } = await play(segment, { suggested_cadence: { steps: TWO_STEPS.steps.slice(0, 1) } });
    await run();
    expect(await beganFor(id)).toBe(3);
    await until(async () => (await log({ play: id, suppressed_reason: 'conflict_resolved_queued' })).length >= 2);
    const queued = await log({ play: id, suppressed_reason: 'conflict_resolved_queued' });
    const byScore = queued.toSorted((a, b) => (b.priority_score_at_queue ?? -1) - (a.priority_score_at_queue ?? -1));
    expect(byScore[0]?.priority_score_at_queue).toBeGreaterThan(byScore[1]?.priority_score_at_queue ?? 0);
    expect(Date.parse(byScore[0]?.again_at ?? '')).toBeLessThan(Date.parse(byScore[1]?.again_at ?? ''));
    await services().applyPolicy(system.caller, FAST);
  });

  it('stops nurture of an ABM account, and tells whoever drafted the play', async () => {
    const segment = newSegment();
    const cadence = { cadence_type: 'nurture', steps: TWO_STEPS.steps.slice(0, 1) };
    await person('hal', segment, { abm_active: true, abm_tier: '1:1' });
    const nurture = await play(segment, { suggested_cadence: cadence });
    const sales = await play(segment, { suggested_cadence: { steps: TWO_STEPS.steps.slice(0, 1) } });
    await run();
    await until(async () => (await kinds(nurture.id)).includes('touch_suppressed'));
    expect(await log({ play: nurture.id, kind: 'touch_suppressed' })).toMatchObject([
      { suppressed_reason: 'abm_active_suppression', sequence_type: 'nurture', reasons: ['abm_backstop'] },
    ]);
    await until(async () => (await kinds(sales.id)).includes('touch_ended'));
    expect((await log({ play: sales.id })).at(-1)).toMatchObject({ sequence_type: 'abm_bespoke', result: 'executed' });
    const told = () =>
      system.rows<{ body: string }>(
        `SELECT body FROM ledger WHERE actor_id = $1 AND type = 'play.sequence_suppressed'`,
        [nurture.id],
      );
    await until(async () => (await told()).length === 1);
    // The brain that drafted it reads it; another brain does not.
    const query = { limit: 10, cursor: null, suppressed_reason: 'abm_active_suppression' } as const;
    const other = await withKey(system, 'account brain', { brain: 'AGT-902' });
    expect((await services().cadence.listEvents(cast.brain, query)).items).toMatchObject([{ play_id: nurture.id }]);
    expect((await services().cadence.listEvents(other, query)).items).toEqual([]);
    await hurry(await sequenceOf(nurture.id));
    await until(async () => (await log({ play: nurture.id, kind: 'touch_suppressed' })).length === 2);
    expect(await told()).toHaveLength(1);
  });

  it('ends with a reply, and withdraws what waits for a person', async () => {
    const segment = newSegment();
    await person('ida', segment);
    await services().applyPolicy(system.caller, { ...FAST, grants: [] });
    const { id } = await play(segment);
    await run();
    await until(async () => (await kinds(id)).includes('touch_proposed'));
    const action = (await log({ play: id, kind: 'touch_proposed' }))[0]?.action ?? '';
    const review = async () =>
      (await system.rows<{ state: string }>('SELECT state FROM reviews WHERE action = $1', [action]))[0]?.state;
    expect(await review()).toBe('open');
    const [waiting] = (await services().listReviews(system.caller, { limit: 5, cursor: null, play: id })).items;
    expect(waiting).toMatchObject({ sequence: await sequenceOf(id), step: 1, play: id, lane: 'tam' });
    // What the play wants of the touch stands beside the draft, and not in it.
    expect(waiting?.evidence.map(({ text }) => text).join('\n')).toContain('Congratulate.');
    expect(JSON.stringify(waiting?.content)).not.toContain('Congratulate.');
    await services().acceptOutcomes(system.caller, [event('reply_positive', 'contact/ida')]);
    await until(async () => (await log({ play: id })).at(-1)?.state === 'ended');
    expect((await log({ play: id })).at(-1)).toMatchObject({ kind: 'stopped', ended_because: 'replied' });
    await until(async () => (await review()) === 'cancelled');
    expect(await system.rows(`SELECT 1 FROM timers WHERE actor_id = $1`, [await sequenceOf(id)])).toEqual([]);
    await services().applyPolicy(system.caller, FAST);
  });

  it('ends when a reviewer rejects a touch, and can be looked back on', async () => {
    const segment = newSegment();
    await person('ugo', segment);
    await services().applyPolicy(system.caller, { ...FAST, grants: [] });
    const { id } = await play(segment);
    await run();
    await until(async () => (await kinds(id)).includes('touch_proposed'));
    const [waiting] = (await services().listReviews(system.caller, { limit: 5, cursor: null, play: id })).items;
    await services().decideReview(system.caller, waiting?.id ?? '', {
      decision: 'reject',
      fingerprint: waiting?.fingerprint ?? '',
      reason: 'too early',
      content: null,
    });
    await until(async () => (await log({ play: id })).at(-1)?.state === 'ended');
    expect((await log({ play: id })).at(-1)).toMatchObject({ result: 'rejected', ended_because: 'touch_rejected' });
    const decision = waiting?.decision ?? '';
    expect(await services().replayDecision(system.caller, decision)).toMatchObject({ result: 'identical' });
    expect(await services().past.hindsight(system.caller, decision)).toMatchObject({ known: 'outside' });
    const { steps } = await services().traceDecision(system.caller, decision);
    expect(steps.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['sequence.step_due', 'sequence.touch_proposed', 'action.proposed', 'action.held']),
    );
    await services().applyPolicy(system.caller, FAST);
  });

  it('words a touch as people approved the same touch of the same play, and answers an open objection', async () => {
    const segment = newSegment();
    await person('wes', segment);
    await services().applyPolicy(system.caller, { ...FAST, grants: [] });
    const { id } = await play(segment);
    await run();
    const seen = new Set<string>();
    const nextReview = async () => {
      const waiting = async () =>
        (await services().listReviews(system.caller, { limit: 200, cursor: null, play: id })).items.find(
          (item) => !seen.has(item.id),
        );
      await until(async () => (await waiting()) !== undefined);
      const review = await waiting();
      if (review === undefined) throw new Error('nothing waits');
      seen.add(review.id);
      return review;
    };
    const first = await nextReview();
    const body = 'Hello {{first_name}},\n\nWould a short call this week help?';
    await services().decideReview(system.caller, first.id, {
      decision: 'edit',
      fingerprint: first.fingerprint,
      reason: null,
      content: { subject: 'A short question', body },
    });
    const shownTo = async (decision: string) =>
      (await services().traceDecision(system.caller, decision)).steps.find(({ type }) => type === 'decision.made')
        ?.data as EventData<'decision.made'>;
    await person('xia', segment);
    await run();
    const next = await nextReview();
    expect(next.content).toMatchObject({ subject: 'A short question', body: expect.stringContaining(body) as string });
    const { examples, example } = await shownTo(next.decision);
    expect(examples).toEqual([example]);
    // What somebody objects to is cited, and a text of before the objection is no example for it.
    await person('yan', segment);
    await services().acceptSignals(system.caller, [
      event('chat.message_received', 'contact/yan', { text: 'That is too expensive for us this year.' }),
    ]);
    await run();
    const objected = await nextReview();
    expect(JSON.stringify(objected.content)).toContain('If the price is a question');
    const made = await shownTo(objected.decision);
    expect(made.examples).toBeUndefined();
    expect(made.notes).toEqual([
      { note: expect.any(String) as string, why: expect.stringContaining('the price') as string },
    ]);
    await services().applyPolicy(system.caller, FAST);
  });

  it('logs the touches of nobody’s play too, with what they were when they were proposed', async () => {
    const segment = newSegment();
    await person('zed', segment, { abm_active: true, abm_tier: '1:1' });
    const made = await services().propose(system.caller, proposal('contact/zed', { originating_proposal_id: 'pro_x' }));
    const rowsOf = async () =>
      (await log({})).filter(({ action }) => action === made.action).map(({ event: _, at: __, ...row }) => row);
    await until(async () => (await rowsOf()).length === 2);
    const [proposed, ended] = await rowsOf();
    expect(proposed).toMatchObject({
      kind: 'touch_proposed',
      sequence: null,
      sequence_type: 'abm_bespoke',
      contact: 'zed',
      channel: 'email',
      originating_proposal_id: 'pro_x',
      play_id: 'pro_x',
      result: null,
      state: 'proposed',
    });
    expect(ended).toMatchObject({
      kind: 'touch_ended',
      result: 'executed',
      mode: 'sandbox',
      priority_score_at_queue: proposed?.priority_score_at_queue,
    });
    expect(proposed?.priority_score_at_queue).toEqual(expect.any(Number));
    const task = await services().propose(system.caller, proposal('contact/zed', { action_type: 'crm_update' }));
    expect((await log({})).some(({ action }) => action === task.action)).toBe(false);
  });

  it('goes by the account that a person was moved to', async () => {
    const segment = newSegment();
    await person('sam', segment, { vertical: 'SaaS' });
    await person('tia', segment);
    const { id } = await play(segment);
    await run();
    expect(await beganFor(id)).toBe(1);
    await services().identities.moveContact(system.caller, 'sam', {
      account: 'tia-co',
      reason: 'changed jobs',
      request_id: null,
    });
    await run();
    expect(await beganFor(id)).toBe(2);
    const accounts = new Set((await log({ play: id, kind: 'started' })).map(({ account }) => account));
    expect(accounts.size).toBe(1);
  });

  it('ends when the person is suppressed under an address of after its beginning', async () => {
    const segment = newSegment();
    await person('rae', segment);
    const { id } = await play(segment);
    await run();
    await until(async () => (await kinds(id)).includes('touch_ended'));
    await services().putContact(system.caller, 'rae', { email: 'rae@new.example' });
    await services().suppressions.add(system.caller, {
      scope: 'email',
      value: 'rae@new.example',
      reason: 'asked by letter',
      source: 'letter',
    });
    await hurry(await sequenceOf(id));
    await until(async () => (await log({ play: id })).at(-1)?.state === 'ended');
    expect((await log({ play: id })).at(-1)).toMatchObject({
      ended_because: 'compliance_block',
      reasons: ['suppressed'],
      contact: 'rae',
    });
    const { events } = await services().exportSubject(system.caller, 'contact/rae');
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['sequence.started', 'sequence.ended']));
  });

  it('begins nothing for whom nobody may write to, and nothing under a play without steps', async () => {
    const segment = newSegment();
    await person('jan', segment);
    await services().acceptOutcomes(system.caller, [event('unsubscribe', 'contact/jan')]);
    await play(segment);
    const [found] = await system.rows<{ id: string }>(
      `SELECT id FROM actor_state WHERE kind = 'lead' AND value = 'opted_out'`,
    );
    const jan = found?.id ?? '';
    const { id } = await play(segment, { suggested_cadence: { template: 'five-touches', steps: [] } });
    await run();
    expect(await log({ kind: 'started', person: jan })).toEqual([]);
    const known = (await services().cadence.listPlays(system.caller)).items.find((item) => item.play_id === id);
    expect(known).toMatchObject({ started: 0, problem: expect.stringContaining('template') as string });
  });

  it('finishes what is in flight under a retired play, and begins nothing more', async () => {
    const segment = newSegment();
    await person('kim', segment);
    const { id } = await play(segment);
    await run();
    await until(async () => (await kinds(id)).includes('touch_ended'));
    await services().plays.retire(cast.revOps, id, { retire_reason: 'completed', note: null });
    await person('lea', segment);
    await run();
    await hurry(await sequenceOf(id));
    await until(async () => (await log({ play: id })).at(-1)?.ended_because === 'completed');
    expect(await beganFor(id)).toBe(1);
  });

  it('begins nothing after the end date, also under an active play', async () => {
    const segment = newSegment();
    const today = new Date().toISOString().slice(0, 10);
    const { id } = await play(segment, {}, today);
    const period = (start: string, end: string) =>
      system.rows(
        'UPDATE plays SET active_period_start = $2::text::date, active_period_end = $3::text::date WHERE play_id = $1',
        [id, start, end],
      );
    await system.rows('ALTER TABLE plays DISABLE TRIGGER plays_checked');
    await period('2020-01-01', '2020-01-02');
    await person('mia', segment);
    await run();
    expect(await beganFor(id)).toBe(0);
    // As the ledger says again, for the rebuild at the end.
    await period(today, today);
    await system.rows('ALTER TABLE plays ENABLE TRIGGER plays_checked');
    await run();
    expect(await beganFor(id)).toBe(1);
  });

  describe('the log', () => {
    const copy = (changes: string, of: 'sequence' | 'action' = 'sequence') =>
      `INSERT INTO cadence_event_log SELECT (jsonb_populate_record(e, '${changes}'::jsonb)).* FROM cadence_event_log e WHERE e.kind = 'touch_proposed' AND e.actor_kind = '${of}' LIMIT 1`;
    const refused = (why: RegExp, text: string) => expect(system.rows(text)).rejects.toThrow(why);

    it('takes no row without its event of the coordinator, and no other score for a touch', async () => {
      await refused(/coordinator alone/, copy('{"seq": 999999}'));
      await refused(
        /coordinator alone/,
        copy('{"kind": "touch_suppressed", "suppressed_reason": "touch_cap_exceeded", "seq": 1}'),
      );
      await refused(/why/, copy('{"suppressed_reason": "touch_cap_exceeded"}'));
      await refused(/stays/, copy('{"priority_score_at_queue": 99.5}'));
      await refused(/the ledger has no event of the action/, copy('{"seq": 999999}', 'action'));
      await refused(
        /the ledger has no event of the action/,
        copy('{"kind": "touch_ended", "result": "executed"}', 'action'),
      );
      await refused(/check constraint/, copy('{"sequence": "seq_1"}', 'action'));
      await refused(/append-only/, `UPDATE cadence_event_log SET suppressed_reason = NULL`);
      await refused(/append-only/, 'DELETE FROM cadence_event_log');
    });

    it('is written by owners of partitions and by no request', async () => {
      const insert = system.sql.transaction({ role: 'gatehouse_app', tenants: [system.caller.tenant] }, (session) =>
        session.query(copy('{"seq": 999999}')),
      );
      await expect(insert).rejects.toThrow(/permission denied/);
    });
  });

  it('begins each sequence once when many look at the same time', async () => {
    const segment = newSegment();
    for (const name of ['nia', 'oda', 'pia', 'quin']) await person(name, segment);
    const { id } = await play(segment);
    await Promise.all([run(), run(), run(), run()]);
    expect(await beganFor(id)).toBe(4);
  });

  it('rebuilds and replays, byte for byte', async () => {
    await until(async () => {
      const [busy] = await system.rows<{ count: number }>(
        `SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM permits WHERE state IN ('granted', 'claimed'))
           + (SELECT count(*) FROM timers WHERE due_at < $1::bigint) AS count`,
        [Date.now() + 5_000],
      );
      return busy?.count === 0;
    });
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ differences: [] });
    expect(await services().replayAll(system.caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    expect(await services().verify(system.caller)).toMatchObject({ ok: true });
  });
});
