/**
 * A host that is killed after its last backup, restored from it, and asked by its senders for everything once more. Who was reached is
 * counted at a real mail server, and in the journals of both hosts, where each attempt is before the channel is called: no restore can
 * forget either.
 */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ReconcileReport } from '../src/actors/restore/reconcile-report.port.ts';
import type { JournalAttempt, JournalEntry } from '../src/domain/journal.ts';
import { OPEN_POLICY, PROSPECT, REACHABLE, until } from './app.fixture.ts';
import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { serve, Workplace } from './process.fixture.ts';
import type { ServerProcess } from './process.fixture.ts';
import { SmtpSink } from './smtp-sink.ts';

const KEY = 'gh_default_restore-test';
const BEFORE_BACKUP = 15;
const AFTER_BACKUP = 30;
const CONTACTS = 40;
const LEAVER = CONTACTS - 1;

function attemptsOf(folder: string): readonly JournalAttempt[] {
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalEntry)
      .filter((entry) => entry.kind === 'attempt'),
  );
}

describePostgres('an installation that is lost after its backup', (serverUrl) => {
  const lost = new Workplace();
  const found = new Workplace();
  const databases: PostgresDatabase[] = [];
  const sink = new SmtpSink();
  let smtpUrl = '';
  beforeAll(async () => {
    smtpUrl = await sink.listen();
  });
  afterAll(async () => {
    await sink[Symbol.asyncDispose]();
    lost[Symbol.dispose]();
    found[Symbol.dispose]();
    for (const database of databases) await database.drop();
  });

  const start = (place: Workplace, database: PostgresDatabase) =>
    serve(place, {
      DATABASE_URL: database.url,
      GATEHOUSE_ADMIN_KEY: KEY,
      SMTP_URL: smtpUrl,
      GATEHOUSE_MAIL_FROM: 'Ada <ada@seller.example>',
    });

  const ask = async (host: ServerProcess, method: string, path: string, body: unknown): Promise<number> => {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.text();
    return response.status;
  };
  const propose = (host: ServerProcess, contact: number, id: string): Promise<number> =>
    ask(host, 'POST', '/v1/proposals', {
      id,
      action_type: 'outreach_push',
      lane: 'operator',
      subject: `contact/c${contact}`,
      content: { subject: `Hello ${id}`, body: 'A question about your plans.' },
    });
  const leave = (host: ServerProcess): Promise<number> =>
    ask(host, 'POST', '/v1/outcomes', {
      specversion: '1.0',
      id: 'bye',
      source: '/test',
      type: 'unsubscribe',
      subject: `contact/c${LEAVER}`,
      data: {},
    });
  const range = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from }, (_, at) => from + at);

  async function introduce(host: ServerProcess): Promise<void> {
    expect(await ask(host, 'PUT', '/v1/policy', OPEN_POLICY)).toBe(200);
    expect(await ask(host, 'POST', '/v1/modes', { mode: 'live', reason: 'real e-mail' })).toBe(200);
    for (const contact of range(0, CONTACTS)) {
      await ask(host, 'PUT', `/v1/accounts/a${contact}`, { ...PROSPECT, domain: `a${contact}.example` });
      const facts = { ...REACHABLE, account: `a${contact}`, email: `someone@a${contact}.example` };
      expect(await ask(host, 'PUT', `/v1/contacts/c${contact}`, facts)).toBe(200);
    }
  }

  it('reaches nobody twice, keeps opt-outs, and says what it does not know', { timeout: 400_000 }, async () => {
    const [old, fresh] = [await createDatabase(serverUrl), await createDatabase(serverUrl)];
    databases.push(old, fresh);
    const host = await start(lost, old);
    await introduce(host);
    for (const contact of range(0, BEFORE_BACKUP)) expect(await propose(host, contact, `first-${contact}`)).toBe(202);
    const backup = join(found.dataDir, 'backup');
    const written = await lost.run(['backup', '--to', backup, '--json'], { DATABASE_URL: old.url });
    expect(written.stderr).toBe('');

    for (const contact of range(BEFORE_BACKUP, AFTER_BACKUP))
      expect(await propose(host, contact, `first-${contact}`)).toBe(202);
    expect(await leave(host)).toBe(202);
    // One more than these arrives before the host dies, with others of the last ones under way.
    await until(async () => sink.deliveries.length >= AFTER_BACKUP);
    const last = Promise.allSettled(
      range(AFTER_BACKUP, LEAVER).map((contact) => propose(host, contact, `first-${contact}`)),
    );
    await until(async () => sink.deliveries.length > AFTER_BACKUP);
    await host.end('SIGKILL');
    await last;

    const env = { DATABASE_URL: fresh.url, SMTP_URL: smtpUrl };
    expect((await found.run(['restore', '--from', backup], env)).stderr).toBe('');
    const journals = join(found.dataDir, 'journals');
    cpSync(join(lost.dataDir, 'journal'), journals, { recursive: true });
    const reconciled = await found.run(['restore', 'reconcile', '--journal', journals, '--json'], env);
    const report = JSON.parse(reconciled.stdout) as ReconcileReport;
    expect(report.journal).toMatchObject({ state: 'complete', gaps: [] });
    expect(report.suppressions).toBeGreaterThan(0);
    // Each attempt of after the backup is accounted for: by its effect, or by a permit that was open.
    const before = attemptsOf(journals);
    const effects = new Set(report.effects.map((effect) => effect.permit));
    expect(effects.size).toBeGreaterThanOrEqual(AFTER_BACKUP - BEFORE_BACKUP - 5);
    expect(before.filter((attempt) => effects.has(attempt.permit)).length).toBe(effects.size);

    const again = await start(found, fresh);
    // Senders send all of it again: what they know of the contacts, the proposals, and the opt-out that got lost.
    await introduce(again);
    for (const contact of range(0, LEAVER)) await propose(again, contact, `first-${contact}`);
    // And more: something new for everybody, and for the one who left.
    for (const contact of range(0, CONTACTS)) await propose(again, contact, `second-${contact}`);
    const journal = join(found.dataDir, 'journal');
    // Whoever was not reached before may be reached now, once.
    const reachedBefore = new Set(before.map((attempt) => attempt.person));
    const expected = LEAVER - reachedBefore.size;
    await until(async () => attemptsOf(journal).length >= expected);
    await again.end('SIGTERM');

    const all = [...before, ...attemptsOf(journal)];
    expect(new Set(all.map((attempt) => attempt.permit)).size).toBe(all.length);
    // The cooldown of a contact is three days, so each may have been reached once.
    const persons = all.map((attempt) => attempt.person);
    expect(new Set(persons).size).toBe(persons.length);
    expect(persons.length).toBe(LEAVER);
    // What really arrived: nothing twice, nothing that was not attempted, and all but what the dying host may have held.
    const arrived = sink.deliveries.map((delivery) => delivery.to);
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(arrived).not.toContain(`someone@a${LEAVER}.example`);
    const unknown =
      report.effects.filter((effect) => effect.result === 'uncertain').length + report.open_permits.unknown.length;
    expect(arrived.length).toBeGreaterThanOrEqual(LEAVER - unknown);
    expect(arrived.length).toBeGreaterThan(AFTER_BACKUP);
    for (const check of [['verify'], ['rebuild', '--check'], ['replay', '--all']])
      expect((await found.run(check, env)).code).toBe(0);
  });
});
