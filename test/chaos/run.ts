/**
 * Breaks a real installation while it works, and counts.
 *
 *   npm run chaos -- --minutes 10              four hosts, Postgres, NATS and a mail server of its own
 *   npm run chaos -- --minutes 1 --seed 7 --keep
 *
 * Hosts are killed, Postgres and NATS are killed and started again, the clocks of hosts are wrong, and the mail server is slow, busy, or
 * hangs up. It ends with 1 when something was lost, doubled or left unexplained.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createPostgres } from '../../src/memory/sql/postgres.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { OPEN_POLICY, PROSPECT } from '../app.fixture.ts';
import { finished, TEST_MASTER_KEY, Workplace } from '../process.fixture.ts';
import { SmtpSink } from '../smtp-sink.ts';
import type { SmtpFate } from '../smtp-sink.ts';
import { settle } from './account.ts';
import type { Account } from './account.ts';
import { Fleet } from './fleet.ts';
import { Load } from './load.ts';
import { freePort, OwnNats, OwnPostgres } from './servers.ts';
import { Watch } from './watch.ts';
import type { FaultKind, Recovery } from './watch.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    hosts: { type: 'string', default: '4' },
    signals: { type: 'string', default: '50' },
    mails: { type: 'string', default: '8' },
    keep: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const random = seededRandom(`chaos-${values.seed}`);
const KEY = 'gh_default_chaos';
const KILL_EVERY_MS = 12_000;
/** Servers are broken this often in a run, at even distances. */
const SERVER_FAULTS = Math.max(1, Math.round(minutes / 3));
const CLOCK_OFFSETS_MS = [-30_000, 0, 0, 30_000];
/** The longest that an attempt of a killed host is left to it, and what follows from it. */
const SETTLED_WITHIN_MS = 180_000;
const DAY_MS = 86_400_000;

const say = (text: string) => process.stdout.write(`${text}\n`);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

function fateOf(): SmtpFate {
  const draw = random();
  if (draw < 0.02) return 'busy';
  if (draw < 0.03) return 'refuse';
  if (draw < 0.04) return 'cut_before';
  if (draw < 0.06) return 'cut_after';
  return 'take';
}

async function call(url: string, method: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

async function ready(url: string): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(100)) {
    const answered = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`no host answers at ${url}`);
}

interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
}

/** When what breaks: hosts at a steady rhythm, servers evenly between. */
function schedule(lengthMs: number): readonly Fault[] {
  const faults: Fault[] = [];
  for (let atMs = KILL_EVERY_MS / 2; atMs < lengthMs; atMs += KILL_EVERY_MS) faults.push({ atMs, kind: 'host' });
  for (const [index, kind] of (['postgres', 'nats'] as const).entries())
    for (let n = 0; n < SERVER_FAULTS; n += 1)
      faults.push({ atMs: (lengthMs * (n + 0.3 + index * 0.4)) / SERVER_FAULTS, kind });
  return faults.toSorted((a, b) => a.atMs - b.atMs);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

interface Report {
  readonly minutes: number;
  readonly seed: string;
  readonly faults: { readonly [kind: string]: number };
  readonly requests: { readonly attempts: number; readonly failures: number; readonly refused: readonly string[] };
  readonly account: Account;
  readonly recovery: { readonly [kind: string]: { readonly p50: number; readonly p95: number; readonly max: number } };
  readonly unrecovered: number;
  readonly unexpectedEnds: readonly string[];
  readonly startedInVain: number;
  readonly ledger: { readonly verify: boolean; readonly rebuild: boolean; readonly replay: boolean };
}

function recoveryOf(recoveries: readonly Recovery[]): Report['recovery'] {
  const seconds = (list: readonly Recovery[]) =>
    list.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs / 1_000])).toSorted((a, b) => a - b);
  const figures = (list: readonly number[]) => ({
    p50: quantile(list, 0.5),
    p95: quantile(list, 0.95),
    max: list.at(-1) ?? 0,
  });
  return {
    all: figures(seconds(recoveries)),
    ...Object.fromEntries(
      [...Map.groupBy(recoveries, ({ kind }) => kind)].map(([kind, list]) => [kind, figures(seconds(list))]),
    ),
  };
}

async function main(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chaos-'));
  // The account of the database has to reach its folder.
  mkdirSync(join(folder, 'logs'));
  chmodSync(folder, 0o755);
  await using cleanup = new AsyncDisposableStack();
  if (!values.keep) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  say(`folder ${folder}`);
  const postgres = await OwnPostgres.start(folder);
  cleanup.defer(() => postgres.stop());
  const nats = await OwnNats.start(folder);
  cleanup.defer(() => nats.stop());
  const sink = cleanup.use(new SmtpSink(fateOf));
  const smtpUrl = await sink.listen();
  const env = {
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    SMTP_URL: smtpUrl,
    GATEHOUSE_MAIL_FROM: 'Chaos <chaos@seller.test>',
    GATEHOUSE_ADMIN_KEY: KEY,
    GATEHOUSE_MASTER_KEY: TEST_MASTER_KEY,
    GATEHOUSE_LOG_LEVEL: 'info',
  };
  const ports: number[] = [];
  for (let n = 0; n < Number(values.hosts); n += 1) ports.push(await freePort());
  const fleet = new Fleet({ folder: join(folder, 'logs'), ports, env, clockOffsetMs: () => pick(CLOCK_OFFSETS_MS) });
  cleanup.defer(() => fleet.stop());
  await Promise.all(fleet.urls.map(ready));
  const [first = ''] = fleet.urls;
  await call(first, 'PUT', '/v1/policy', {
    ...OPEN_POLICY,
    // Everybody works at one company here, so only the cooldown of a person is in force.
    cooldown: { contact_ms: DAY_MS, account_ms: 0, domain_ms: 0, channel_ms: {} },
    touch_cap: { max: 1, window_ms: DAY_MS },
    budget: { currency: 'EUR', per_day_minor: 100_000_000 },
  });
  await call(first, 'PUT', '/v1/accounts/example', PROSPECT);
  await call(first, 'POST', '/v1/modes', { mode: 'live', reason: 'chaos' });
  await call(first, 'POST', '/v1/modes', { mode: 'sandbox', channel: 'crm', reason: 'no real CRM' });

  const watch = new Watch(postgres.url);
  const load = new Load({
    urls: fleet.urls,
    key: KEY,
    random,
    signalsPerSecond: Number(values.signals),
    mailsPerSecond: Number(values.mails),
  });
  load.start();
  watch.start();
  const began = performance.now();
  const counts: Record<string, number> = { host: 0, postgres: 0, nats: 0 };
  for (const fault of schedule(minutes * 60_000)) {
    await sleep(Math.max(0, began + fault.atMs - performance.now()));
    counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
    if (fault.kind === 'host') {
      const seat = Math.floor(random() * ports.length);
      const gone = await watch.idsAt(fleet.urls[seat] ?? '');
      fleet.kill(seat);
      watch.fault('host', gone);
    } else {
      watch.fault(fault.kind, new Set());
      await (fault.kind === 'postgres' ? postgres : nats).crashAndRestart();
    }
    say(
      `${Math.round((performance.now() - began) / 1_000)} s: ${fault.kind} broken; ${load.accepted.signals.size + load.accepted.proposals.size} accepted, ${sink.deliveries.length} mails`,
    );
  }
  await sleep(Math.max(0, began + minutes * 60_000 - performance.now()));
  say('waiting for what is under way');
  await load.finish();
  await quiet(postgres.url);
  await watch.stop();
  for (const { kind, atMs, tookMs } of watch.recoveries)
    say(
      `${Math.round(atMs / 1_000)} s: ${kind}, ${tookMs === null ? 'not recovered' : `recovered in ${(tookMs / 1_000).toFixed(1)} s`}`,
    );
  await fleet.stop();

  const sql = createPostgres(postgres.url, { maxConnections: 2 });
  cleanup.defer(() => sql.close());
  const account = await settle(sql, load.accepted, sink.deliveries);
  using place = new Workplace();
  const holds = async (...args: string[]) => {
    const result = await finished(place.spawn(args, env));
    if (result.code !== 0) say(`${args.join(' ')}: ${result.stdout.slice(0, 2_000)} ${result.stderr.slice(-2_000)}`);
    return result.code === 0;
  };
  return {
    minutes,
    seed: values.seed,
    faults: counts,
    requests: {
      attempts: load.attempts,
      failures: load.failures,
      refused: [...load.refused].map(([answer, times]) => `${times} × ${answer}`),
    },
    account,
    recovery: recoveryOf(watch.recoveries),
    unrecovered: watch.recoveries.filter(({ tookMs }) => tookMs === null).length,
    unexpectedEnds: fleet.unexpected,
    startedInVain: fleet.startedInVain,
    ledger: {
      verify: await holds('verify', '--json'),
      rebuild: await holds('rebuild', '--check', '--json'),
      replay: await holds('replay', '--all', '--json'),
    },
  };
}

/** Resolves when no message, permit or attempt is open any more. */
async function quiet(databaseUrl: string): Promise<void> {
  const sql = createPostgres(databaseUrl, { maxConnections: 1 });
  try {
    for (const deadline = performance.now() + SETTLED_WITHIN_MS; performance.now() < deadline; await sleep(500)) {
      const [row] = await sql.asOwner((session) =>
        session.query<{ open: number }>(
          `SELECT ((SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM permits WHERE due_at IS NOT NULL))::int AS open`,
        ),
      );
      if (row?.open === 0) return;
    }
  } finally {
    await sql.close();
  }
}

function pageOf(report: Report): string {
  const { account, recovery } = report;
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  const rows = Object.entries(recovery).map(
    ([kind, { p50, p95, max }]) =>
      `| ${kind} | ${report.faults[kind] ?? ''} | ${seconds(p50)} | ${seconds(p95)} | ${seconds(max)} |`,
  );
  return `# Chaos

Written by \`npm run chaos -- --minutes ${report.minutes} --seed ${report.seed} --write\` on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}. ${values.hosts} hosts,
a Postgres, a NATS and a mail server of the run's own, all on one machine; ${values.signals} signals and ${values.mails} e-mails a second are offered. A host is killed with SIGKILL
every ${KILL_EVERY_MS / 1_000} s and another process takes its seat; Postgres is stopped with \`-m immediate\`, NATS with SIGKILL. A starting host's clock is 30 s slow, right, or 30 s
fast. The mail server hangs up, refuses or is busy for 6 % of the messages. Callers send again, with the same id, until they are told that it was accepted.

| | |
|---|---|
| requests accepted | ${account.accepted} |
| processed | ${account.processed} |
| **lost** (accepted, and without an end) | ${account.lost.length} |
| e-mails at the mail server | ${account.mails} |
| **doubled** (a permit or a person twice, or nothing on record) | ${account.doubled.length} |
| records that say something else than the mail server | ${account.untrue.length} |
| uncertain, and the message arrived once | ${account.uncertain.deliveredOnce} |
| uncertain, and the message did not arrive | ${account.uncertain.notDelivered} |
| **uncertain, unexplained** | ${account.uncertain.unexplained} |
| requests that failed and were sent again | ${report.requests.failures} of ${report.requests.attempts} |
| \`verify\`, \`rebuild --check\`, \`replay --all\` afterwards | ${report.ledger.verify && report.ledger.rebuild && report.ledger.replay ? 'green' : 'not green'} |

Actions by their end: ${Object.entries(account.actions)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ')}.

Recovery is the time from a fault until every partition is held by a host that lives and nothing accepted has waited for longer than two seconds.

| fault | times | p50 | p95 | longest |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

const report = await main();
say(JSON.stringify(report, null, 2));
const sound =
  report.account.lost.length === 0 &&
  report.account.doubled.length === 0 &&
  report.account.untrue.length === 0 &&
  report.account.uncertain.unexplained === 0 &&
  report.unrecovered === 0 &&
  report.unexpectedEnds.length === 0 &&
  report.requests.refused.length === 0 &&
  Object.values(report.ledger).every(Boolean);
if (values.write)
  writeFileSync(fileURLToPath(new URL('../../docs/reference/chaos.md', import.meta.url)), pageOf(report));
say(sound ? 'sound' : 'NOT SOUND');
process.exit(sound ? 0 : 1);
