/**
 * Keeps the gauges about what waits. The database is asked now and then; ages are reckoned from the moments it gave, so while it does
 * not answer they go on growing, as does what waits.
 */
import type { Clock } from '../actors/clock.port.ts';
import { SYNC_SOURCES } from '../domain/sync.ts';
import type { Backlog } from '../memory/read/backlog-reader.ts';
import { WAITING } from '../observability/metrics.ts';
import type { Metrics } from '../observability/metrics.ts';

export class BacklogWatch {
  readonly #read: () => Promise<Backlog>;
  readonly #clock: Clock;
  #last: Backlog | null = null;
  #reading: Promise<void> | null = null;

  constructor(read: () => Promise<Backlog>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Asks the database, unless the last question is still open. Throws what the database throws. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read()
      .then((backlog) => {
        this.#last = backlog;
      })
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  /** Sets the gauges; before the first answer they are left out. */
  publish(metrics: Metrics): void {
    if (this.#last === null) return;
    const { oldest, syncs, activePlays, hosts, partitionsUnowned } = this.#last;
    const now = this.#clock.now();
    for (const what of WAITING) {
      const since = oldest[what];
      metrics.oldestWaitingSeconds.set({ what }, since === null ? 0 : Math.max(0, now - since) / 1_000);
    }
    for (const source of SYNC_SOURCES)
      metrics.staleSyncs.set(
        { source },
        syncs.filter((limit) => limit.source === source && limit.staleFrom < now).length,
      );
    metrics.activePlays.set(activePlays);
    metrics.hosts.set(hosts);
    metrics.partitionsUnowned.set(partitionsUnowned);
  }
}
