/** Looks at what the system needs and says how to mend what is missing. */
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import type { Command, CommandContext } from '../command.ts';
import { EXIT } from '../command.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

const LEAST_FREE_BYTES = 512 * 1024 * 1024;
const LEAST_NODE_MAJOR = 24;

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port, timeout: 2_000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}

function dataFolder(path: string): Finding {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    const stats = statfsSync(path);
    const free = stats.bavail * stats.bsize;
    return free < LEAST_FREE_BYTES
      ? { check: 'data folder', ok: false, detail: `${path} has ${Math.round(free / 1e6)} MB free; make room, or set GATEHOUSE_DATA_DIR to another disk` }
      : { check: 'data folder', ok: true, detail: `${path} is writable, ${Math.round(free / 1e9)} GB free` };
  } catch (error) {
    return { check: 'data folder', ok: false, detail: `${path} cannot be written (${error instanceof Error ? error.message : 'unknown'}); set GATEHOUSE_DATA_DIR to a folder that can` };
  }
}

async function database(context: CommandContext): Promise<Finding> {
  try {
    const connection = await context.connect();
    try {
      const health = await connection.services.health();
      const detail = Object.entries(health.checks).map(([name, check]) => `${name}: ${check.detail}`).join(', ');
      return { check: 'system', ok: health.ready, detail: `${connection.where}; ${detail}` };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { check: 'system', ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check what the system needs, and say how to mend it',
  usage: 'gatehouse doctor',
  examples: ['gatehouse doctor', 'gatehouse doctor --json'],
  options: {},
  async run(context) {
    const { config } = context;
    const server = context.findServer();
    const major = Number(process.versions.node.split('.')[0]);
    const findings: Finding[] = [
      { check: 'node', ok: major >= LEAST_NODE_MAJOR, detail: major >= LEAST_NODE_MAJOR ? process.version : `${process.version} is too old; run npm ci, which brings Node 24` },
      dataFolder(config.dataDir),
      server === null
        ? { check: 'server', ok: true, detail: 'none is running on this data folder' }
        : { check: 'server', ok: true, detail: `answers at ${server.url}` },
    ];
    if (server === null && (await answers(config.host, config.port))) {
      findings.push({ check: 'port', ok: false, detail: `${config.port} is taken by another program; set GATEHOUSE_PORT` });
    }
    if (config.natsUrl !== null) {
      const url = new URL(config.natsUrl);
      const reached = await answers(url.hostname, Number(url.port === '' ? 4222 : url.port));
      findings.push({ check: 'nats', ok: reached, detail: reached ? 'answers; it is not used yet' : `${url.host} does not answer; start it or unset NATS_URL` });
    }
    findings.push(await database(context));
    const hasKey = config.masterKey !== null || existsSync(join(config.dataDir, 'keys', 'master.key'));
    findings.push({ check: 'master key', ok: hasKey, detail: hasKey ? 'present; keep a copy of it' : 'none yet; it is made at the first start' });
    const ok = findings.every((finding) => finding.ok);
    if (context.json) context.out(JSON.stringify({ ok, findings }));
    else context.out(findings.map((finding) => `${finding.ok ? '✓' : '✗'} ${finding.check.padEnd(12)} ${finding.detail}`).join('\n'));
    return ok ? EXIT.ok : EXIT.problemFound;
  },
};
