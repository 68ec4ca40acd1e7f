/**
 * Measures governed signals per second and the time from offer to verdict, on the embedded database and on Postgres. The server, the
 * database and the loader share this machine. Writes docs/reference/benchmarks.md.
 *
 *   npm run bench -- [--seconds 120] [--runs pglite:500,postgres:1000,postgres:2050] [--write]
 *
 * A run is `database:signals a second:how many of 48 ask to be contacted`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createDatabase } from '../test/postgres-database.ts';
import { load } from './load.ts';
import { readSection, writeSection } from './page-section.ts';
import { BenchServer, BENCH_POLICY, SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    warmup: { type: 'string', default: '20' },
    runs: { type: 'string', default: 'pglite:500:24,postgres:1000:22,postgres:2050:15' },
    batch: { type: 'string', default: '50' },
    write: { type: 'boolean', default: false },
  },
});

interface Result {
  readonly store: string;
  readonly rate: number;
  readonly perSecond: number;
  readonly permitShare: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly executedPerSecond: number;
  readonly memoryMb: number;
  readonly statuses: string;
}

interface Counters {
  readonly passed: number;
  readonly executed: number;
}
async function counters(server: BenchServer): Promise<Counters> {
  return {
    passed: await server.sample('gatehouse_gate_verdicts_total{verdict="pass"}'),
    executed: await server.sample('gatehouse_executions_total{result="sent"}'),
  };
}

async function measure(store: string, databaseUrl: string | null, rate: number, forms: number): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const server = await BenchServer.start({
    databaseUrl,
    dataDir,
    // Half of what a signal needs is garbage a moment later: a young generation of this size collects it before it is moved.
    nodeOptions: '--max-semi-space-size=128',
  });
  try {
    await server.ready();
    await server.call('PUT', '/v1/policy', BENCH_POLICY);
    let before: Counters = { passed: 0, executed: 0 };
    const summary = await load(
      server,
      {
        rate: String(rate),
        batch: values.batch,
        seconds: values.seconds,
        warmup: values.warmup,
        forms: String(forms),
        run: `${store}-${rate}-${Date.now()}`,
      },
      async () => {
        before = await counters(server);
      },
    );
    const after = await counters(server);
    const seconds = summary.finished_ms / 1_000;
    return {
      store,
      rate,
      perSecond: summary.events / seconds,
      permitShare: (after.passed - before.passed) / summary.events,
      p50: summary.p50_ms,
      p95: summary.p95_ms,
      p99: summary.p99_ms,
      executedPerSecond: (after.executed - before.executed) / seconds,
      memoryMb: await server.residentMb(),
      statuses: JSON.stringify(summary.statuses),
    };
  } finally {
    await server.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const results: Result[] = [];
for (const run of values.runs.split(',')) {
  const [store = '', offered = '', forms = '15'] = run.split(':');
  const database = store === 'postgres' ? await createDatabase(SERVER_URL, 'C') : null;
  try {
    const result = await measure(store, database?.url ?? null, Number(offered), Number(forms));
    results.push(result);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await database?.drop();
  }
}

if (values.write) {
  const round = (value: number, digits = 0) => value.toFixed(digits);
  const rows = results.map(
    (r) =>
      `| ${r.store} | ${r.rate} | ${round(r.perSecond)} | ${round(r.permitShare * 100)} % | ${round(r.executedPerSecond)} | ${round(r.p50, 1)} | ${round(r.p95, 1)} | ${round(r.p99, 1)} | ${round(r.memoryMb)} |`,
  );
  // Rows of other runs stay.
  const keyOf = (row: string) => row.split('|').slice(1, 3).join('|');
  const written = new Set(rows.map(keyOf));
  const kept = readSection('bench')
    .split('\n')
    .filter((line) => /^\| (pglite|postgres) /.test(line) && !written.has(keyOf(line)));
  writeSection(
    'bench',
    `## Governed signals a second

Written by \`npm run bench -- --write\`. Loader, server and database share one machine: ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node
${process.version}. The loader is a process of its own and open-loop: it offers ${values.batch} signals a request at a fixed rate, whether or not the server keeps up, and a
request's time runs from the moment it was due. An answer comes after the commit that holds ledger, states, decision, verdict and permit, so the time is that from offer
to verdict. Each row is ${values.seconds} s after ${values.warmup} s of warm-up. Permits are executed in the sandbox meanwhile. The server runs with
\`--max-semi-space-size=128\`, and the database on Postgres has the locale C.

| database | offered/s | governed signals/s | ending in a permit | executed/s | p50 ms | p95 ms | p99 ms | server MB |
|---|---|---|---|---|---|---|---|---|
${[...rows, ...kept].toSorted().join('\n')}`,
  );
}
