/** A server of its own for a benchmark, as it runs in production, and what the benchmarks ask of it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Policy } from '../src/domain/policy.ts';

export const KEY = 'gh_default_benchmark-key';
/** A Postgres on which the benchmarks may make databases. */
export const SERVER_URL = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** Under it the sandbox carries out what the engine decides by itself. */
export const BENCH_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'bench',
  grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
};
const READY_WITHIN_MS = 60_000;
const LOOK_MS = 10;

export interface ServerOptions {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly nodeOptions?: string;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

export class BenchServer {
  readonly url: string;
  readonly process: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.process = child;
    this.#exited = once(child, 'exit');
  }

  /** Resolves when the process was made; it may not answer yet. */
  static async start({ databaseUrl, dataDir, nodeOptions, env }: ServerOptions): Promise<BenchServer> {
    const port = await freePort();
    const child = spawn(process.execPath, ['bin/gatehouse.js', 'serve'], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl ?? '',
        NATS_URL: '',
        GATEHOUSE_DATA_DIR: dataDir,
        GATEHOUSE_PORT: String(port),
        GATEHOUSE_ADMIN_KEY: KEY,
        GATEHOUSE_LOG_LEVEL: 'error',
        NODE_ENV: 'production',
        ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new BenchServer(`http://127.0.0.1:${port}`, child);
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const isReady = await fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) return;
      if (Date.now() > deadline) throw new Error('the server did not start');
      await sleep(LOOK_MS);
    }
  }

  async call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${KEY}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The value of one Prometheus sample; zero while there is none. */
  async sample(name: string): Promise<number> {
    const text = await this.figures();
    const line = text.split('\n').find((item) => item.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  /** All samples, as Prometheus reads them. */
  async figures(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  async residentMb(): Promise<number> {
    return (await this.sample('gatehouse_process_resident_memory_bytes')) / 1e6;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.#exited;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
