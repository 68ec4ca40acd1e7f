/**
 * Replaces hosts of an older version one after the other while callers work, and counts what the callers notice.
 *
 *   npm run chaos:upgrade -- --from HEAD~1       the older version is checked out beside this one
 *
 * It ends with 1 when a caller saw an error, or when something was lost.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { must } from '../../src/domain/errors.ts';
import { createPostgres } from '../../src/memory/sql/postgres.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { OPEN_POLICY, PROSPECT } from '../app.fixture.ts';
import { createDatabase } from '../postgres-database.ts';
import { finished, TEST_MASTER_KEY, Workplace } from '../process.fixture.ts';
import { settle } from './account.ts';
import { Balancer } from './balancer.ts';
import { Load } from './load.ts';
import { freePort } from './servers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEY = 'gh_default_upgrade';
const HOSTS = 3;
const BETWEEN_MS = 3_000;
const DRAIN_SECONDS = '1';
const DAY_MS = 86_400_000;

const { values } = parseArgs({ options: { from: { type: 'string', default: 'HEAD~1' } } });
const say = (text: string) => process.stdout.write(`${text}\n`);

await using cleanup = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
const older = join(folder, 'older');
execFileSync('git', ['worktree', 'add', '--detach', older, values.from], { cwd: ROOT, stdio: 'ignore' });
cleanup.defer(() => void execFileSync('git', ['worktree', 'remove', '--force', older], { cwd: ROOT }));
symlinkSync(join(ROOT, 'node_modules'), join(older, 'node_modules'));

const database = await createDatabase(process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres');
cleanup.defer(() => database.drop());
const env = {
  DATABASE_URL: database.url,
  GATEHOUSE_ADMIN_KEY: KEY,
  GATEHOUSE_MASTER_KEY: TEST_MASTER_KEY,
  GATEHOUSE_LOG_LEVEL: 'warn',
};
const children = new Set<ChildProcess>();
cleanup.defer(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Running {
  readonly port: number;
  readonly child: ChildProcess;
}

async function start(root: string, port: number, drain: boolean): Promise<Running> {
  const { NATS_URL: _nats, ...rest } = process.env;
  const child = spawn(process.execPath, [join(root, 'bin/gatehouse.js'), 'serve'], {
    cwd: root,
    env: {
      ...rest,
      ...env,
      GATEHOUSE_DATA_DIR: join(folder, `data-${port}`),
      GATEHOUSE_PORT: String(port),
      ...(drain ? { GATEHOUSE_DRAIN_SECONDS: DRAIN_SECONDS } : {}),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  child.stderr.pipe(createWriteStream(join(folder, `host-${port}.log`), { flags: 'a' }));
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(100)) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { port, child };
  }
  throw new Error(`the host at port ${port} did not start`);
}

async function stop({ child }: Running): Promise<void> {
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  await gone;
  children.delete(child);
}

const ports: number[] = [];
for (let n = 0; n < HOSTS; n += 1) ports.push(await freePort());
const hosts: Running[] = [];
for (const port of ports) hosts.push(await start(older, port, false));
const balancer = cleanup.use(new Balancer(ports));
const url = await balancer.listen();
await sleep(500);

async function call(method: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}
await call('PUT', '/v1/policy', {
  ...OPEN_POLICY,
  cooldown: { contact_ms: DAY_MS, account_ms: 0, domain_ms: 0, channel_ms: {} },
  touch_cap: { max: 1, window_ms: DAY_MS },
});
await call('PUT', '/v1/accounts/example', PROSPECT);

const load = new Load({
  urls: [url],
  key: KEY,
  random: seededRandom('upgrade'),
  signalsPerSecond: 50,
  mailsPerSecond: 8,
});
load.start();
for (const [index, host] of hosts.entries()) {
  await sleep(BETWEEN_MS);
  await stop(host);
  hosts[index] = await start(ROOT, host.port, true);
  say(`${index + 1} of ${HOSTS} hosts are new; ${load.attempts} requests, ${load.failures} failed`);
}
// Once more within the new version, which drains.
for (const [index, host] of hosts.entries()) {
  await sleep(BETWEEN_MS);
  await stop(host);
  hosts[index] = await start(ROOT, host.port, true);
  say(`${index + 1} of ${HOSTS} hosts are replaced again; ${load.attempts} requests, ${load.failures} failed`);
}
await sleep(BETWEEN_MS);
await load.finish();
const sql = createPostgres(database.url, { maxConnections: 2 });
for (const deadline = performance.now() + 120_000; performance.now() < deadline; await sleep(500)) {
  const [row] = await sql.asOwner((session) =>
    session.query<{ open: number }>(
      `SELECT ((SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM permits WHERE due_at IS NOT NULL))::int AS open`,
    ),
  );
  if (must(row, 'a count').open === 0) break;
}
const account = await settle(sql, load.accepted, []);
await sql.close();
for (const host of hosts) await stop(host);
using place = new Workplace();
const verified = await finished(place.spawn(['verify', '--json'], env));
const rebuilt = await finished(place.spawn(['rebuild', '--check', '--json'], env));
const replayed = await finished(place.spawn(['replay', '--all', '--json'], env));
const report = {
  from: execFileSync('git', ['rev-parse', '--short', values.from], { cwd: ROOT }).toString().trim(),
  hosts: HOSTS,
  replaced: 2 * HOSTS,
  requests: load.attempts,
  failures: load.failures,
  refused: [...load.refused],
  failed: [...load.failed],
  accepted: account.accepted,
  lost: account.lost.length,
  doubled: account.doubled.length,
  ledger: { verify: verified.code === 0, rebuild: rebuilt.code === 0, replay: replayed.code === 0 },
};
say(JSON.stringify(report, null, 2));
process.exitCode =
  report.failures === 0 &&
  report.refused.length === 0 &&
  report.lost === 0 &&
  report.doubled === 0 &&
  Object.values(report.ledger).every(Boolean)
    ? 0
    : 1;
