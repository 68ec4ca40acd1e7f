/**
 * Measures how late timers are while signals run: leads whose interest is too small to act on are looked at again after a fixed time, so a steady load
 * of signals makes timers that fall due all the time. Lateness runs from the moment at which a timer was due until the transaction that
 * carries out what follows from it began, on the clock of the one machine.
 *
 *   npm run bench:timers -- [--rate 300] [--seconds 60] [--write]
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
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
});
/** Timers of the first signals fall due when the load has been running for this long; from there on they are counted. */
const LATER_MS = 20_000;
const SETTLE_MS = 3_000;

interface Lateness {
  readonly timers: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Due in the same time and not carried out. */
  readonly missing: number;
}

const LATENESS = `WITH fired AS (
  SELECT extract(epoch FROM appended_on) * 1000 - (body::json #>> '{data,due_at}')::bigint AS late
  FROM ledger WHERE type = 'retriage.due' AND (body::json #>> '{data,due_at}')::bigint BETWEEN $1 AND $2)
SELECT count(*)::int AS timers, percentile_cont(0.5) WITHIN GROUP (ORDER BY late)::float8 AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY late)::float8 AS p95,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY late)::float8 AS p99, max(late)::float8 AS max,
  (SELECT count(*)::int FROM timers WHERE due_at BETWEEN $1 AND $2) AS missing FROM fired`;

const database = await createDatabase(SERVER_URL, 'C');
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-timers-'));
const server = await BenchServer.start({
  databaseUrl: database.url,
  dataDir,
  nodeOptions: '--max-semi-space-size=128',
});
const sql = createPostgres(database.url, { maxConnections: 1 });
try {
  await server.ready();
  await server.call('PUT', '/v1/policy', {
    ...BENCH_POLICY,
    triage: { ...BENCH_POLICY.triage, later_ms: LATER_MS, later_max: 1 },
  });
  let from = 0;
  const summary = await load(
    server,
    {
      rate: values.rate,
      batch: '10',
      seconds: values.seconds,
      warmup: String(LATER_MS / 1_000),
      run: `timers-${Date.now()}`,
    },
    () => {
      from = Date.now();
      return Promise.resolve();
    },
  );
  const to = Date.now();
  await sleep(SETTLE_MS);
  const [row] = await sql.asOwner((session) => session.query<Lateness>(LATENESS, [from, to]));
  const late = must(row, 'one row');
  process.stdout.write(`${JSON.stringify({ ...late, statuses: summary.statuses })}\n`);
  if (values.write) {
    const shown = (value: number) => value.toFixed(0);
    writeSection(
      'bench:timers',
      `## How late timers are

Written by \`npm run bench:timers -- --write\` on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}) that the loader, one host and Postgres share. ${values.rate} signals a second are offered; those that
are worth a second look make a timer that is due ${LATER_MS / 1_000} s later, so timers fall due all the time while signals run, for ${values.seconds} s. Lateness runs from the
moment a timer was due until the transaction that carries out what follows from it began. A host looks for due timers ten times a second.

| signals/s | timers | p50 ms | p95 ms | p99 ms | latest ms | not carried out | p99 of signals ms |
|---|---|---|---|---|---|---|---|
| ${values.rate} | ${late.timers} | ${shown(late.p50)} | ${shown(late.p95)} | ${shown(late.p99)} | ${shown(late.max)} | ${late.missing} | ${shown(summary.p99_ms)} |`,
    );
  }
} finally {
  await sql.close();
  await server.end();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
}
