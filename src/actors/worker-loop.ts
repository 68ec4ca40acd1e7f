/** Runs timers and permits of tenants on the real clock. Simulated tenants are moved by their simulation only. */
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from './clock.port.ts';
import type { ExecutionStore } from './execution-store.port.ts';
import type { Executor } from './executor.ts';
import type { Host } from './host.ts';
import type { RuntimeObserver } from './observer.port.ts';
import type { RuntimeStore } from './runtime-store.port.ts';

export interface WorkerOptions {
  /** How often it is looked while there is little to find, so that more comes together. */
  readonly pollMs: number;
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
  /** Aborted when the next look for permits need not wait. */
  #nextLook = new AbortController();
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
  }

  start(): void {
    const { pollMs } = this.#options;
    this.#loops = [
      this.#lookForPermits(),
      this.#loop('timers', pollMs, async (tenants, now) => this.#fireTimers(tenants, now)),
      this.#loop('reconciliation', RECONCILE_MS, async (tenants, now) => this.#executor.reconcile(tenants, now)),
    ];
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#nextLook.abort();
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
   * One look begins every `pollMs`, whatever became of those before, so that what falls due evenly is carried out evenly: results that come in heaps would
   * make whoever waits for an answer wait for all of them. A look that found plenty is followed by the next one at once.
   */
  async #lookForPermits(): Promise<void> {
    const { executors, pollMs } = this.#options;
    const looks = new Set<Promise<void>>();
    while (!this.#stop.signal.aborted) {
      if (looks.size < executors) {
        const look: Promise<void> = this.#attempt('permits', (tenants, now) =>
          this.#executor.runDue(tenants, this.#host.partitions, now),
        ).then((moved) => {
          looks.delete(look);
          if (moved >= PLENTY) this.#nextLook.abort();
        });
        looks.add(look);
      }
      this.#nextLook = new AbortController();
      await this.#clock.sleep(pollMs, this.#nextLook.signal);
    }
    await Promise.all(looks);
  }

  /** Works while there is much work, and looks again after a pause when there was little. */
  async #loop(name: string, pauseMs: number, work: Work): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const moved = await this.#attempt(name, work);
      if (moved < PLENTY) await this.#clock.sleep(pauseMs, this.#stop.signal);
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
