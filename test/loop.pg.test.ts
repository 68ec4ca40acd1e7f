/** The loop on real databases: what goes in, what the gate lets out, and what the database itself refuses. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { asId } from '../src/domain/ids.ts';
import { event, knowProspect, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases, describePostgres } from './needs.ts';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof GatehouseError ? error.code : `not refused: ${String(error)}`;
}

describeDatabases('the loop', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  it('turns a signal into a traced decision that replays the same', async () => {
    const { app, caller } = system;
    const [accepted] = await app.services.acceptSignals(caller, [
      event('web.form_submitted', 'lead/l1', { form: 'demo' }),
    ]);
    if (accepted?.status !== 'accepted') throw new Error('refused');
    const [id = ''] = accepted.decisions;
    const trace = await app.services.traceDecision(caller, id);
    expect(trace.steps.map((step) => step.step)).toEqual(['signal', 'triage', 'decision', 'proposal', 'gate']);
    expect(trace.decision.verdict).toBe('hold');
    expect(trace.gate).toHaveLength(21);
    expect((await app.services.replayDecision(caller, id)).result).toBe('identical');
  });

  it('takes the same event once and refuses the same id with other content', async () => {
    const { app, caller, rows } = system;
    const first = event('web.page_viewed', 'lead/l2', { page: 'blog' });
    await app.services.acceptSignals(caller, [first]);
    const [again] = await app.services.acceptSignals(caller, [first]);
    expect(again).toMatchObject({ duplicate: true });
    const other = { ...first, data: { page: 'docs' }, dataText: '{"page":"docs"}' };
    expect(await codeOf(app.services.acceptSignals(caller, [other]))).toBe('conflict');
    const fresh = event('web.page_viewed', 'lead/l2', { page: 'blog' });
    expect(await codeOf(app.services.acceptSignals(caller, [fresh, other]))).toBe('conflict');
    expect(await rows('SELECT 1 FROM inbox WHERE id = $1', [fresh.id])).toEqual([]);
  });

  it('keeps NUL, lone surrogates and large numbers byte for byte', async () => {
    const { app, caller } = system;
    const dataText = '{"form":"a\\u0000b \\ud800 \' OR 1=1; --","n":12345678901234567890.10}';
    await app.services.acceptSignals(caller, [
      event('web.form_submitted', 'account/bytes', {}, { data: { form: 'x' }, dataText }),
    ]);
    const page = await app.services.accountEvents(caller, 'bytes', { limit: 50, cursor: null });
    expect(page.items.find((item) => item.type === 'signal.received')?.payload_text).toBe(dataText);
  });

  it('says that a proposal was made already when the gate is asked about its id again', async () => {
    const { app, caller } = system;
    const made = proposal('contact/asked-twice');
    await app.services.propose(caller, made);
    expect(await codeOf(app.services.checkGate(caller, made))).toBe('state_conflict');
  });

  it('executes a permitted action once, in the sandbox', async () => {
    const { app, caller, rows } = system;
    await knowProspect(system);
    const { action } = await app.services.propose(caller, proposal('contact/someone'));
    await until(async () => (await app.services.getDecision(caller, action)).action?.state === 'executed');
    const executions = await rows<{ state: string }>(
      'SELECT e.state FROM executions e JOIN permits p ON p.tenant = e.tenant AND p.id = e.permit WHERE p.action = $1',
      [action],
    );
    expect(executions).toEqual([{ state: 'sent' }]);
  });

  it('holds a second touch back and names the reasons', async () => {
    const { app, caller } = system;
    await knowProspect(system, 'cooled');
    await app.services.propose(caller, proposal('contact/cooled'));
    const { decision } = await app.services.propose(caller, proposal('contact/cooled'));
    const view = await app.services.getDecision(caller, decision);
    expect(['deny', 'schedule']).toContain(view.verdict);
    expect(view.reasons.map((reason) => reason.code).join()).toMatch(/cooldown_(contact|account)/);
  });

  it('lets a person release a held action, refuses an agent, an old draft and a second decision', async () => {
    const { app, caller } = system;
    await app.services.acceptSignals(caller, [event('web.form_submitted', 'lead/reviewed', {})]);
    await app.services.applyPolicy(caller, {
      ...(await app.services.getPolicy(caller)).policy,
      name: 'strict',
      grants: [],
    });
    const [accepted] = await app.services.acceptSignals(caller, [event('web.form_submitted', 'lead/reviewed2', {})]);
    const [id = ''] = accepted?.status === 'accepted' ? accepted.decisions : [];
    const { action } = await app.services.getDecision(caller, id);
    const reviews = await app.services.listReviews(caller, { limit: 200, cursor: null });
    const review = reviews.items.find((item) => item.action === action?.id);
    if (review === undefined) throw new Error('nothing is held');
    const decide = { decision: 'approve' as const, fingerprint: review.fingerprint, reason: null, content: null };
    expect(await codeOf(app.services.decideReview({ ...caller, kind: 'agent' }, review.id, decide))).toBe('forbidden');
    expect(await codeOf(app.services.decideReview(caller, review.id, { ...decide, fingerprint: 'old' }))).toBe(
      'content_changed',
    );
    const decided = await app.services.decideReview(caller, review.id, decide);
    // The approval can still be undone.
    expect(decided.action_state).toBe('scheduled');
    expect(await codeOf(app.services.decideReview(caller, review.id, decide))).toBe('state_conflict');
    await app.services.sendNow(caller, review.action, { reason: null });
    await until(async () => (await app.services.getDecision(caller, id)).action?.state === 'executed');
  });

  it('executes nothing while the kill switch is engaged, and goes on afterwards', async () => {
    const { app, caller } = system;
    await knowProspect(system, 'stopped');
    await app.services.setKillSwitch(caller, true, 'test');
    const { decision } = await app.services.propose(caller, proposal('contact/stopped', { action_type: 'crm_update' }));
    expect((await app.services.getDecision(caller, decision)).reasons.map((reason) => reason.code)).toContain(
      'kill_switch_engaged',
    );
    await app.services.setKillSwitch(caller, false, 'test');
    const again = await app.services.propose(
      caller,
      proposal('contact/stopped', { action_type: 'crm_update', lane: 'inbound' }),
    );
    expect((await app.services.getDecision(caller, again.decision)).verdict).not.toBe('pass');
  });

  it('refuses in the database what has no live permit, whatever the program believes', async () => {
    const { rows } = system;
    const insert = (permit: string, at: string, fingerprint: string) =>
      rows(
        `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state) SELECT 'default', ${permit}, 99, ${at}, ${fingerprint}, 'w', now(), 'refused'`,
      );
    await expect(insert(`'nothing'`, '1', `'x'`)).rejects.toThrow(/there is no permit/);
    await rows(`INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail)
      VALUES ('default', 'per_used', 'act_test', 0, 'f', 'sandbox', 1000, 2000, NULL, 'used', 1, '{}'),
        ('default', 'per_test', 'act_test', 0, 'f', 'sandbox', 1000, 2000, 9000000000000000, 'granted', 1, '{}')`);
    await expect(insert(`'per_used'`, '1500', `'f'`)).rejects.toThrow(/is used/);
    await expect(insert(`'per_test'`, '2001', `'f'`)).rejects.toThrow(/is not valid at/);
    await expect(insert(`'per_test'`, '1500', `'g'`)).rejects.toThrow(/content differs/);
    await rows(
      `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state) VALUES ('default', 'per_test', 1, 1500, 'f', 'w', now() + interval '1 day', 'open')`,
    );
    await expect(
      rows(
        `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state) VALUES ('default', 'per_test', 2, 1500, 'f', 'w', now(), 'open')`,
      ),
    ).rejects.toThrow(/single_use/);
  });

  it('lets another attempt follow only where the last one certainly did not act', async () => {
    const { rows } = system;
    const change = (what: string) => rows(`UPDATE executions SET ${what} WHERE permit = 'per_test'`);
    await change(`state = 'sent'`);
    await expect(change(`attempt = 2, state = 'open'`)).rejects.toThrow(/attempt 1 at permit per_test is sent/);
    await change(`state = 'absent'`);
    await expect(change(`attempt = 2, state = 'open', at = 2001`)).rejects.toThrow(/is not valid at/);
    await expect(change(`attempt = 2, state = 'open', fingerprint = 'g'`)).rejects.toThrow(/content differs/);
    await change(`attempt = 2, state = 'open'`);
    await rows(`UPDATE permits SET state = 'revoked', due_at = NULL WHERE id = 'per_test'`);
    await change(`state = 'absent'`);
    await expect(change(`attempt = 3, state = 'open'`)).rejects.toThrow(/is revoked/);
  });

  it('refuses to change or delete what is on the ledger', async () => {
    const { rows } = system;
    await expect(rows(`UPDATE ledger SET body = '{}' WHERE seq = 1`)).rejects.toThrow(/append-only/);
    await expect(rows('DELETE FROM ledger WHERE seq = 1')).rejects.toThrow(/append-only/);
    await expect(rows('TRUNCATE ledger')).rejects.toThrow(/append-only/);
  });

  it('shows a transaction the rows of its own tenant only', async () => {
    const { sql, app } = system;
    await app.caller('other');
    const tenants = async (role: 'gatehouse_app' | 'gatehouse_runtime', list: readonly string[]) => {
      const found = await sql.transaction({ role, tenants: list.map((name) => asId(name)) }, (session) =>
        session.query<{ tenant: string }>('SELECT DISTINCT tenant FROM ledger ORDER BY 1'),
      );
      return found.map((row) => row.tenant);
    };
    expect(await tenants('gatehouse_app', ['other'])).toEqual(['other']);
    expect(await tenants('gatehouse_app', [])).toEqual([]);
    expect(await tenants('gatehouse_runtime', ['default', 'other'])).toEqual(['default', 'other']);
    await expect(
      sql.transaction({ role: 'gatehouse_app', tenants: [asId('other')] }, (session) =>
        session.query(`INSERT INTO ledger (partition) VALUES (1)`),
      ),
    ).rejects.toThrow(/permission denied/);
  });

  it('links a later outcome to its decision and lets trust know', async () => {
    const { app, caller } = system;
    await app.services.acceptOutcomes(caller, [event('reply_positive', 'contact/someone')]);
    await until(async () =>
      (await app.services.listTrust(caller)).some((cell) => cell.action_type === 'outreach_push' && cell.good > 0.9),
    );
    const report = await app.services.loopReport(caller, { dimension: null });
    expect(report.outcomes.linked).toBeGreaterThan(0);
  });

  it('suppresses an opted-out address everywhere', async () => {
    const { app, caller } = system;
    await app.services.acceptOutcomes(caller, [event('unsubscribe', 'contact/someone')]);
    await until(async () => {
      const check = await app.services.checkGate(caller, proposal('contact/someone'));
      return check.checks.some((item) => item.code === 'suppressed') && check.verdict === 'deny';
    });
  });

  it('verifies, rebuilds and replays everything that the tests before did', async () => {
    const { app, caller } = system;
    expect(await app.services.verify(caller)).toMatchObject({ ok: true, faults: [] });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    const replay = await app.services.replayAll(caller);
    expect(replay).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    expect(replay.identical).toBe(replay.evaluations);
  });
});

describePostgres('on a server', (serverUrl) => {
  it('passes exactly one of 200 concurrent proposals for one contact; the others name the reason', async () => {
    await using system = await testApp({ kind: 'postgres', serverUrl });
    const { app, caller } = system;
    await knowProspect(system);
    const proposed = await Promise.all(
      Array.from({ length: 200 }, () => app.services.propose(caller, proposal('contact/someone'))),
    );
    const views = await Promise.all(proposed.map(({ decision }) => app.services.getDecision(caller, decision)));
    expect(views.filter((view) => view.verdict === 'pass')).toHaveLength(1);
    const others = views.filter((view) => view.verdict !== 'pass');
    expect(
      others.every((view) =>
        view.reasons.some((reason) => reason.code === 'duplicate_open' || reason.code === 'cooldown_contact'),
      ),
    ).toBe(true);
  });
});
