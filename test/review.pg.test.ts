/** The review queue and the schedule on real databases: what people see, what they do, and what still cannot leave. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { HOUR_MS, isoOf, MINUTE_MS } from '../src/domain/instant.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { ReviewView } from '../src/gateway/review.port.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof GatehouseError ? error.code : `not refused: ${String(error)}`;
}

const HELD: Policy = {
  ...OPEN_POLICY,
  name: 'held',
  grants: [],
  cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
  touch_cap: { max: 100, window_ms: HOUR_MS },
};

describeDatabases('the review queue', (database) => {
  let system: TestApp;
  let reviewer: Caller;
  let other: Caller;
  let made = 0;

  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    reviewer = { ...system.caller, identity: 'person:first' };
    other = { ...system.caller, identity: 'person:second' };
    await system.app.services.applyPolicy(system.caller, HELD);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  /** A contact at an account of its own. */
  async function someone(): Promise<string> {
    made += 1;
    const id = `c${made}`;
    const { services } = system.app;
    await services.putAccount(system.caller, `a${made}`, {
      ...PROSPECT,
      name: `Company ${made}`,
      domain: `a${made}.example`,
    });
    await services.putContact(system.caller, id, {
      ...REACHABLE,
      name: 'Kim Example',
      email: `kim@a${made}.example`,
      account: `a${made}`,
    });
    return id;
  }

  async function reviewOf(action: string): Promise<ReviewView> {
    const page = await system.app.services.listReviews(reviewer, { limit: 200, cursor: null });
    const found = page.items.find((item) => item.action === action);
    if (found === undefined) throw new Error(`${action} is not held`);
    return found;
  }

  async function held(changes: Parameters<typeof proposal>[1] = {}): Promise<ReviewView> {
    const { action } = await system.app.services.propose(
      system.caller,
      proposal(`contact/${await someone()}`, changes),
    );
    return reviewOf(action);
  }

  async function policy(changes: Partial<Policy>): Promise<void> {
    await system.app.services.applyPolicy(system.caller, { ...HELD, ...changes });
  }

  const approval = (review: Pick<ReviewView, 'fingerprint'>) => ({
    decision: 'approve' as const,
    fingerprint: review.fingerprint,
    reason: null,
    content: null,
  });

  async function stateOf(action: string): Promise<string | undefined> {
    return (await system.app.services.getDecision(system.caller, action)).action?.state;
  }

  it('shows the message as its recipient will see it, and where it belongs', async () => {
    const review = await held({
      content: { subject: 'For {{company}}', body: 'Hello {{first_name}}' },
      sequence: 's-view',
      step: 2,
      batch: 'run-1',
      play: 'play-1',
    });
    expect(review).toMatchObject({
      sequence: 's-view',
      step: 2,
      batch: 'run-1',
      play: 'play-1',
      rendered: { subject: `For Company ${made}`, body: 'Hello Kim' },
      recipient: { external_id: `c${made}`, name: 'Kim Example', address: `kim@a${made}.example` },
      account_ref: { external_id: `a${made}`, name: `Company ${made}` },
      approvals: [],
      approvals_needed: 1,
      trust: { level: 'approve_each', theta: 0.85 },
      overdue: false,
      undo_until: null,
    });
    expect(review.original_content).toEqual(review.content);
    expect(review.priority.reason).toContain('high risk');
    expect(review.evidence.map((item) => item.kind)).toEqual(['signal', 'candidate']);
    const { services } = system.app;
    const ids = async (query: object) =>
      (await services.listReviews(reviewer, { limit: 200, cursor: null, ...query })).items.map((item) => item.id);
    expect(await ids({ sequence: 's-view' })).toEqual([review.id]);
    expect(await ids({ batch: 'run-1', play: 'play-1', account: `a${made}`, sort: 'age' })).toEqual([review.id]);
    expect(await ids({ channel: 'linkedin' })).toEqual([]);
  });

  it('lists by risk times age, page after page, each item once', async () => {
    const { services } = system.app;
    for (let index = 0; index < 4; index += 1) await held(index % 2 === 0 ? {} : { action_type: 'crm_update' });
    const all = await services.listReviews(reviewer, { limit: 200, cursor: null });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof services.listReviews>> = await services.listReviews(reviewer, {
        limit: 2,
        cursor,
      });
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(all.items.map((item) => item.id).toSorted());
    const scores = all.items.map((item) => item.priority.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('lets one person work on an item at a time', async () => {
    const { services } = system.app;
    const review = await held();
    const mine = await services.reserveReview(reviewer, review.id);
    expect(mine.by).toBe('person:first');
    expect(await codeOf(services.reserveReview(other, review.id))).toBe('reserved');
    expect(await codeOf(services.decideReview(other, review.id, approval(review)))).toBe('reserved');
    expect((await services.getReview(other, review.id)).reserved).toMatchObject({ by: 'person:first' });
    await services.letGoReview(reviewer, review.id);
    expect((await services.reserveReview(other, review.id)).by).toBe('person:second');
    expect(await codeOf(services.reserveReview({ ...other, kind: 'agent' }, review.id))).toBe('forbidden');
  });

  it('puts an item aside, and gives it to somebody', async () => {
    const { services } = system.app;
    const review = await held();
    const until = isoOf(Date.now() + HOUR_MS);
    expect(await services.snoozeReview(reviewer, review.id, { until, reason: 'after lunch' })).toMatchObject({
      snoozed_until: until,
    });
    const open = await services.listReviews(reviewer, { limit: 200, cursor: null });
    expect(open.items.map((item) => item.id)).not.toContain(review.id);
    const aside = await services.listReviews(reviewer, { limit: 200, cursor: null, state: 'snoozed' });
    expect(aside.items.map((item) => item.id)).toEqual([review.id]);
    expect(await codeOf(services.snoozeReview(reviewer, review.id, { until: review.expires_at, reason: null }))).toBe(
      'invalid_request',
    );
    await services.assignReview(reviewer, review.id, { to: 'person:second', reason: null });
    expect((await services.getReview(reviewer, review.id)).assigned_to).toBe('person:second');
    expect(await services.summarizeReviews(other)).toMatchObject({ snoozed: 1, mine: 0 });
  });

  it('takes an approval back in time, with what it told trust', async () => {
    const { services } = system.app;
    const review = await held();
    const decided = await services.decideReview(reviewer, review.id, approval(review));
    expect(decided).toMatchObject({
      action_state: 'scheduled',
      review: { state: 'approved', decided_by: 'person:first' },
    });
    expect(decided.review.undo_until).not.toBeNull();
    const scheduled = await services.getScheduled(reviewer, review.action);
    expect(scheduled).toMatchObject({ waits: 'undo', still_valid: true, fingerprint: review.fingerprint });
    const again = await services.undoReview(reviewer, review.id, { reason: 'wrong one' });
    expect(again).toMatchObject({ state: 'open', decided_by: null, approvals: [], undo_until: null });
    expect(await stateOf(review.action)).toBe('held');
    expect(await codeOf(services.undoReview(reviewer, review.id, { reason: null }))).toBe('state_conflict');
    // What it told trust is taken back a moment later, in the partition of the tenant.
    await until(async () => {
      const cells = (await services.listTrust(reviewer)).filter((cell) => cell.action_type === 'outreach_push');
      return cells.length === 1 && cells.every((cell) => cell.good < 0.001);
    });
    // It can be decided again, and then it goes out.
    await services.decideReview(reviewer, review.id, approval(review));
    await services.sendNow(reviewer, review.action, { reason: null });
    await until(async () => (await stateOf(review.action)) === 'executed');
  });

  it('refuses the old fingerprint once a draft was edited', async () => {
    await policy({ review: { approvals: { high: 2 } } });
    const { services } = system.app;
    const review = await held();
    expect(review.approvals_needed).toBe(2);
    const content = { subject: 'Better', body: 'A better question.' };
    const edited = await services.decideReview(reviewer, review.id, {
      ...approval(review),
      decision: 'edit',
      content,
    });
    expect(edited).toMatchObject({ action_state: 'held', review: { state: 'open', content } });
    expect(edited.review.original_content).toEqual(review.content);
    expect(edited.review.approvals.map(({ by }) => by)).toEqual(['person:first']);
    expect(await codeOf(services.decideReview(other, review.id, approval(review)))).toBe('content_changed');
    // One person stays one person, and who proposed it does not count.
    for (const by of [reviewer, system.caller])
      expect((await services.decideReview(by, review.id, approval(edited.review))).action_state).toBe('held');
    const second = await services.decideReview(other, review.id, approval(edited.review));
    expect(second).toMatchObject({ action_state: 'scheduled', review: { state: 'approved' } });
    expect(second.review.approvals.map(({ by }) => by)).toEqual(['person:first', 'person:second']);
    await policy({});
  });

  it('asks for as many approvals as are needed when it is approved, whatever was needed when it was held', async () => {
    const { services } = system.app;
    const twice: Partial<Policy> = { review: { approvals: { high: 2 } } };
    await policy({ ...twice, syncs: { crm: HOUR_MS } });
    const blocked = await held();
    expect(blocked).toMatchObject({ queue: 'blocked', approvals_needed: 1 });
    await policy({});
    const early = await held();
    expect(early).toMatchObject({ queue: 'review', approvals_needed: 1 });
    await policy(twice);
    for (const { id, action, fingerprint } of [blocked, early]) {
      expect((await services.decideReview(reviewer, id, approval({ fingerprint }))).action_state).toBe('held');
      const review = await reviewOf(action);
      expect(review).toMatchObject({ queue: 'review', approvals_needed: 2, approvals: [] });
      expect((await services.decideReview(reviewer, review.id, approval(review))).action_state).toBe('held');
      expect((await services.decideReview(other, review.id, approval(review))).action_state).toBe('scheduled');
    }
    await policy({});
    expect(await services.replayAll(reviewer)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });

  it('decides many at once, item by item, after showing what would come of it', async () => {
    const { services } = system.app;
    const reviews = [await held(), await held(), await held()];
    const items = reviews.map(({ id, fingerprint }) => ({ id, fingerprint }));
    const stale = { id: items[2]?.id ?? '', fingerprint: 'old' };
    const asked = [...items.slice(0, 2), stale, { id: 'rev_none', fingerprint: 'x' }];
    const preview = await services.previewReviews(reviewer, { decision: 'approve', items: asked });
    expect(preview).toMatchObject({ would_pass: 2, would_hold: 0, would_deny: 0 });
    expect(preview.groups.map((group) => group.count)).toEqual([2]);
    expect(preview.refused.map((item) => item.id).toSorted()).toEqual([stale.id, 'rev_none'].toSorted());
    const done = await services.decideReviews(reviewer, { decision: 'approve', items: asked, reason: null });
    expect(done.items.map((item) => item.problem?.code ?? item.state)).toEqual([
      'approved',
      'approved',
      'content_changed',
      'not_found',
    ]);
    const mine = await services.previewReviews(system.caller, { decision: 'approve', items: [items[2] ?? stale] });
    expect(mine.groups[0]?.consequence).toContain('four_eyes');
  });

  it('cancels all steps of a contact whose first step is rejected, and no others', async () => {
    const { services } = system.app;
    const people = [await someone(), await someone()];
    const actions: string[] = [];
    for (const person of people)
      for (const step of [1, 2, 3])
        actions.push(
          (await services.propose(system.caller, proposal(`contact/${person}`, { sequence: 's-steps', step }))).action,
        );
    const steps = await services.listReviews(reviewer, { limit: 200, cursor: null, sequence: 's-steps' });
    expect(steps.items).toHaveLength(6);
    const first = await reviewOf(actions[0] ?? '');
    const second = await reviewOf(actions[1] ?? '');
    await services.decideReview(reviewer, second.id, approval(second));
    const result = await services.decideSequence(reviewer, 's-steps', {
      decision: 'reject',
      items: [{ id: first.id, fingerprint: first.fingerprint }],
      reason: 'not now',
    });
    expect(result.items).toMatchObject([{ status: 'done', state: 'rejected' }]);
    expect(await Promise.all(actions.map(stateOf))).toEqual([
      'rejected',
      'cancelled',
      'cancelled',
      'held',
      'held',
      'held',
    ]);
    const foreign = await held();
    expect(
      await codeOf(
        services.decideSequence(reviewer, 's-steps', { decision: 'approve', items: [foreign], reason: null }),
      ),
    ).toBe('invalid_request');
  });

  it('waits for a veto where nobody has to approve, once', async () => {
    await policy({
      grants: OPEN_POLICY.grants,
      trust: { ...HELD.trust, audit_share: 0 },
      review: { veto_ms: { outreach_push: HOUR_MS } },
    });
    const { services } = system.app;
    const proposed = async () => (await services.propose(system.caller, proposal(`contact/${await someone()}`))).action;
    const [vetoed, hastened] = [await proposed(), await proposed()];
    expect(await services.getScheduled(reviewer, vetoed)).toMatchObject({ waits: 'veto', still_valid: true });
    const early = { at: isoOf(Date.now() + MINUTE_MS), reason: null };
    expect(await codeOf(services.moveScheduled(reviewer, vetoed, early))).toBe('invalid_request');
    expect(await services.cancelScheduled(reviewer, vetoed, 'not this one')).toMatchObject({ state: 'cancelled' });
    expect(await codeOf(services.getScheduled(reviewer, vetoed))).toBe('not_found');
    expect(await codeOf(services.sendNow({ ...reviewer, kind: 'agent' }, hastened, { reason: null }))).toBe(
      'forbidden',
    );
    await services.sendNow(reviewer, hastened, { reason: 'go' });
    await until(async () => (await stateOf(hastened)) === 'executed');
    await policy({});
  });

  it('stops what is paused, and goes on when the pause ends', async () => {
    await policy({ grants: OPEN_POLICY.grants, trust: { ...HELD.trust, audit_share: 0 } });
    const { services } = system.app;
    const pause = await services.setPause(reviewer, { scope: 'sender', value: 'amy', reason: 'warming up' });
    const send = async (sender: string) =>
      (await services.propose(system.caller, proposal(`contact/${await someone()}`, { sender }))).action;
    const paused = await send('amy');
    const free = await send('ben');
    expect(await services.getScheduled(reviewer, paused)).toMatchObject({ waits: 'pause', still_valid: true });
    await until(async () => (await stateOf(free)) === 'executed');
    expect((await services.listPauses(reviewer)).map(({ id, affects }) => [id, affects])).toEqual([[pause.id, 1]]);
    await services.releasePause(reviewer, pause.id);
    await until(async () => (await stateOf(paused)) === 'executed');
    expect(await services.listPauses(reviewer)).toEqual([]);
    expect(await codeOf(services.releasePause(reviewer, pause.id))).toBe('not_found');
    await policy({});
  });

  it('puts drafts off for which reviewers have no time, the best first', async () => {
    const today = await system.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM reviews WHERE queue <> 'blocked'`,
    );
    await policy({ review: { capacity_per_day: (today[0]?.count ?? 0) + 1 } });
    const { services } = system.app;
    await held();
    const deferred = async (confidence: number) => {
      const { action } = await services.propose(system.caller, proposal(`contact/${await someone()}`, { confidence }));
      return services.getScheduled(reviewer, action);
    };
    const [weak, strong] = [await deferred(0.4), await deferred(0.9)];
    expect([weak.waits, strong.waits]).toEqual(['capacity', 'capacity']);
    expect(strong.at < weak.at).toBe(true);
    expect((await services.summarizeReviews(reviewer)).capacity.per_day).toBe((today[0]?.count ?? 0) + 1);
    await policy({});
  });

  it('does not let an approval outlive what comes in the time to undo it', async () => {
    const { services } = system.app;
    const review = await held();
    await services.decideReview(reviewer, review.id, approval(review));
    await services.acceptOutcomes(system.caller, [event('reply_positive', `contact/${review.recipient?.external_id}`)]);
    expect(await services.getScheduled(reviewer, review.action)).toMatchObject({ still_valid: false });
    const { state } = await services.sendNow(reviewer, review.action, { reason: null });
    expect(['held', 'denied']).toContain(state);
  });

  it('does not send to an address that is suppressed and that the person got after the draft', async () => {
    const { services } = system.app;
    const review = await held();
    const contact = review.recipient?.external_id ?? '';
    await services.decideReview(reviewer, review.id, approval(review));
    const value = `${contact}@elsewhere.example`;
    await services.suppressions.add(system.caller, { scope: 'email', value, reason: 'a test', source: 'test' });
    await services.putContact(system.caller, contact, { email: value });
    expect(await services.getScheduled(reviewer, review.action)).toMatchObject({ still_valid: false });
    expect(await services.sendNow(reviewer, review.action, { reason: null })).toMatchObject({ state: 'denied' });
  });

  it('verifies, rebuilds and replays everything that the tests before did', async () => {
    const { app, caller } = system;
    expect(await app.services.verify(caller)).toMatchObject({ ok: true, faults: [] });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });
});
