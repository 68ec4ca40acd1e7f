/**
 * Looks at the database ten times a second and says when the fleet has recovered from a fault: every partition is held by a host that
 * lives, and nothing accepted has waited for longer than two seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { createPostgres } from '../../src/memory/sql/postgres.ts';
import type { Sql } from '../../src/memory/sql/sql.port.ts';

export type FaultKind = 'host' | 'postgres' | 'nats';

export interface Recovery {
  readonly kind: FaultKind;
  /** Since the beginning of the run. */
  readonly atMs: number;
  /** Null when the run ended before. */
  readonly tookMs: number | null;
}

interface OpenFault {
  readonly kind: FaultKind;
  readonly began: number;
  /** The killed process, by the id under which it held partitions. */
  readonly gone: ReadonlySet<string>;
}

const LOOK_MS = 100;
const WAITED_S = 2;
const PARTITIONS = 64;

export class Watch {
  readonly recoveries: Recovery[] = [];
  readonly #sql: Sql;
  readonly #began = performance.now();
  readonly #stop = new AbortController();
  #open: readonly OpenFault[] = [];
  #looking: Promise<void> | null = null;

  constructor(databaseUrl: string) {
    this.#sql = createPostgres(databaseUrl, { maxConnections: 2 });
  }

  start(): void {
    this.#looking = this.#look();
  }

  /** Ids under which the process at this address holds or held partitions; empty when the database cannot be asked. */
  async idsAt(url: string): Promise<ReadonlySet<string>> {
    try {
      const rows = await this.#sql.asOwner((session) =>
        session.query<{ id: string }>('SELECT id FROM hosts WHERE url = $1', [url]),
      );
      return new Set(rows.map((row) => row.id));
    } catch {
      return new Set();
    }
  }

  fault(kind: FaultKind, gone: ReadonlySet<string>): void {
    this.#open = [...this.#open, { kind, began: performance.now(), gone }];
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleep(LOOK_MS);
      const before = performance.now();
      const state = await this.#state().catch(() => null);
      if (state === null) continue;
      const recovered = (fault: OpenFault) =>
        fault.began < before &&
        state.waiting === 0 &&
        state.holders.filter((id) => !fault.gone.has(id)).length === PARTITIONS;
      for (const fault of this.#open.filter(recovered))
        this.recoveries.push({
          kind: fault.kind,
          atMs: fault.began - this.#began,
          tookMs: performance.now() - fault.began,
        });
      this.#open = this.#open.filter((fault) => !recovered(fault));
    }
  }

  async #state(): Promise<{ readonly holders: readonly string[]; readonly waiting: number }> {
    return this.#sql.asOwner(async (session) => {
      const leases = await session.query<{ holder: string }>(
        'SELECT holder FROM partition_leases WHERE until_on > clock_timestamp() AND holder IS NOT NULL',
      );
      const [inbox] = await session.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM inbox WHERE state = 'pending' AND received_on < clock_timestamp() - make_interval(secs => $1)`,
        [WAITED_S],
      );
      return { holders: leases.map((row) => row.holder), waiting: inbox?.waiting ?? 0 };
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    for (const fault of this.#open)
      this.recoveries.push({ kind: fault.kind, atMs: fault.began - this.#began, tookMs: null });
    this.#open = [];
    await this.#sql.close();
  }
}
