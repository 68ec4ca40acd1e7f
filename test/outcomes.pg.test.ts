/** Outcomes on real databases: linked with their window, found from both ends, corrected and retracted, with what follows for trust and leads. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import { event, knowProspect, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('outcomes', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const page = { limit: 50, cursor: null };
  const one = async (contact: string) => {
    const { app, caller } = system;
    const { items } = await app.services.listOutcomes(caller, { ...page, contact });
    expect(items).toHaveLength(1);
    return items[0]!;
  };
  /** The evidence of all cells together. */
  const trust = async () => {
    const cells = await system.app.services.listTrust(system.caller);
    const sum = (of: (cell: (typeof cells)[number]) => number) => cells.reduce((total, cell) => total + of(cell), 0);
    return { good: sum(({ good }) => good), bad: sum(({ bad }) => bad) };
  };
  const trustBecomes = (good: number, bad: number) =>
    until(async () => {
      const sums = await trust();
      return Math.abs(sums.good - good) < 0.01 && Math.abs(sums.bad - bad) < 0.01;
    });
  const executed = (decision: string) =>
    until(async () => (await system.app.services.getDecision(system.caller, decision)).action?.state === 'executed');
  const stateOf = async (contact: string): Promise<string | undefined> => {
    const [lead] = await system.rows<{ value: string }>(
      `SELECT a.value FROM actor_state a JOIN outcomes o ON o.subject_id = a.id AND o.tenant = a.tenant WHERE a.kind = 'lead' AND o.id = $1`,
      [(await one(contact)).id],
    );
    return lead?.value;
  };
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'not refused',
      (error: unknown) => (error instanceof GatehouseError ? error.code : String(error)),
    );

  it('are linked to the decision, action, sequence and play that led to them, with the window', async () => {
    const { app, caller } = system;
    await knowProspect(system, 'ada');
    const made = await app.services.propose(caller, proposal('contact/ada', { sequence: 'seq-7', play: 'win-back' }));
    await executed(made.decision);
    // A later draft is put off and was never sent, so nothing follows from it.
    const later = await app.services.propose(caller, proposal('contact/ada'));
    expect((await app.services.getDecision(caller, later.decision)).action?.state).not.toBe('executed');
    await app.services.acceptOutcomes(caller, [event('reply_positive', 'contact/ada', {}, { id: 'ada-reply' })]);
    const outcome = await one('ada');
    expect(outcome).toMatchObject({
      type: 'reply_positive',
      corrected: false,
      link: {
        status: 'linked',
        decision: made.decision,
        action: made.action,
        sequence: 'seq-7',
        play: 'win-back',
        window: { ms: 45 * DAY_MS, source: 'catalogue' },
      },
    });
    const { from, until: end } = outcome.link.window;
    expect(Date.parse(end ?? '') - Date.parse(from ?? '')).toBe(45 * DAY_MS);
    for (const filter of [
      { decision: made.decision },
      { action: made.action },
      { contact: 'ada', status: 'linked' as const },
    ])
      expect((await app.services.listOutcomes(caller, { ...page, ...filter })).items).toEqual([outcome]);
    expect((await app.services.listOutcomes(caller, { ...page, decision: 'dec_other' })).items).toEqual([]);
    expect(await app.services.getOutcome(caller, outcome.id)).toEqual(outcome);
    await trustBecomes(1, 0);
  });

  it('are corrected, and trust and the lead follow', async () => {
    const { app, caller } = system;
    const { id, link } = await one('ada');
    expect(await stateOf('ada')).toBe('qualified');
    const corrected = await app.services.correctOutcome(caller, id, { type: 'reply_hostile', reason: 'read again' });
    expect(corrected).toMatchObject({ type: 'reply_hostile', corrected: true, link: { decision: link.decision } });
    await trustBecomes(0, 3);
    expect(await stateOf('ada')).not.toBe('qualified');
    const late = await app.services.correctOutcome(caller, id, {
      occurred_at: Date.now() + 100 * DAY_MS,
      amount: { amount_minor: 500, currency: 'EUR' },
      reason: 'much later',
    });
    expect(late).toMatchObject({ amount: { amount_minor: 500 }, link: { status: 'unlinked', decision: null } });
    await trustBecomes(0, 0);
    await app.services.correctOutcome(caller, id, { decision: link.decision, reason: 'they said so themselves' });
    await trustBecomes(0, 3);
    const trace = await app.services.traceDecision(caller, link.decision ?? '');
    expect(trace.steps.filter((step) => step.type === 'outcome.linked')).toHaveLength(4);
    expect(await codeOf(app.services.correctOutcome(caller, id, { reason: 'nothing' }))).toBe('invalid_request');
  });

  it('are retracted, and nothing of them is left but the record', async () => {
    const { app, caller } = system;
    const { id } = await one('ada');
    const retracted = await app.services.retractOutcome(caller, id, 'it was about another matter');
    expect(retracted.link).toMatchObject({ status: 'retracted', decision: null, action: null, sequence: null });
    await trustBecomes(0, 0);
    expect(await codeOf(app.services.retractOutcome(caller, id, 'again'))).toBe('state_conflict');
    expect(await codeOf(app.services.correctOutcome(caller, id, { type: 'won', reason: 'x' }))).toBe('state_conflict');
    expect(await codeOf(app.services.retractOutcome(caller, 'out_none', 'x'))).toBe('not_found');
    const report = await app.services.loopReport(caller, { dimension: null });
    expect(report.outcomes).toEqual({ total: 0, linked: 0, unlinked: 0, preceding: 0 });
  });

  it('may be corrected and retracted by their sender, also before they arrive', async () => {
    const { app, caller } = system;
    const send = (type: string, id: string, data = {}) =>
      app.services.acceptOutcomes(caller, [event(type, 'contact/bob', data, { id })]);
    const { decision } = await app.services.propose(caller, proposal('contact/bob'));
    await send('corrected', 'fix', { outcome: 'deal', type: 'lost', reason: 'never signed' });
    expect((await app.services.listOutcomes(caller, { ...page, contact: 'bob' })).items).toEqual([]);
    await send('won', 'deal', { amount: { amount_minor: 100, currency: 'EUR' } });
    // Nothing was sent to bob: a deal follows from the decision alone, and an answer from nothing.
    expect(await one('bob')).toMatchObject({
      type: 'lost',
      corrected: true,
      link: { status: 'linked', decision, action: null },
    });
    await send('corrected', 'fix-2', { outcome: 'deal', type: 'reply_positive', reason: 'they only wrote' });
    expect((await one('bob')).link).toMatchObject({ status: 'unlinked', decision: null });
    expect(await stateOf('bob')).toBe('qualified');
    await send('retracted', 'gone', { outcome: 'deal', reason: 'a test entry' });
    expect((await one('bob')).link.status).toBe('retracted');
    await trustBecomes(0, 0);
  });

  it('leave a closed deal closed', async () => {
    const { app, caller } = system;
    await app.services.acceptSignals(caller, [event('web.page_viewed', 'contact/eve', { page: 'pricing' })]);
    await app.services.acceptOutcomes(caller, [event('won', 'contact/eve')]);
    expect(await stateOf('eve')).toBe('won');
    await app.services.acceptOutcomes(caller, [event('meeting_booked', 'contact/eve')]);
    const { items } = await app.services.listOutcomes(caller, { ...page, contact: 'eve' });
    expect(items).toHaveLength(2);
    const [lead] = await system.rows<{ value: string }>(
      `SELECT value FROM actor_state WHERE kind = 'lead' AND id = $1`,
      [items[0]?.subject.id ?? ''],
    );
    expect(lead?.value).toBe('won');
  });

  it('that turn out to be an opt-out suppress the person, and their retraction does not lift it', async () => {
    const { app, caller } = system;
    await app.services.acceptOutcomes(caller, [event('reply_neutral', 'contact/zoe')]);
    const { id } = await one('zoe');
    await app.services.correctOutcome(caller, id, { type: 'unsubscribe', reason: 'it said so in the last line' });
    const denied = async () => {
      const check = await app.services.checkGate(caller, proposal('contact/zoe'));
      return check.verdict === 'deny' && check.checks.some((item) => item.code === 'suppressed');
    };
    await until(denied);
    expect(await stateOf('zoe')).toBe('opted_out');
    await app.services.retractOutcome(caller, id, 'it was somebody else');
    expect(await stateOf('zoe')).not.toBe('opted_out');
    expect(await denied()).toBe(true);
  });

  it('leave a ledger that verifies, rebuilds and replays', async () => {
    const { app, caller } = system;
    expect(await app.services.verify(caller)).toMatchObject({ ok: true, faults: [] });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });
});
