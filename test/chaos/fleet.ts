/** Hosts as processes: started with a clock that may be wrong, killed, and started again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EXIT } from '../../src/cli/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLOCK = fileURLToPath(new URL('clock-offset.ts', import.meta.url));
const RESTART_AFTER_MS = 500;

export interface FleetOptions {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string>>;
  /** How wrong the clock of a host is that starts now, in milliseconds. */
  readonly clockOffsetMs: () => number;
}

interface Seat {
  readonly port: number;
  readonly log: WriteStream;
  child: ChildProcess | null;
  kills: number;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #seats: readonly Seat[];
  #ending = false;
  /** Hosts that ended without having been killed. */
  readonly unexpected: string[] = [];
  /** Hosts that found no database when they started, said so and ended; they are started again like the others. */
  startedInVain = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#seats = options.ports.map((port) => ({
      port,
      log: createWriteStream(join(options.folder, `host-${port}.log`)),
      child: null,
      kills: 0,
    }));
    for (const seat of this.#seats) this.#start(seat);
  }

  get urls(): readonly string[] {
    return this.#seats.map((seat) => `http://127.0.0.1:${seat.port}`);
  }

  /** Kills one host with SIGKILL; another process takes its seat half a second later. Returns its address. */
  kill(seatIndex: number): string {
    const seat = this.#seats[seatIndex % this.#seats.length];
    if (seat === undefined) throw new Error('a fleet has seats');
    seat.kills += 1;
    seat.child?.kill('SIGKILL');
    return `http://127.0.0.1:${seat.port}`;
  }

  #start(seat: Seat): void {
    const { folder, env, clockOffsetMs } = this.#options;
    const dataDir = join(folder, `data-${seat.port}`);
    mkdirSync(dataDir, { recursive: true });
    const { DATABASE_URL: _database, NATS_URL: _nats, ...rest } = process.env;
    const kills = seat.kills;
    const child = spawn(process.execPath, ['--import', CLOCK, join(ROOT, 'bin/gatehouse.js'), 'serve'], {
      cwd: ROOT,
      env: {
        ...rest,
        ...env,
        GATEHOUSE_DATA_DIR: dataDir,
        GATEHOUSE_PORT: String(seat.port),
        CHAOS_CLOCK_OFFSET_MS: String(clockOffsetMs()),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    seat.child = child;
    child.stderr.pipe(seat.log, { end: false });
    child.once('exit', (code, signal) => {
      if (this.#ending) return;
      if (code === EXIT.unreachable) this.startedInVain += 1;
      else if (seat.kills === kills)
        this.unexpected.push(`port ${seat.port} ended with ${code ?? signal ?? 'nothing'}`);
      setTimeout(() => {
        if (!this.#ending) this.#start(seat);
      }, RESTART_AFTER_MS);
    });
  }

  /** Asks all to stop, and waits until they have. */
  async stop(): Promise<void> {
    this.#ending = true;
    await Promise.all(
      this.#seats.map(async ({ child }) => {
        if (child === null || child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => {
          child.once('exit', resolve);
        });
        child.kill('SIGTERM');
        await gone;
      }),
    );
  }
}
