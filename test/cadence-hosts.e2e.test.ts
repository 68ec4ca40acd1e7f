/** Two hosts look for whom plays may begin something, and one of them is killed: every sequence begins once and comes to its end. */
import type { ChildProcess } from 'node:child_process';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { NO_RELATIONS } from '../src/domain/entity.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { OPEN_POLICY, until } from './app.fixture.ts';
import { describePostgres } from './needs.ts';
import { analysis, CONTENT } from './plays.fixture.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { serve, Workplace } from './process.fixture.ts';

const ADMIN = 'gh_default_cadence-hosts-test';
const PEOPLE = 40;

describePostgres('hosts that carry out plays', (serverUrl) => {
  const place = new Workplace();
  const children: ChildProcess[] = [];
  let database: PostgresDatabase;
  let sql: Sql;
  beforeAll(async () => {
    database = await createDatabase(serverUrl);
    sql = createPostgres(database.url, { maxConnections: 2 });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await sql.close();
    await database.drop();
    place[Symbol.dispose]();
  });

  async function startHost() {
    const host = await serve(place, { DATABASE_URL: database.url, GATEHOUSE_ADMIN_KEY: ADMIN });
    children.push(host.child);
    return host;
  }
  async function ask<Answer>(url: string, key: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as Answer;
  }
  const count = async (text: string) =>
    (await sql.asOwner((session) => session.query<{ count: number }>(`SELECT count(*) AS count FROM ${text}`)))[0]
      ?.count;

  it('begin each sequence once and finish it, while one is killed', { timeout: 120_000 }, async () => {
    const leased = (holders: number) => async () =>
      (await count(`(SELECT holder FROM partition_leases WHERE until_on > clock_timestamp() GROUP BY 1) h`)) ===
        holders && (await count('partition_leases WHERE until_on > clock_timestamp()')) === 64;
    const first = await startHost();
    await until(leased(1));
    const second = await startHost();
    await until(leased(2));
    const admin = <Answer>(method: string, path: string, body?: unknown) =>
      ask<Answer>(second.url, ADMIN, method, path, body);
    const key = async (label: string, who: object) =>
      (await admin<{ key: string }>('POST', '/v1/keys', { label, ...who })).key;
    const brain = await key('pipeline brain', { role: 'brain', kind: 'brain', brain: 'AGT-901' });
    const slm = await key('Ana', { role: 'reviewer', kind: 'person', authorities: ['SLM'] });
    const revOps = await key('Bo', { role: 'reviewer', kind: 'person', authorities: ['RevOps'] });
    await admin('PUT', '/v1/policy', {
      ...OPEN_POLICY,
      name: 'hosts',
      budget: { ...OPEN_POLICY.budget, per_day_minor: 10_000_000 },
    });
    for (let index = 0; index < PEOPLE; index += 1) {
      const account = `co-${index}`;
      await admin('PUT', `/v1/accounts/${account}`, {
        name: account,
        domain: `${account}.example`,
        employees: 500,
        vertical: 'FinTech',
        abm_active: false,
        relations: NO_RELATIONS,
      });
      await admin('PUT', `/v1/contacts/p-${index}`, {
        email: `p@${account}.example`,
        account,
        time_zone: 'Europe/Paris',
        consent: { basis: 'consent', source: 'form' },
      });
    }
    const { account: _, ...logged } = analysis();
    const { proposal_id: proposal } = await ask<{ proposal_id: string }>(
      second.url,
      brain,
      'POST',
      '/v1/brain-analysis-log',
      logged,
    );
    const { id } = await ask<{ id: string }>(second.url, brain, 'POST', '/v1/plays', {
      id: 'draft',
      originating_proposal_id: proposal,
      segment: 'mid_market',
      ...CONTENT,
      target_definition: { verticals: ['FinTech'] },
    });
    await ask(second.url, slm, 'POST', `/v1/plays/${id}/review`);
    await ask(second.url, slm, 'POST', `/v1/plays/${id}/approvals`, { revision: 0 });
    await ask(second.url, revOps, 'POST', `/v1/plays/${id}/approvals`, { revision: 0 });

    const looks = [first.url, second.url, first.url, second.url].map((url) =>
      ask(url, ADMIN, 'POST', '/v1/cadence/runs'),
    );
    await until(async () => ((await count('cadence_event_log')) ?? 0) > 0);
    first.child.kill('SIGKILL');
    await Promise.allSettled(looks);
    // What the dead one had begun to ask for is asked for again, by the other one by itself.
    await until(async () => (await count(`cadence_event_log WHERE kind = 'started'`)) === PEOPLE);
    await until(async () => (await count(`cadence_event_log WHERE ended_because = 'completed'`)) === PEOPLE);
    expect(await count(`cadence_event_log WHERE kind = 'touch_proposed'`)).toBe(PEOPLE);
    expect(await count(`executions WHERE state = 'sent'`)).toBe(PEOPLE);
    expect(await admin('POST', '/v1/rebuild-check')).toMatchObject({ differences: [] });
    expect(await admin('POST', '/v1/replay-all')).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });
});
