/**
 * Measures what more hosts on one Postgres bring: the same load on 1, 2 and 4 of them, offered faster than it can be processed, on a database of their
 * own each time. Everything shares this machine, so what more hosts can bring is bounded by its cores.
 *
 *   npm run bench:hosts -- [--hosts 1,2,4] [--rate 2000] [--seconds 15] [--write]
 *
 * With NATS_URL the hosts speak over that broker; without it they find each other's messages in the database.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { must } from '../src/domain/errors.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { createDatabase } from '../test/postgres-database.ts';
import { load } from './load.ts';
import { writeSection } from './page-section.ts';
import { BenchServer, BENCH_POLICY, SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1,2,4' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '15' },
    warmup: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
});
const natsUrl = process.env['NATS_URL'] ?? '';
const DRAINED_WITHIN_MS = 120_000;
const SHARED_WITHIN_MS = 30_000;

interface Result {
  readonly hosts: number;
  readonly perSecond: number;
  readonly accepted: number;
  readonly refused: number;
  readonly drainMs: number;
}

async function measure(hosts: number): Promise<Result> {
  const database = await createDatabase(SERVER_URL, 'C');
  const folders = Array.from({ length: hosts }, () => mkdtempSync(join(tmpdir(), 'gatehouse-hosts-')));
  // All hosts of an installation need the same key.
  const env = { NATS_URL: natsUrl, GATEHOUSE_MASTER_KEY: Buffer.alloc(32, hosts).toString('base64') };
  const servers: BenchServer[] = [];
  const sql = createPostgres(database.url, { maxConnections: 2 });
  const count = async (statement: string) => {
    const [row] = await sql.asOwner((session) => session.query<{ count: number }>(statement));
    return must(row, 'one row').count;
  };
  try {
    for (const dataDir of folders) {
      const server = await BenchServer.start({ databaseUrl: database.url, dataDir, env });
      servers.push(server);
      await server.ready();
    }
    const first = must(servers[0], 'a host');
    await first.call('PUT', '/v1/policy', BENCH_POLICY);
    await until(SHARED_WITHIN_MS, async () => {
      const owners = await count(
        `SELECT count(DISTINCT holder) AS count FROM partition_leases WHERE until_on > clock_timestamp()`,
      );
      return owners === hosts;
    });
    const governed = () => count(`SELECT count(*) AS count FROM ledger WHERE type = 'signal.triaged'`);
    let before = 0;
    let began = 0;
    const summaries = await Promise.all(
      servers.map((server, index) =>
        load(
          server,
          {
            rate: String(Number(values.rate) / hosts),
            batch: '50',
            seconds: values.seconds,
            warmup: values.warmup,
            run: `hosts-${hosts}-${index}-${Date.now()}`,
          },
          async () => {
            if (index > 0) return;
            before = await governed();
            began = performance.now();
          },
        ),
      ),
    );
    const offered = performance.now();
    await until(
      DRAINED_WITHIN_MS,
      async () => (await count(`SELECT count(*) AS count FROM inbox WHERE state = 'pending'`)) === 0,
    );
    const drained = performance.now();
    const refused = summaries.flatMap(({ statuses }) =>
      Object.entries(statuses).flatMap(([status, requests]) => (status === '202' ? [] : [requests * 50])),
    );
    return {
      hosts,
      perSecond: ((await governed()) - before) / ((drained - began) / 1_000),
      accepted: summaries.reduce((sum, { events }) => sum + events, 0),
      refused: refused.reduce((sum, events) => sum + events, 0),
      drainMs: drained - offered,
    };
  } finally {
    await sql.close();
    for (const server of servers) await server.end();
    await database.drop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

async function until(withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + withinMs; !(await holds());) {
    if (performance.now() > deadline) throw new Error(`it did not come true within ${withinMs} ms`);
    await sleep(100);
  }
}

const results: Result[] = [];
for (const hosts of values.hosts.split(',').map(Number)) {
  const result = await measure(hosts);
  results.push(result);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

if (values.write) {
  const one = results[0]?.perSecond ?? Number.NaN;
  const rows = results.map(
    (r) =>
      `| ${r.hosts} | ${r.perSecond.toFixed(0)} | ${(r.perSecond / one).toFixed(2)} × | ${r.refused} | ${(r.drainMs / 1_000).toFixed(1)} |`,
  );
  writeSection(
    'bench:hosts',
    `## More hosts

Written by \`npm run bench:hosts -- --write\`. The same load, ${values.rate} signals a second for ${values.seconds} s after ${values.warmup} s of warm-up, offered to 1, 2 and 4 hosts on one Postgres, a share to each host,
${natsUrl === '' ? 'without a broker' : 'with NATS between them'}. It is more than can be processed, so the figures are what the hosts can do: signals that were triaged, decided and governed, from the end of the warm-up
until nothing waited any more. Signals that were refused with 503 are not counted.

**Hosts, loaders and Postgres share ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), so this shows what a further host costs, not what it brings.** One host keeps more than one core busy by itself, and a message
for another host's partition is written once more, into the inbox. Where each host has a machine, the limit is the database; that was not measured here.

| hosts | governed signals/s | against one | refused | still waiting after the load, s |
|---|---|---|---|---|
${rows.join('\n')}`,
  );
}
