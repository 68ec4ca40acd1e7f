/** A Postgres and a NATS server of the run's own, so that they can be broken without breaking anything else. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const STARTED_WITHIN_MS = 20_000;

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  return port;
}

/** The folder of `initdb` and `pg_ctl`: what `pg_config` says, or the newest version that Debian installed. */
async function postgresPrograms(): Promise<string> {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest !== undefined) return join(DEBIAN_POSTGRES, newest, 'bin');
  const { stdout } = await run('pg_config', ['--bindir']);
  return stdout.trim();
}

/** Postgres refuses to run as root; then the account that its package made is used. */
function postgresAccount(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('as root this needs an account named postgres');
  return { uid: Number(uid), gid: Number(gid) };
}

export class OwnPostgres {
  readonly url: string;
  readonly #programs: string;
  readonly #dir: string;

  private constructor(programs: string, dir: string, port: number) {
    this.#programs = programs;
    this.#dir = dir;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** A new cluster in `folder`, with the durability of a default installation. */
  static async start(folder: string): Promise<OwnPostgres> {
    const port = await freePort();
    const server = new OwnPostgres(await postgresPrograms(), join(folder, 'postgres'), port);
    mkdirSync(server.#dir);
    const { uid, gid } = postgresAccount();
    if (uid !== undefined && gid !== undefined) chownSync(server.#dir, uid, gid);
    await server.#run('initdb', ['-D', server.#dir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale']);
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200`;
    await server.#run('pg_ctl', [...server.#control(), '-o', options, 'start']);
    return server;
  }

  /** Ends it as a power cut would end the process, and starts it again; it recovers from its log. */
  async crashAndRestart(): Promise<void> {
    await this.#run('pg_ctl', [...this.#control(), '-m', 'immediate', 'restart']);
  }

  async stop(): Promise<void> {
    await this.#run('pg_ctl', [...this.#control(), '-m', 'immediate', 'stop']);
  }

  #control(): readonly string[] {
    return ['-D', this.#dir, '-l', join(this.#dir, 'log'), '-w'];
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    // The server inherits what it is given, and an open pipe would keep this waiting for as long as it lives.
    const child = spawn(join(this.#programs, program), args, {
      ...postgresAccount(),
      cwd: '/',
      stdio: 'ignore',
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0) throw new Error(`${program} ended with ${String(code)}; its log is in ${this.#dir}`);
  }
}

export class OwnNats {
  readonly url: string;
  readonly #port: number;
  readonly #dir: string;
  #child: ChildProcess | null = null;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.#port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(folder: string): Promise<OwnNats> {
    const server = new OwnNats(join(folder, 'nats'), await freePort());
    await server.#start();
    return server;
  }

  /** Kills it, and starts it again on what it had written. */
  async crashAndRestart(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#start();
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }

  async #start(): Promise<void> {
    const program = existsSync('/usr/sbin/nats-server') ? '/usr/sbin/nats-server' : 'nats-server';
    this.#child = spawn(program, ['-a', '127.0.0.1', '-p', String(this.#port), '-js', '-sd', this.#dir], {
      stdio: 'ignore',
    });
    const deadline = performance.now() + STARTED_WITHIN_MS;
    while (!(await answers(this.#port))) {
      if (performance.now() > deadline) throw new Error('nats-server did not start');
      await sleep(50);
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
