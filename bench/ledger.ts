/**
 * Measures how long `gatehouse verify` takes over a ledger of a million events on Postgres, from the start of the command to its end.
 *
 *   npm run bench:ledger -- [--events 1000000] [--runs 3] [--write]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createPostgres } from '../src/memory/sql/postgres.ts';
import { createDatabase } from '../test/postgres-database.ts';
import { growTo, liveForAWhile } from './ledger-template.ts';
import { writeSection } from './page-section.ts';
import { SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const events = Number(values.events);
const MASTER_KEY = Buffer.alloc(32, 5).toString('base64');

const database = await createDatabase(SERVER_URL);
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-'));

interface Verified {
  readonly ok: boolean;
  readonly events: number;
}

async function verify(): Promise<{
  readonly report: Verified;
  readonly seconds: number;
  readonly code: number | null;
}> {
  const began = performance.now();
  const child = spawn(process.execPath, ['bin/gatehouse.js', 'verify', '--json'], {
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      NATS_URL: '',
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_MASTER_KEY: MASTER_KEY,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { report: JSON.parse(text) as Verified, seconds: (performance.now() - began) / 1_000, code };
}

try {
  await liveForAWhile({ dataDir, databaseUrl: database.url, masterKey: MASTER_KEY });
  const sql = createPostgres(database.url, { maxConnections: 2 });
  await growTo(sql, events, (rows) => process.stderr.write(`\r${rows} events`));
  const [size] = await sql.asOwner((session) =>
    session.query<{ bytes: number; body: number }>(
      `SELECT pg_table_size('ledger') AS bytes, (SELECT avg(length(body))::int FROM ledger TABLESAMPLE SYSTEM (1)) AS body`,
    ),
  );
  await sql.close();
  const seconds: number[] = [];
  let verified = 0;
  for (let run = 0; run < Number(values.runs); run += 1) {
    const { report, seconds: took, code } = await verify();
    if (code !== 0 || !report.ok) throw new Error(`verify found faults: ${JSON.stringify(report)}`);
    verified = report.events;
    seconds.push(took);
    process.stdout.write(`\n${verified} events verified in ${took.toFixed(2)} s\n`);
  }
  if (values.write)
    writeSection(
      'bench:ledger',
      `## Verification of the ledger

Written by \`npm run bench:ledger -- --write\` on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Postgres on the same machine. A ledger of
${verified.toLocaleString('en')} events in 64 chains (${((size?.bytes ?? 0) / 1e6).toFixed(0)} MB, bodies of ${size?.body ?? 0} characters on average) is verified by
\`gatehouse verify\`, from the start of the command to its end: ${seconds.map((value) => value.toFixed(2)).join(', ')} s. The events are those of an installation that took in
signals, decided and executed, appended again and again with their real places and hashes.`,
    );
} finally {
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
}
