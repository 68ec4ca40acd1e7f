/**
 * Hosts whose servers come up after them, as they do when a whole machine starts: the hosts are processes, the servers are real, and a
 * proxy in the test decides when they can be reached.
 */
import type { ChildProcess } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { installationName } from '../src/app/installation-name.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { until } from './app.fixture.ts';
import { freePort } from './chaos/servers.ts';
import { describeNats, describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { finished, TEST_SECRET, Workplace } from './process.fixture.ts';

const KEY = 'gh_default_late-servers';
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

/** An address at which a server can be reached from `open` on. */
class LateAddress {
  readonly url: URL;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  private constructor(url: URL, target: URL) {
    this.url = url;
    this.#target = target;
  }

  static async of(target: string): Promise<LateAddress> {
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(await freePort());
    return new LateAddress(url, new URL(target));
  }

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = createConnection(Number(this.#target.port), this.#target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    this.#server = server;
    await new Promise<void>((resolve) => {
      server.listen(Number(this.url.port), '127.0.0.1', resolve);
    });
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

interface LateHost {
  readonly url: string;
  readonly child: ChildProcess;
  readonly log: () => string;
  ready(): Promise<boolean>;
}

describePostgres('a host whose servers come up after it', (serverUrl) => {
  const place = new Workplace();
  const children: ChildProcess[] = [];
  const addresses: LateAddress[] = [];
  let database: PostgresDatabase;
  beforeAll(async () => {
    database = await createDatabase(serverUrl);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const address of addresses) address.close();
    await database.drop();
    place[Symbol.dispose]();
  });

  async function lateAddress(target: string): Promise<LateAddress> {
    const address = await LateAddress.of(target);
    addresses.push(address);
    return address;
  }

  async function start(env: Readonly<Record<string, string>>, dataDir = place.dataDir): Promise<LateHost> {
    const port = await freePort();
    const child = place.spawn(['serve'], {
      GATEHOUSE_ADMIN_KEY: KEY,
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_LOG_LEVEL: 'info',
      ...env,
    });
    children.push(child);
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const url = `http://127.0.0.1:${port}`;
    const ready = async () => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
    return { url, child, log: () => log, ready };
  }

  function post(url: string, id: string, subject: string): Promise<Response> {
    return fetch(`${url}/v1/signals`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({
        specversion: '1.0',
        id,
        source: '/test',
        type: 'web.form_submitted',
        subject,
        data: { form: 'demo' },
      }),
    });
  }

  it('waits for the database, says so at its address and in its log, and then works', { timeout: 60_000 }, async () => {
    const late = await lateAddress(database.url);
    const host = await start({ DATABASE_URL: late.url.href });
    await until(async () => (await fetch(`${host.url}/healthz`).catch(() => null))?.ok === true);
    const readiness = await fetch(`${host.url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({ ready: false, checks: { database: { ok: false } } });
    const refused = await post(host.url, 'early', 'lead/early');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await refused.json()).toMatchObject({ type: '/problems/unavailable' });
    expect(host.log()).toContain(`the database at ${late.url.host} cannot be reached; it is tried for 60 more seconds`);
    expect(host.log()).toContain('GATEHOUSE_START_WAIT_SECONDS');

    await late.open();
    await until(() => host.ready());
    expect((await post(host.url, 'late', 'lead/late')).status).toBe(202);
    expect(host.log()).toContain('the database answers now');
    const gone = finished(host.child);
    host.child.kill('SIGTERM');
    expect((await gone).code).toBe(0);
  });

  it('ends with exit code 3 when the database does not come in time', { timeout: 30_000 }, async () => {
    const never = await lateAddress(database.url);
    const host = await start({ DATABASE_URL: never.url.href, GATEHOUSE_START_WAIT_SECONDS: '1' });
    expect((await finished(host.child)).code).toBe(3);
    expect(host.log()).toMatch(new RegExp(`gatehouse: The database at ${never.url.host} cannot be reached`));
  });

  it('ends in order when it is stopped while it waits', { timeout: 30_000 }, async () => {
    const never = await lateAddress(database.url);
    const host = await start({ DATABASE_URL: never.url.href });
    await until(() => Promise.resolve(host.log().includes('cannot be reached')));
    const gone = finished(host.child);
    host.child.kill('SIGTERM');
    expect((await gone).code).toBe(0);
  });

  it('says at once that its port is taken', { timeout: 30_000 }, async () => {
    const never = await lateAddress(database.url);
    const taken = await lateAddress(database.url);
    await taken.open();
    const host = await start({ DATABASE_URL: never.url.href, GATEHOUSE_PORT: taken.url.port });
    expect((await finished(host.child)).code).toBe(3);
    expect(host.log()).toContain(`Port ${taken.url.port} is taken`);
  });

  describeNats('and NATS', (natsUrl) => {
    const second = new Workplace();
    afterAll(() => second[Symbol.dispose]());

    it('works without the broker, and over it once it is there', { timeout: 90_000 }, async () => {
      const sql = createPostgres(database.url, { maxConnections: 1 });
      const late = await lateAddress(natsUrl);
      const env = { DATABASE_URL: database.url, NATS_URL: late.url.href };
      const hosts = [await start(env), await start(env, second.dataDir)] as const;
      const count = async (statement: string) => {
        const [row] = await sql.asOwner((session) => session.query<{ count: number }>(statement));
        return row?.count ?? 0;
      };
      await until(async () => (await hosts[0].ready()) && (await hosts[1].ready()));
      await until(
        async () =>
          (await count(
            `SELECT count(DISTINCT holder) AS count FROM partition_leases WHERE until_on > clock_timestamp()`,
          )) === 2,
      );
      const send = async (name: string) => {
        const ids = Array.from({ length: 40 }, (_, index) => `${name}${index}`);
        const answers = await Promise.all(ids.map((id) => post(hosts[0].url, id, `lead/${id}`)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
        await until(async () => (await count(`SELECT count(*) AS count FROM inbox WHERE state = 'pending'`)) === 0);
        expect(await count(`SELECT count(*) AS count FROM inbox WHERE id LIKE '${name}%' AND source = '/test'`)).toBe(
          40,
        );
      };
      await send('alone');
      for (const host of hosts) expect(host.log()).toContain('the NATS server cannot be used; it is tried again');

      const connection = await connect({ servers: natsUrl });
      const manager = await jetstreamManager(connection);
      const stream = `GATEHOUSE_${installationName(TEST_SECRET, database.name)}`;
      try {
        await late.open();
        await until(() => Promise.resolve(hosts.every((host) => host.log().includes('the NATS server is there now'))));
        await send('joined');
        await until(async () => (await manager.streams.info(stream)).state.last_seq > 0);
      } finally {
        await manager.streams.delete(stream).catch(() => false);
        await connection.close();
        await sql.close();
      }
    });
  });
});
