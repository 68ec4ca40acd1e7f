/**
 * Looks at everything the system needs and says how to mend what is missing. It goes on after the first fault, changes nothing, and
 * never makes a data folder or a database by looking for one.
 */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { answer, connected, EXIT, refuseMore } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { shown } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { figure } from '../words.ts';

export interface Finding {
  readonly check: string;
  /** `note` is worth knowing and no fault. */
  readonly result: 'ok' | 'note' | 'problem';
  readonly detail: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
}

const FREE_BYTES_MIN = 512 * 1024 * 1024;
const NODE_MAJOR_MIN = 24;
const ANSWER_MS = 2_000;
const NATS_PORT = 4_222;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check what the system needs, and say how to mend it',
  usage: 'gatehouse doctor',
  examples: ['gatehouse doctor', 'gatehouse doctor --json'],
  options: {},
  async run(context, args) {
    refuseMore(args, 0);
    const findings = await examine(context);
    const ok = findings.every((finding) => finding.result !== 'problem');
    answer(context, { ok, findings }, () => findingsText(findings, context.terminal.paint));
    return ok ? EXIT.ok : EXIT.problemFound;
  },
};

async function examine(context: CommandContext): Promise<readonly Finding[]> {
  const findings = [nodeVersion(process.versions.node), environment(context)];
  const config = configOf(context);
  // Without a configuration it is not known where to look.
  if (config === null) return findings;
  const server = await context.findServer();
  findings.push(dataFolder(config.dataDir), masterKey(config), await port(config, server));
  if (config.natsUrl !== null) findings.push(await nats(config.natsUrl));
  findings.push(await database(context, config, server));
  return findings;
}

function ok(check: string, detail: string): Finding {
  return { check, result: 'ok', detail, fix: null };
}

function problem(check: string, detail: string, fix: string): Finding {
  return { check, result: 'problem', detail, fix };
}

export function nodeVersion(version: string): Finding {
  const major = Number.parseInt(version, 10);
  if (major >= NODE_MAJOR_MIN) return ok('node', `Node ${version}`);
  return problem('node', `Node ${version} is too old`, `Run npm ci, which brings Node ${NODE_MAJOR_MIN}.`);
}

function environment(context: CommandContext): Finding {
  try {
    const { dataDir } = context.config;
    return ok('environment', `every variable can be read; the data folder is ${resolve(dataDir)}`);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const wrong = error.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    return problem('environment', wrong, 'Correct these variables; gatehouse config docs lists all of them.');
  }
}

function configOf(context: CommandContext): Config | null {
  try {
    return context.config;
  } catch {
    return null;
  }
}

export function dataFolder(path: string): Finding {
  const absolute = resolve(path);
  // What does not exist yet is made in the nearest folder that does.
  let existing = absolute;
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing);
  try {
    if (!statSync(existing).isDirectory()) {
      return problem('data folder', `${existing} is no folder`, 'Set GATEHOUSE_DATA_DIR to a folder.');
    }
    accessSync(existing, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem('data folder', `cannot be written: ${why}`, 'Set GATEHOUSE_DATA_DIR to a folder that can.');
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const room = `${figure(Math.floor(free / 1e6))} MB free`;
  if (free < FREE_BYTES_MIN)
    return problem('data folder', room, 'Make room, or set GATEHOUSE_DATA_DIR to another disk.');
  return ok('data folder', existing === absolute ? `can be written, ${room}` : `is made at the first start, ${room}`);
}

/** The first key, and those that have replaced it. */
function keyFilesIn(dataDir: string): readonly string[] {
  const folder = join(dataDir, 'keys');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^master(?:-[0-9a-f]+)?\.key$/.test(name))
    .map((name) => join(folder, name));
}

function masterKey(config: Config): Finding {
  const check = 'master key';
  if (config.masterKey !== null) return ok(check, 'is configured; keep a copy of it in another place');
  const path = join(config.dataDir, 'keys', 'master.key');
  const files = keyFilesIn(config.dataDir);
  const open = files.find((file) => (statSync(file).mode & 0o077) !== 0);
  if (open !== undefined) return problem(check, `${open} can be read by other users`, `Run: chmod 600 ${open}`);
  if (files.length > 0) return ok(check, `is in ${files.join(', ')}; keep a copy of it in another place`);
  const detail = `there is none; the first start makes one in ${path}`;
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'pg'))) {
    return {
      check,
      result: 'note',
      detail,
      fix: 'Keep a copy of it in another place then: without it personal data is lost.',
    };
  }
  return problem(
    check,
    'there is none, and the database may hold data that was sealed with one',
    `Set GATEHOUSE_MASTER_KEY, or put the key back into ${path}. If the database is new, start once to make one.`,
  );
}

async function port(config: Config, server: { readonly url: string } | null): Promise<Finding> {
  if (server !== null) return ok('port', `a server of this data folder answers at ${server.url}`);
  if (config.port === 0) return ok('port', 'is chosen at the start');
  const error = await bindError(config.host, config.port);
  const place = `${config.host}:${config.port}`;
  if (error === null) return ok('port', `${place} is free`);
  if (error === 'EADDRINUSE')
    return problem('port', `${place} is taken by another program`, 'Set GATEHOUSE_PORT to another one.');
  return problem(
    'port',
    `${place} cannot be used: ${error}`,
    'Set GATEHOUSE_HOST and GATEHOUSE_PORT to an address of this machine.',
  );
}

function bindError(host: string, port: number): Promise<string | null> {
  const { promise, resolve: done } = Promise.withResolvers<string | null>();
  const probe = createServer();
  probe.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  probe.listen({ host, port, exclusive: true }, () => probe.close(() => done(null)));
  return promise;
}

/** A NATS server speaks first: one line `INFO {…}`. */
export async function nats(url: string): Promise<Finding> {
  const { hostname, port: given, host, protocol } = new URL(url);
  const fix = 'Start the server, correct NATS_URL, or unset it: one process needs no NATS.';
  const address = { host: hostname, port: given === '' ? NATS_PORT : Number(given) };
  if (protocol !== 'nats:') {
    const reached = await firstLine(address, false);
    return reached === null ? problem('nats', `${host} does not answer`, fix) : ok('nats', `${host} answers`);
  }
  const line = await firstLine(address, true);
  if (line === null) return problem('nats', `${host} does not answer`, fix);
  const version = /^INFO \{.*"version":"([^"]+)"/.exec(line)?.[1];
  if (version === undefined) return problem('nats', `what answers at ${host} is no NATS server`, fix);
  return ok('nats', `${host} answers, version ${version}`);
}

/** Null when nothing answers; with `wait` the first line that the other side says, otherwise an empty text. */
function firstLine(address: { readonly host: string; readonly port: number }, wait: boolean): Promise<string | null> {
  const { promise, resolve: done } = Promise.withResolvers<string | null>();
  const socket = connectSocket(address);
  const end = (line: string | null): void => {
    socket.destroy();
    done(line);
  };
  let text = '';
  socket.setTimeout(ANSWER_MS, () => end(null));
  socket.on('error', () => end(null));
  socket.on('end', () => end(text));
  socket.on('connect', () => {
    if (!wait) end('');
  });
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    if (text.includes('\n')) end(text);
  });
  return promise;
}

async function database(
  context: CommandContext,
  config: Config,
  server: { readonly url: string } | null,
): Promise<Finding> {
  const check = 'database';
  const embedded = config.databaseUrl === null;
  if (server === null && embedded && !existsSync(join(config.dataDir, 'pg'))) {
    return {
      check,
      result: 'note',
      detail: 'there is none yet; the first start makes one in the data folder',
      fix: null,
    };
  }
  try {
    return await connected(context, async (services, _caller, where) => {
      const health = await services.health();
      const failing = Object.entries(health.checks).filter(([, item]) => !item.ok);
      if (health.ready) return ok(check, `${embedded ? 'embedded' : 'PostgreSQL'}, reachable and migrated (${where})`);
      const detail = failing.map(([name, item]) => `${name}: ${item.detail}`).join('; ');
      return problem(check, detail === '' ? 'not ready' : detail, 'See the log of the server.');
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fix = embedded
      ? 'Stop the process that holds the data folder, or set GATEHOUSE_DATA_DIR to another one.'
      : 'Check that the server of DATABASE_URL runs, is PostgreSQL 15 or later, and lets this user in.';
    return problem(check, why, fix);
  }
}

const SIGNS = { ok: ['green', '✓'], note: ['yellow', '·'], problem: ['red', '✗'] } as const;

export function findingsText(findings: readonly Finding[], paint: Paint): string {
  const lines = findings.flatMap(({ check, result, detail, fix }) => {
    const [tone, sign] = SIGNS[result];
    const line = `${paint(tone, sign)} ${check.padEnd(12)} ${shown(detail)}`;
    return fix === null ? [line] : [line, `  ${' '.repeat(12)} → ${shown(fix)}`];
  });
  const problems = findings.filter((finding) => finding.result === 'problem').length;
  const end = problems === 0 ? 'All is well.' : `${problems} to mend.`;
  return [...lines, '', end].join('\n');
}
