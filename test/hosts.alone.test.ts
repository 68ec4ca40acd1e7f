/** Several hosts as processes on one database: partitions are shared, moved and taken over, and nothing is lost or done twice. */
import type { ChildProcess } from 'node:child_process';

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { until } from './app.fixture.ts';
import { describeNats, describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { finished, serve, Workplace } from './process.fixture.ts';
import type { ServerProcess } from './process.fixture.ts';

const KEY = 'gh_default_hosts-test';
const TAKEN_OVER_MS = 15_000;
const FATES_KNOWN_MS = 120_000;

async function streamNames(natsUrl: string): Promise<readonly string[]> {
  const connection = await connect({ servers: natsUrl });
  const names = await (await jetstreamManager(connection)).streams.names().next();
  await connection.close();
  return names;
}

async function deleteNewStreams(natsUrl: string, before: readonly string[]): Promise<void> {
  const after = await streamNames(natsUrl);
  const connection = await connect({ servers: natsUrl });
  const manager = await jetstreamManager(connection);
  for (const name of after.filter((item) => item.startsWith('GATEHOUSE_') && !before.includes(item)))
    await manager.streams.delete(name);
  await connection.close();
}

function describeHosts(name: string, serverUrl: string, natsUrl: string | null): void {
  describe(name, () => {
    const place = new Workplace();
    const children: ChildProcess[] = [];
    let database: PostgresDatabase;
    let sql: Sql;
    let streamsBefore: readonly string[] = [];
    beforeAll(async () => {
      database = await createDatabase(serverUrl);
      sql = createPostgres(database.url, { maxConnections: 2 });
      if (natsUrl !== null) streamsBefore = await streamNames(natsUrl);
    });
    afterAll(async () => {
      for (const child of children) child.kill('SIGKILL');
      await sql.close();
      await database.drop();
      place[Symbol.dispose]();
      if (natsUrl !== null) await deleteNewStreams(natsUrl, streamsBefore);
    });

    const env = () => ({
      DATABASE_URL: database.url,
      GATEHOUSE_ADMIN_KEY: KEY,
      GATEHOUSE_LOG_LEVEL: 'info',
      ...(natsUrl === null ? {} : { NATS_URL: natsUrl }),
    });
    async function startHost(): Promise<ServerProcess> {
      const host = await serve(place, env());
      children.push(host.child);
      return host;
    }
    const rows = <Row extends object>(text: string) => sql.asOwner((session) => session.query<Row>(text));
    const shares = async () =>
      (
        await rows<{ count: number }>(
          `SELECT count(*) AS count FROM partition_leases WHERE until_on > clock_timestamp() GROUP BY holder ORDER BY 1`,
        )
      ).map((row) => row.count);
    const pending = async () =>
      (await rows<{ count: number }>(`SELECT count(*) AS count FROM inbox WHERE state = 'pending'`))[0]?.count;
    async function send(url: string, from: number, to: number): Promise<number[]> {
      return Promise.all(
        Array.from({ length: to - from }, async (_, index) => {
          const response = await fetch(`${url}/v1/signals`, {
            method: 'POST',
            headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
            body: JSON.stringify({
              specversion: '1.0',
              id: `s${from + index}`,
              source: '/test',
              type: 'web.form_submitted',
              subject: `lead/l${from + index}`,
              data: { form: 'demo' },
            }),
          });
          return response.status;
        }),
      );
    }
    const received = async () =>
      (await rows<{ count: number }>(`SELECT count(*) AS count FROM ledger WHERE type = 'signal.received'`))[0]?.count;
    const command = (...args: string[]) => place.run(args, env());

    let first: ServerProcess;
    let second: ServerProcess;

    it('share the partitions evenly, and process what the other one accepted', { timeout: 60_000 }, async () => {
      first = await startHost();
      await until(async () => (await shares()).join() === '64');
      await fetch(`${first.url}/v1/policy`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...DEFAULT_POLICY,
          name: 'hosts',
          grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
        }),
      });
      second = await startHost();
      await until(async () => (await shares()).join() === '32,32');
      const statuses = await send(first.url, 0, 200);
      expect(new Set(statuses)).toEqual(new Set([202]));
      await until(async () => (await received()) === 200 && (await pending()) === 0);
      await until(
        async () =>
          (await rows<{ count: number }>(`SELECT count(*) AS count FROM executions WHERE state = 'sent'`))[0]?.count ===
          200,
      );
    });

    it('answer a request whose owner is elsewhere with what the owner did', { timeout: 30_000 }, async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const response = await fetch(`${second.url}/v1/proposals`, {
            method: 'POST',
            headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
            body: JSON.stringify({
              id: `p${index}`,
              action_type: 'crm_update',
              lane: 'operator',
              subject: `lead/l${index}`,
              content: { note: `call ${index}` },
            }),
          });
          return { status: response.status, body: (await response.json()) as { verdict?: string } };
        }),
      );
      expect(results.every(({ status }) => status < 300)).toBe(true);
      expect(results.every(({ body }) => body.verdict !== 'none')).toBe(true);
    });

    it('take over from a host that is killed', { timeout: 60_000 }, async () => {
      const sent = send(first.url, 200, 400);
      second.child.kill('SIGKILL');
      expect(new Set(await sent)).toEqual(new Set([202]));
      const began = performance.now();
      await until(async () => (await shares()).join() === '64');
      await until(async () => (await received()) === 400 && (await pending()) === 0);
      expect(performance.now() - began).toBeLessThan(TAKEN_OVER_MS);
    });

    it('refuse the late commit of a host that slept past its lease, and say why', { timeout: 60_000 }, async () => {
      second = await startHost();
      await until(async () => (await shares()).join() === '32,32');
      first.child.kill('SIGSTOP');
      // The kernel takes the requests; the sleeper reads them when it wakes.
      const late = send(first.url, 0, 40);
      const news = send(first.url, 400, 440);
      await until(async () => (await shares()).join() === '64');
      first.child.kill('SIGCONT');
      expect(new Set(await late)).toEqual(new Set([202]));
      expect(new Set(await news)).toEqual(new Set([202]));
      await until(async () => (await received()) === 440 && (await pending()) === 0);
      expect(first.log()).toMatch(/the commit was refused, nothing was written: partition \d+ is at epoch \d+/);
      await until(async () => (await shares()).join() === '32,32');
    });

    it('leave at once when they are asked to, and the rest goes on', { timeout: 60_000 }, async () => {
      const gone = finished(first.child);
      const sent = send(second.url, 440, 640);
      first.child.kill('SIGTERM');
      expect(new Set(await sent)).toEqual(new Set([202]));
      expect((await gone).code).toBe(0);
      await until(async () => (await received()) === 640 && (await pending()) === 0);
      await until(async () => (await shares()).join() === '64');
    });

    it('leave one ledger that verifies, and nothing executed twice', { timeout: 180_000 }, async () => {
      const verified = await command('verify', '--json');
      expect(verified.stdout).toMatch(/"ok":\s*true/);
      expect(verified.code).toBe(0);
      expect((await command('rebuild', '--check', '--json')).code).toBe(0);
      const replayed = await command('replay', '--all', '--json');
      expect(replayed.stdout).toMatch(/"ok":\s*true/);
      expect(replayed.code).toBe(0);
      // An attempt of the host that was killed is looked into when its lease of a minute has lapsed.
      const unknown = () => rows(`SELECT permit, state FROM executions WHERE state <> 'sent'`);
      for (const deadline = performance.now() + FATES_KNOWN_MS; performance.now() < deadline;) {
        if ((await unknown()).length === 0) break;
        await new Promise((resolve) => {
          setTimeout(resolve, 500);
        });
      }
      expect(await unknown()).toEqual([]);
      // The key of the table keeps one attempt for each permit; the channel must have been asked for each, and for no other.
      expect(
        await rows(
          `SELECT e.permit, d.idempotency_key FROM executions e FULL JOIN sandbox_deliveries d ON d.idempotency_key = e.permit WHERE e.permit IS NULL OR d.idempotency_key IS NULL`,
        ),
      ).toEqual([]);
    });

    it('refuse a host with another master key', { timeout: 30_000 }, async () => {
      const other = await place.run(['serve'], {
        ...env(),
        GATEHOUSE_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
      });
      expect(other.code).toBe(2);
      expect(other.stderr).toMatch(/master key is not the one/);
    });
  });
}

describePostgres('hosts on Postgres', (serverUrl) => {
  describeHosts('without a broker', serverUrl, null);
  describeNats('and NATS', (natsUrl) => describeHosts('with a broker', serverUrl, natsUrl));
});
