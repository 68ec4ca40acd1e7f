/** What reviewers approved or edited, as the next similar draft has it: kept, shown, taken back, erased, and all of it derived from the ledger again. */

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { JsonObject } from '../src/domain/json.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { ReviewView } from '../src/gateway/review.port.ts';
import type { TraceView } from '../src/gateway/services.port.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases, describePostgres } from './needs.ts';
import { knowPeople, twoHosts } from './two-hosts.fixture.ts';

/** Every draft of a sales e-mail waits for a person, and an approval can be taken back. */
const HELD: Policy = { ...OPEN_POLICY, name: 'held', grants: [] };

const BODY = 'Hello {{first_name}},\n\nThank you for your visit. Would a short call this week help?';

describeDatabases('examples', (database) => {
  let system: TestApp;
  let made = 0;

  beforeAll(async () => {
    system = await testApp(database);
    await system.app.services.applyPolicy(system.caller, HELD);
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  /** An economic buyer of a company that fits, who has just looked at the price; returns what was decided. */
  async function visitor(): Promise<{ readonly who: string; readonly trace: TraceView }> {
    const { services } = system.app;
    const who = await somebody();
    const [receipt] = await services.acceptSignals(system.caller, [
      event('web.page_viewed', `contact/${who}`, { page: 'pricing' }),
    ]);
    const [decision = ''] = receipt?.status === 'accepted' ? receipt.decisions : [];
    return { who, trace: await services.traceDecision(system.caller, decision) };
  }

  async function somebody(): Promise<string> {
    made += 1;
    const who = `v${made}`;
    const { services } = system.app;
    await services.putAccount(system.caller, `${who}-co`, {
      ...PROSPECT,
      name: who,
      domain: `${who}.example`,
      employees: 300,
      vertical: 'SaaS',
      annual_revenue_minor: 3_000_000_000,
      tech_fit: 90,
      growth_percent: 45,
      intent_score: 80,
    });
    await services.putContact(system.caller, who, {
      ...REACHABLE,
      name: `Kim ${who}`,
      title: 'Chief Financial Officer',
      email: `kim@${who}.example`,
      account: `${who}-co`,
    });
    return who;
  }

  async function reviewOf(action: string | undefined): Promise<ReviewView> {
    const page = await system.app.services.listReviews(system.caller, { limit: 200, cursor: null });
    const found = page.items.find((item) => item.action === action);
    if (found === undefined) throw new Error(`${action} is not held`);
    return found;
  }

  async function decide(trace: TraceView, decision: 'approve' | 'edit', content: JsonObject | null = null) {
    const review = await reviewOf(trace.decision.action?.id);
    await system.app.services.decideReview(system.caller, review.id, {
      decision,
      fingerprint: review.fingerprint,
      reason: null,
      content,
    });
    return review;
  }

  const choiceOf = async ({ decision }: TraceView) => {
    const [row] = await system.rows<{ choice: string }>('SELECT choice FROM decisions WHERE id = $1', [decision.id]);
    return JSON.parse(row?.choice ?? '{}') as { readonly example?: string; readonly reason: string };
  };
  const shownTo = ({ steps }: TraceView): readonly string[] | undefined => {
    const made = steps.find(({ type }) => type === 'decision.made');
    return (made?.data as { readonly examples?: readonly string[] } | undefined)?.examples;
  };
  const kept = () =>
    system.rows<{ id: string; edited: boolean; content: string | null; withdrawn_at: number | null }>(
      'SELECT id, edited, content, withdrawn_at FROM examples ORDER BY approved_at, id',
    );

  it('shows nothing while nobody has approved anything', async () => {
    const { trace } = await visitor();
    expect(trace.decision.action?.type).toBe('outreach_push');
    expect(shownTo(trace)).toBeUndefined();
    expect(await kept()).toEqual([]);
  });

  it('words the next draft to somebody of the same kind as a person had edited it', async () => {
    const first = await visitor();
    await decide(first.trace, 'edit', { subject: 'Your visit', body: BODY });
    const [example] = await kept();
    expect(example).toMatchObject({ edited: true, withdrawn_at: null });
    const next = await visitor();
    expect(shownTo(next.trace)).toEqual([example?.id]);
    expect(await choiceOf(next.trace)).toMatchObject({ example: example?.id });
    const review = await reviewOf(next.trace.decision.action?.id);
    const { subject, body } = review.content as { readonly subject: string; readonly body: string };
    expect(subject).toBe('Your visit');
    expect(body).toContain(BODY);
    expect(JSON.stringify(review.content)).toContain('unsubscribe');
    // Approved without a change it is an example as well, and the edited one still goes before it.
    await decide(next.trace, 'approve');
    expect(await kept()).toHaveLength(2);
    expect((await choiceOf((await visitor()).trace)).example).toBe(example?.id);
  });

  it('keeps no text that may name somebody', async () => {
    const before = await kept();
    for (const body of ['Hello Kim,\n\nWould a call help?', 'Hello {{first_name}}, call me at 030 1234567.']) {
      const { trace } = await visitor();
      await decide(trace, 'edit', { subject: 'Your visit', body });
    }
    expect(await kept()).toEqual(before);
  });

  it('learns from what an agent proposed, when it said what it answers', async () => {
    const { services } = system.app;
    const content = { subject: 'Our talk', body: 'Hello {{first_name}},\n\nShall we talk next week?' };
    const about = { signal: 'chat.message_received', persona: 'champion' } as const;
    for (const changes of [{ ...about, step: 2 }, { step: 1 }]) {
      const who = await somebody();
      const { decision } = await services.propose(system.caller, proposal(`contact/${who}`, { content, ...changes }));
      await decide(await services.traceDecision(system.caller, decision), 'approve');
    }
    const rows = await system.rows(`SELECT step, signal, persona, edited FROM examples WHERE persona = 'champion'`);
    expect(rows).toEqual([{ step: 2, signal: 'chat.message_received', persona: 'champion', edited: false }]);
  });

  it('forgets what an undone approval had left', async () => {
    const { trace } = await visitor();
    const review = await decide(trace, 'edit', { subject: 'Your visit', body: `${BODY} Or next month?` });
    const mine = (await kept()).at(-1);
    expect(shownTo((await visitor()).trace)).toContain(mine?.id);
    await system.app.services.undoReview(system.caller, review.id, { reason: 'Too early.' });
    const [last] = (await kept()).slice(-1);
    expect(last?.id).toBe(mine?.id);
    expect(last?.withdrawn_at).not.toBeNull();
    expect(shownTo((await visitor()).trace)).not.toContain(mine?.id);
  });

  it('proves decisions that had examples, also when a text was erased since', async () => {
    const { services } = system.app;
    const author = await visitor();
    await decide(author.trace, 'edit', { subject: 'Your visit', body: `${BODY} Or in the morning?` });
    const mine = (await kept()).at(-1);
    const { trace } = await visitor();
    expect((await choiceOf(trace)).example).toBe(mine?.id);
    const proven = await services.past.hindsight(system.caller, trace.decision.id);
    expect(proven).toMatchObject({ known: 'proven', result: 'same' });
    await services.eraseSubject(system.caller, `contact/${author.who}`, 'Asked for it.');
    expect((await kept()).find(({ id }) => id === mine?.id)?.content).toBeNull();
    expect(shownTo((await visitor()).trace)).not.toContain(mine?.id);
    expect(await services.past.hindsight(system.caller, trace.decision.id)).toMatchObject({ known: 'proven' });
  });

  it('follows from the ledger, and every verdict is reached again', async () => {
    const { services } = system.app;
    expect((await services.rebuildCheck(system.caller)).differences).toEqual([]);
    const all = await services.replayAll(system.caller);
    expect(all).toMatchObject({ different: 0 });
    await system.sql.asOwner((session) =>
      session.query(`UPDATE examples SET persona = 'user' WHERE persona = 'champion'`),
    );
    expect((await services.rebuildCheck(system.caller)).differences).toMatchObject([{ kind: 'example' }]);
  });
});

describePostgres('examples of two hosts', (serverUrl) => {
  it('are kept whichever host the approval comes to', { timeout: 120_000 }, async () => {
    await using hosts = await twoHosts(serverUrl);
    const { one, two, caller, rows } = hosts;
    await one.services.applyPolicy(caller, HELD);
    const people = Array.from({ length: 8 }, (_, index) => `two${index}`);
    await knowPeople(hosts, people);
    for (const who of people)
      await one.services.propose(
        caller,
        proposal(`contact/${who}`, {
          content: { subject: 'Our talk', body: BODY },
          signal: 'chat.message_received',
          persona: 'champion',
        }),
      );
    const held = async () => (await two.services.listReviews(caller, { limit: 200, cursor: null })).items;
    await until(async () => (await held()).length === people.length);
    // Those of partitions of the other host travel through the inbox.
    const items = (await held()).map(({ id, fingerprint }) => ({ id, fingerprint }));
    await two.services.decideReviews(caller, { decision: 'approve', reason: null, items });
    await until(async () => (await rows(`SELECT 1 FROM examples`)).length === people.length);
    expect(await rows(`SELECT DISTINCT content::json ->> 'body' AS body FROM examples`)).toEqual([{ body: BODY }]);
    expect((await one.services.rebuildCheck(caller)).differences).toEqual([]);
  });
});
