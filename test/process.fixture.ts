/** The `gatehouse` command as a process of its own, on a data folder of its own, with no server configured. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { must } from '../src/domain/errors.ts';
import { keyOfBytes } from '../src/memory/vault/cipher.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { KeyRing } from '../src/memory/vault/key-ring.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A master key that is the same in every run, so that ids are too. */
export const TEST_MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
/** The same as a process that was given it has it, and what follows from it. */
export const TEST_RING = KeyRing.open(TEST_MASTER_KEY, '');
export const TEST_SECRET = InstallationSecret.of(keyOfBytes(Buffer.alloc(32, 7)));

export class Workplace implements Disposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));

  spawn(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const { DATABASE_URL: _database, NATS_URL: _nats, ...rest } = process.env;
    return spawn(process.execPath, [join(ROOT, 'bin/gatehouse.js'), ...args], {
      cwd: ROOT,
      env: {
        ...rest,
        GATEHOUSE_DATA_DIR: this.dataDir,
        GATEHOUSE_MASTER_KEY: TEST_MASTER_KEY,
        GATEHOUSE_LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return finished(this.spawn(args, env));
  }

  [Symbol.dispose](): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A server as a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written to its log so far. */
  log(): string;
  /** Ends the process and waits for its end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Finished>;
}

/** Starts a server at any free port, and waits until it says where it answers. Throws its log when it ends before. */
export async function serve(place: Workplace, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = place.spawn(['serve', '--json'], { GATEHOUSE_PORT: '0', ...env });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = finished(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: must(child.stdout, 'a pipe') }).once('line', resolve);
    ended.then(() => reject(new Error(`the server ended: ${log}`)), reject);
  });
  return {
    url: (JSON.parse(line) as { url: string }).url,
    child,
    log: () => log,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
