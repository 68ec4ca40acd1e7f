/** Runs timers and permits of tenants on the real clock. Simulated tenants are moved by their simulation only. */
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from './clock.port.ts';
import type { ExecutionStore } from './execution-store.port.ts';
import type { Executor } from './executor.ts';
import type { Host } from './host.ts';
import type { RuntimeObserver } from './observer.port.ts';
import { Pace } from './pace.ts';
import type { RuntimeStore } from './runtime-store.port.ts';

export interface WorkerOptions {
  /** How often it is looked while there is little to find, so that more comes together. */
  readonly pollMs: number;
  /** The longest pause while this host commits nothing. What falls due by the clock alone is found that late. */
  readonly idleMs: number;
  /** Looks for permits that may be under way at once: while some wait for their results to be committed, others claim; claims never overlap. */
  readonly executors: number;
  /** True while nothing may happen by itself. */
  readonly isPaused?: () => boolean;
}

/** Gives how much it moved. */
type Work = (tenants: readonly TenantId[], now: number) => Promise<number>;

const TENANTS_MS = 1_000;
const RECONCILE_MS = 5_000;
const TIMERS_MAX = 1_000;
/** What a look costs is worth it from here on. */
const PLENTY = 100;

export class WorkerLoop {
  readonly #options: WorkerOptions;
  readonly #host: Host;
  readonly #executor: Executor;
  readonly #runtime: RuntimeStore;
  readonly #executions: ExecutionStore;
  readonly #clock: Clock;
  readonly #observer: RuntimeObserver;
  readonly #stop = new AbortController();
  readonly #permits: Pace;
  readonly #timers: Pace;
  readonly #reconciliation: Pace;
  #loops: readonly Promise<void>[] = [];
  #tenants: readonly TenantId[] = [];
  #tenantsAt = -Infinity;

  constructor(
    options: WorkerOptions,
    host: Host,
    executor: Executor,
    runtime: RuntimeStore,
    executions: ExecutionStore,
    clock: Clock,
    observer: RuntimeObserver,
  ) {
    this.#options = options;
    this.#host = host;
    this.#executor = executor;
    this.#runtime = runtime;
    this.#executions = executions;
    this.#clock = clock;
    this.#observer = observer;
    const { pollMs, idleMs } = options;
    this.#permits = new Pace(clock, pollMs, idleMs);
    this.#timers = new Pace(clock, pollMs, idleMs);
    this.#reconciliation = new Pace(clock, RECONCILE_MS, RECONCILE_MS);
  }

  start(): void {
    // Only who owns a partition permits something in it, or sets a timer there.
    this.#host.whenCommitted(() => {
      this.#permits.stir();
      this.#timers.stir();
    });
    this.#loops = [
      this.#lookForPermits(),
      this.#loop('timers', this.#timers, async (tenants, now) => this.#fireTimers(tenants, now)),
      this.#loop('reconciliation', this.#reconciliation, async (tenants, now) =>
        this.#executor.reconcile(tenants, now),
      ),
    ];
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const pace of [this.#permits, this.#timers, this.#reconciliation]) pace.skip();
    await Promise.all(this.#loops);
  }

  async #realTenants(): Promise<readonly TenantId[]> {
    const now = this.#clock.now();
    if (now - this.#tenantsAt > TENANTS_MS) {
      this.#tenants = (await this.#executions.tenants())
        .filter((tenant) => tenant.clock === 'real')
        .map((tenant) => tenant.id);
      this.#tenantsAt = now;
    }
    return this.#tenants;
  }

  /**
   * One look begins every `pollMs` while something happens, whatever became of those before, so that what falls due evenly is carried out evenly: results that come in heaps would
   * make whoever waits for an answer wait for all of them. A look that found plenty is followed by the next one at once.
   */
  async #lookForPermits(): Promise<void> {
    const { executors } = this.#options;
    const looks = new Set<Promise<void>>();
    while (!this.#stop.signal.aborted) {
      if (looks.size < executors) {
        const look: Promise<void> = this.#attempt('permits', (tenants, now) =>
          this.#executor.runDue(tenants, this.#host.partitions, now),
        ).then((moved) => {
          looks.delete(look);
          if (moved > 0) this.#permits.stir();
          if (moved >= PLENTY) this.#permits.skip();
        });
        looks.add(look);
      }
      await this.#permits.pause();
    }
    await Promise.all(looks);
  }

  /** Works while there is much work, and looks again after a pause when there was little. */
  async #loop(name: string, pace: Pace, work: Work): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const moved = await this.#attempt(name, work);
      if (moved > 0) pace.stir();
      if (moved < PLENTY && !this.#stop.signal.aborted) await pace.pause();
    }
  }

  async #attempt(name: string, work: Work): Promise<number> {
    try {
      const tenants = this.#options.isPaused?.() === true ? [] : await this.#realTenants();
      return tenants.length === 0 ? 0 : await work(tenants, this.#clock.now());
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#observer.failed(name, error);
      return 0;
    }
  }

  async #fireTimers(tenants: readonly TenantId[], now: number): Promise<number> {
    const due = await this.#runtime.dueTimers(tenants, this.#host.partitions, now, TIMERS_MAX);
    if (due.length === 0) return 0;
    for (const timer of due) this.#observer.timerFired(now - timer.dueAt);
    await this.#host.deliverResults(due.map((timer) => ({ ...timer.message, at: Math.max(now, timer.dueAt) })));
    return due.length;
  }
}
