/** Two lanes on one memory: what inbound hears, TAM's next decision rests on, and when both want one contact, one message goes out. */

import { afterAll, beforeAll, expect, it } from 'vitest';

import { DAY_MS } from '../src/domain/instant.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { EventInput, TraceView } from '../src/gateway/services.port.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases, describePostgres } from './needs.ts';
import { knowPeople, twoHosts } from './two-hosts.fixture.ts';

const HELD: Policy = { ...OPEN_POLICY, name: 'held', grants: [] };
const EXPENSIVE = 'To be honest, this is too expensive for us this year.';

const COMMITTEE = {
  champion: 'Director of Revenue Operations',
  buyer: 'Chief Financial Officer',
  engineer: 'Security Engineer',
} as const;
type Member = keyof typeof COMMITTEE;

/** Nothing needs an approval, and a contact is left alone for three days after a message. */
const RACE: Policy = {
  ...OPEN_POLICY,
  name: 'race',
  cooldown: { contact_ms: 3 * DAY_MS, account_ms: 0, domain_ms: 0, channel_ms: {} },
  trust: { ...OPEN_POLICY.trust, audit_share: 0 },
};

describeDatabases('two lanes', (database) => {
  let system: TestApp;
  let made = 0;

  beforeAll(async () => {
    system = await testApp(database);
    await system.app.services.applyPolicy(system.caller, HELD);
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  /** A company that fits, with a committee of three; returns its name. */
  async function company(): Promise<string> {
    made += 1;
    const name = `lanes${made}`;
    const { services } = system.app;
    await services.putAccount(system.caller, name, {
      ...PROSPECT,
      name,
      domain: `${name}.example`,
      employees: 300,
      vertical: 'SaaS',
      annual_revenue_minor: 3_000_000_000,
      tech_fit: 90,
      growth_percent: 45,
      intent_score: 80,
    });
    for (const [member, title] of Object.entries(COMMITTEE))
      await services.putContact(system.caller, `${name}-${member}`, {
        ...REACHABLE,
        title,
        email: `${member}@${name}.example`,
        account: name,
      });
    return name;
  }

  const said = (name: string, text: string, member: Member = 'champion'): EventInput =>
    event('chat.message_received', `contact/${name}-${member}`, { text });
  const look = (name: string, member: Member): EventInput =>
    event('schedule.review_due', `contact/${name}-${member}`, { job: 'weekly look at the committee' });

  /** What came of the last of these signals, all of which are sent in one request and so in one commit. */
  async function decisionAfter(...events: readonly EventInput[]): Promise<TraceView> {
    const receipts = await system.app.services.acceptSignals(system.caller, events);
    const last = receipts.at(-1);
    const [decision = ''] = last?.status === 'accepted' ? last.decisions : [];
    return system.app.services.traceDecision(system.caller, decision);
  }

  const typeOf = ({ decision }: TraceView) => decision.action?.type ?? 'none';

  it('lets TAM write to the champion first while nobody has objected', async () => {
    const trace = await decisionAfter(look(await company(), 'champion'));
    expect(typeOf(trace)).toBe('outreach_push');
    expect(trace.shown).toEqual({ notes: [], examples: [] });
  });

  it('cites an objection of the same commit, and turns to who decides about it', async () => {
    const name = await company();
    const buyer = await decisionAfter(said(name, EXPENSIVE), look(name, 'buyer'));
    const [note] = buyer.shown.notes;
    expect(note).toMatchObject({ kind: 'objection', text: EXPENSIVE });
    const commits = await system.rows(
      `SELECT DISTINCT appended_on FROM ledger WHERE (type = 'decision.made' AND position($1 in body) > 0) OR (type = 'note.recorded' AND position($2 in body) > 0)`,
      [buyer.decision.id, note?.note ?? ''],
    );
    expect(commits).toHaveLength(1);
    expect(note?.why).toContain('about the price, which this person decides');
    expect(typeOf(buyer)).toBe('outreach_push');
    expect(buyer.decision.reason).toContain('an objection about the price is open');
    const { items } = await system.app.services.listReviews(system.caller, { limit: 200, cursor: null });
    const draft = items.find(({ decision }) => decision === buyer.decision.id);
    expect(draft?.rendered.body).toContain('If the price is a question');
    expect(draft?.rendered.body).not.toContain(EXPENSIVE);
    expect(draft?.evidence.find(({ kind }) => kind === 'note')).toMatchObject({ id: note?.note, text: note?.why });
    const engineer = await decisionAfter(look(name, 'engineer'));
    expect(engineer.shown.notes[0]?.note).toBe(note?.note);
    expect(engineer.shown.notes[0]?.why).toContain('nobody else is written to before it is answered');
    expect(typeOf(engineer)).toBe('crm_update');
    expect(engineer.steps.find(({ type }) => type === 'decision.made')?.summary).toContain(note?.note);
  });

  it.each([
    ['an e-mail', 'inbound', true],
    ['our own e-mail', 'outbound', false],
  ] as const)('reads objections in %s', async (_title, direction, counts) => {
    const name = await company();
    const mail = event('crm.conversation_logged', `contact/${name}-champion`, {
      medium: 'email',
      direction,
      conversation: `mail-${name}`,
      text: 'Hello Kim,\n\nI am concerned about security: who can read our data?',
    });
    const trace = await decisionAfter(mail, look(name, 'buyer'));
    expect(trace.shown.notes.map(({ kind }) => kind)).toEqual(counts ? ['objection'] : []);
  });

  it('reads objections in the text of a reply', async () => {
    const name = await company();
    const data = { text: 'Thank you, but this is not a priority for us.' };
    await system.app.services.acceptOutcomes(system.caller, [event('reply_neutral', `contact/${name}-champion`, data)]);
    const trace = await decisionAfter(look(name, 'engineer'));
    expect(trace.shown.notes[0]?.why).toContain('about the need for it');
  });

  it('shows an account its objection too, until it is taken back', async () => {
    const name = await company();
    const { services } = system.app;
    const atAccount = () => decisionAfter(event('schedule.review_due', `account/${name}`, { job: 'weekly' }));
    await services.acceptSignals(system.caller, [said(name, EXPENSIVE)]);
    const trace = await atAccount();
    expect(trace.shown.notes).toHaveLength(1);
    await services.retractNote(system.caller, trace.shown.notes[0]?.note ?? '', 'They meant somebody else.');
    expect((await atAccount()).shown.notes).toEqual([]);
  });

  it('takes what a person noted by hand as what a rule found', async () => {
    const name = await company();
    const { services } = system.app;
    await services.recordNote(system.caller, {
      id: `n-${name}`,
      subject: `account/${name}`,
      kind: 'objection',
      text: 'Their works council asks how the data is encrypted.',
      predicate: null,
      value: null,
      observed_at: null,
      valid_from: null,
      valid_to: null,
      confidence: null,
      source: null,
      ordinal: null,
      links: [],
    });
    const trace = await decisionAfter(look(name, 'champion'));
    expect(trace.shown.notes[0]?.why).toContain('about security, which others decide');
  });

  it('forgets the objection of somebody who was erased, and proves what rested on it', async () => {
    const name = await company();
    const { services } = system.app;
    const before = await decisionAfter(said(name, EXPENSIVE), look(name, 'engineer'));
    expect(before.shown.notes[0]?.text).toBe(EXPENSIVE);
    const hindsight = () => services.past.hindsight(system.caller, before.decision.id);
    expect(await hindsight()).toMatchObject({ known: 'proven', result: 'same' });
    await services.eraseSubject(system.caller, `contact/${name}-champion`, 'Asked for it.');
    const after = await decisionAfter(look(name, 'buyer'));
    expect(after.shown.notes).toEqual([]);
    const again = await services.traceDecision(system.caller, before.decision.id);
    expect(again.shown.notes).toMatchObject([{ text: null, why: before.shown.notes[0]?.why }]);
    expect(await hindsight()).toMatchObject({ known: 'proven', result: 'same' });
  });

  it('carries an objection along with a merge', async () => {
    const [one, other] = [await company(), await company()];
    const { services } = system.app;
    await services.acceptSignals(system.caller, [said(other, EXPENSIVE)]);
    await services.identities.mergeInto(system.caller, 'account', other, {
      into: one,
      reason: 'One company.',
      request_id: null,
    });
    await until(async () => (await decisionAfter(look(one, 'engineer'))).shown.notes.length === 1);
  });

  it('sends one message when both lanes want the same contact at once', async () => {
    const { services } = system.app;
    await services.applyPolicy(system.caller, RACE);
    const names = await Promise.all(Array.from({ length: 6 }, () => company()));
    const race = names.flatMap((name) =>
      (['inbound', 'tam', 'tam', 'inbound'] as const).map((lane) =>
        services.propose(system.caller, proposal(`contact/${name}-buyer`, { lane })),
      ),
    );
    const decisions = await Promise.all(race);
    const verdicts = await Promise.all(
      decisions.map(async ({ decision }) => (await services.getDecision(system.caller, decision)).verdict),
    );
    for (const [index, name] of names.entries()) {
      const mine = verdicts.slice(index * 4, index * 4 + 4);
      expect([name, mine.filter((verdict) => verdict === 'pass')]).toEqual([name, ['pass']]);
    }
  });

  it('follows from the ledger, and every verdict is reached again', async () => {
    const { services } = system.app;
    expect((await services.rebuildCheck(system.caller)).differences).toEqual([]);
    expect(await services.replayAll(system.caller)).toMatchObject({ different: 0, facts_differ: 0 });
  });
});

describePostgres('two lanes on two hosts', (serverUrl) => {
  it('send one message to each contact that both want at the same moment', { timeout: 120_000 }, async () => {
    await using hosts = await twoHosts(serverUrl);
    const { one, two, caller, rows } = hosts;
    await one.services.applyPolicy(caller, RACE);
    const contacts = Array.from({ length: 12 }, (_, index) => `race${index}`);
    await knowPeople(hosts, contacts);
    await Promise.all(
      contacts.flatMap((name) => [
        one.services.propose(caller, proposal(`contact/${name}`, { lane: 'inbound' })),
        two.services.propose(caller, proposal(`contact/${name}`, { lane: 'tam' })),
      ]),
    );
    // Whatever was proposed has been decided, and whatever passed has been sent.
    await until(async () => {
      const [left] = await rows<{ n: number }>(
        `SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM permits WHERE state IN ('granted', 'claimed'))
           + (SELECT 24 - count(*) FROM decisions WHERE verdict <> 'none') AS n`,
      );
      return Number(left?.n) === 0;
    });
    const sent = await rows<{ subject: string; n: number }>(
      `SELECT d.subject_id AS subject, count(*)::int AS n FROM executions e JOIN permits p ON p.tenant = e.tenant AND p.id = e.permit
       JOIN decisions d ON d.tenant = p.tenant AND d.action = p.action WHERE e.state = 'sent' GROUP BY 1`,
    );
    expect(sent.map(({ n }) => n)).toEqual(contacts.map(() => 1));
  });
});
