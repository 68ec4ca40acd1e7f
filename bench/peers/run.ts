/**
 * Does the same work on Gatehouse and on other durable runtimes, one after the other, on one machine and one Postgres server. Each run
 * has a process and a database of its own. A system that fails is reported as failed, and the others go on. First each system is tried
 * in short runs with several tunings and numbers of signals under way, then it is measured with the best of them.
 *
 *   npm run bench:peers -- [--seconds 60] [--warmup 15] [--probe 5] [--in-flight 16,64,128] [--keys 10000] [--systems dbos,restate] [--write]
 */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createDatabase } from '../../test/postgres-database.ts';
import { writeSection } from '../page-section.ts';
import type { Report, Settings } from './adapter.ts';
import type { Summary } from './drive.ts';
import { reportOf } from './report.ts';
import type { Measured } from './report.ts';
import { SYSTEMS } from './systems.ts';
import type { System, Tuning } from './systems.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    warmup: { type: 'string', default: '15' },
    probe: { type: 'string', default: '5' },
    'in-flight': { type: 'string', default: '16,64,128' },
    keys: { type: 'string', default: '10000' },
    systems: { type: 'string', default: SYSTEMS.map(({ name }) => name).join(',') },
    write: { type: 'boolean', default: false },
  },
});

const POSTGRES = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** What a run may take besides its load: start, settling, checks, end. */
const SPARE_SECONDS = 180;
const PROBE_WARMUP_SECONDS = 2;
const ERROR_LENGTH = 2_000;

/** The process group that runs now; an interruption ends it. */
let running: number | undefined;
let interrupted = false;

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    endGroup(running);
  });
}

/** Runs an adapter in a process group of its own, so that whatever it started ends with it. Throws with the end of what it printed. */
async function runAdapter(system: System, tuning: Tuning, settings: Settings): Promise<Summary> {
  const child = fork(fileURLToPath(new URL(system.adapter, import.meta.url)), [JSON.stringify(settings)], {
    detached: true,
    env: {
      ...process.env,
      ...tuning.environment,
      NODE_ENV: 'production',
      // For all alike: half of what a signal needs is garbage a moment later.
      NODE_OPTIONS: '--max-semi-space-size=64',
      DO_NOT_TRACK: '1',
      MASTRA_TELEMETRY_DISABLED: '1',
      LANGSMITH_TRACING: 'false',
      LANGCHAIN_TRACING_V2: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running = child.pid;
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-ERROR_LENGTH)));
  }
  let report: Report | null = null;
  child.on('message', (message) => (report = message as Report));
  const limit = (settings.warmupSeconds + settings.seconds + SPARE_SECONDS) * 1_000;
  const late = setTimeout(() => {
    printed += `\nended after ${limit / 1_000} s`;
    endGroup(child.pid);
  }, limit);
  await new Promise<void>((resolve) => {
    child.on('error', (error) => {
      printed += error.message;
      resolve();
    });
    child.on('exit', () => resolve());
  });
  clearTimeout(late);
  endGroup(child.pid);
  running = undefined;
  const received = report as Report | null;
  if (received === null) throw new Error(`${system.adapter} ended without a report: ${printed.trim()}`);
  if (!received.ok) throw new Error(received.error);
  return received.summary;
}

async function measure(system: System, choice: Choice, warmupSeconds: number, seconds: number): Promise<Summary> {
  const { tuning, inFlight } = choice;
  const database = await createDatabase(POSTGRES);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-peers-'));
  try {
    const keys = Number(values.keys);
    return await runAdapter(system, tuning, {
      databaseUrl: database.url,
      inFlight,
      keys,
      warmupSeconds,
      seconds,
      folder,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  }
}

const say = (text: string) => process.stderr.write(`${text}\n`);
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What a run of a system may be tuned by. */
interface Choice {
  readonly tuning: Tuning;
  readonly inFlight: number;
}

/** Finds the best choice in short runs; with one choice there is nothing to find. Throws when none of them worked. */
async function bestChoice(system: System, choices: readonly Choice[]): Promise<Choice> {
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) return only;
  let best: { readonly choice: Choice; readonly rate: number } | null = null;
  let failure: unknown = new Error('there was no trial');
  for (const choice of choices) {
    const what = `${system.name}: ${choice.inFlight} under way ${choice.tuning.title}`;
    try {
      const { effectsPerSecond: rate } = await measure(system, choice, PROBE_WARMUP_SECONDS, Number(values.probe));
      say(`${what}: ${rate.toFixed(0)} effects/s`);
      if (best === null || rate > best.rate) best = { choice, rate };
    } catch (error) {
      if (interrupted) throw error;
      failure = error;
      say(`${what}: failed: ${reasonOf(error)}`);
    }
  }
  if (best === null) throw failure;
  return best.choice;
}

if (!existsSync(new URL('node_modules', import.meta.url))) {
  say('The other runtimes are not installed: run `npm ci --prefix bench/peers` first.');
  process.exit(3);
}
const wanted = new Set(values.systems.split(','));
const unknown = [...wanted].filter((name) => !SYSTEMS.some((system) => system.name === name));
if (unknown.length > 0) {
  say(`--systems knows ${SYSTEMS.map(({ name }) => name).join(', ')}, not ${unknown.join(', ')}.`);
  process.exit(2);
}

const counts = values['in-flight'].split(',').map(Number);
const measured: Measured[] = [];
for (const system of SYSTEMS.filter(({ name }) => wanted.has(name))) {
  if (interrupted) break;
  try {
    const choice = await bestChoice(
      system,
      system.tunings.flatMap((tuning) => counts.map((inFlight) => ({ tuning, inFlight }))),
    );
    const summary = await measure(system, choice, Number(values.warmup), Number(values.seconds));
    say(`${system.name}: ${JSON.stringify(summary)}`);
    measured.push({ system, ...choice, summary });
  } catch (error) {
    say(`${system.name} failed: ${reasonOf(error)}`);
    measured.push({ system, error: reasonOf(error) });
  }
}
if (interrupted) process.exit(130);

const report = reportOf(measured, {
  seconds: Number(values.seconds),
  warmupSeconds: Number(values.warmup),
  probeSeconds: Number(values.probe),
  choices: counts,
  keys: Number(values.keys),
});
process.stdout.write(`${report}\n`);
if (values.write) {
  writeSection('bench:peers', report);
}
process.exitCode = measured.some((one) => 'error' in one) ? 1 : 0;
