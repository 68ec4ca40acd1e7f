/**
 * Measures how soon a server works again that was killed while it held many actors, and how much memory it takes.
 *
 *   npm run bench:restart -- [--actors 100000] [--runs 5] [--write]
 *
 * The server is killed with SIGKILL and started again at once; the clock runs from the kill to the answer to a signal for one of the actors, whose
 * decision is committed by then.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { createDatabase } from '../test/postgres-database.ts';
import { writeSection } from './page-section.ts';
import { BenchServer, KEY, SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    actors: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
});
const actors = Number(values.actors);
const BATCH = 500;
const IN_FLIGHT = 4;

const database = await createDatabase(SERVER_URL);
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-restart-'));

const start = () => BenchServer.start({ databaseUrl: database.url, dataDir });

function post(events: readonly object[], prefer: string): Promise<Response> {
  return fetch(`${server.url}/v1/signals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/cloudevents-batch+json', prefer },
    body: JSON.stringify(events),
  });
}

const signal = (id: string, lead: number, type: string, data: object) => ({
  specversion: '1.0',
  id,
  source: '/bench',
  type,
  subject: `lead/${lead}`,
  data,
});

async function fill(round: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < actors) {
        const from = next;
        next += BATCH;
        const batch = Array.from({ length: Math.min(BATCH, actors - from) }, (_, index) =>
          signal(`fill-${round}-${from + index}`, from + index, 'web.page_viewed', { page: 'docs' }),
        );
        const response = await post(batch, 'respond-async');
        if (response.status !== 202) throw new Error(`filling: ${response.status} ${await response.text()}`);
      }
    }),
  );
}

let server = await start();
try {
  await server.ready();
  await fill(0);
  const filledMb = await server.residentMb();
  const firsts: number[] = [];
  for (let run = 0; run < Number(values.runs); run += 1) {
    const dead = server.end('SIGKILL');
    const began = performance.now();
    await dead;
    server = await start();
    const event = signal(`after-${run}`, (run * 7_919) % actors, 'web.form_submitted', { form: 'demo' });
    for (;;) {
      const status = await post([event], 'wait=10').then(
        async (response) => {
          await response.text();
          return response.status;
        },
        () => 0,
      );
      if (status === 200) break;
      await sleep(10);
    }
    firsts.push(performance.now() - began);
    process.stdout.write(`first answer after ${(firsts.at(-1) ?? 0).toFixed(0)} ms\n`);
    // The next kill finds a server that holds its leases.
    await sleep(2_000);
  }
  const startedMb = await server.residentMb();
  await fill(1);
  const busyMb = await server.residentMb();
  const milliseconds = firsts.map((value) => Math.round(value));
  process.stdout.write(`${JSON.stringify({ actors, filledMb, startedMb, busyMb, firstAnswerMs: milliseconds })}\n`);
  if (values.write)
    writeSection(
      'bench:restart',
      `## Restart

A server on Postgres that holds ${actors.toLocaleString('en')} actors is killed with SIGKILL and started again. From the kill to the answer to a signal for one of the
actors, its decision committed: ${milliseconds.join(', ')} ms. The next process on the same machine sees that the killed one is gone; on another machine it would have to
wait until the leases of four seconds lapse.

Resident memory of the server: ${filledMb.toFixed(0)} MB when the actors had been made, ${startedMb.toFixed(0)} MB after the last start, ${busyMb.toFixed(0)} MB when all had been used again.`,
    );
} finally {
  await server.end();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
}
