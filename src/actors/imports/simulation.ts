/**
 * Moves one tenant through virtual time. Before anything that happens at a moment, everything that was due earlier has happened, and
 * what a moment sets in motion is finished before the next. So the same rows give the same world, however often the run is broken.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { Message } from '../../domain/message.ts';
import type { Executor } from '../executor.ts';
import type { Host, MessageResult } from '../host.ts';
import type { RuntimeStore } from '../runtime-store.port.ts';

const TIMERS_MAX = 1_000;

export class Simulation {
  readonly #tenant: TenantId;
  readonly #host: Host;
  readonly #store: RuntimeStore;
  readonly #executor: Executor;

  constructor(tenant: TenantId, host: Host, store: RuntimeStore, executor: Executor) {
    this.#tenant = tenant;
    this.#host = host;
    this.#store = store;
    this.#executor = executor;
  }

  /** Finishes what was under way at `at` when the run was broken. */
  async resume(at: number): Promise<void> {
    await this.#executor.reconcile([this.#tenant], at, true);
    await this.#settle(at);
  }

  /** Everything due up to `at`, in order of its time. */
  async advanceTo(at: number): Promise<void> {
    for (;;) {
      const due = await this.#store.nextDue([this.#tenant]);
      if (due === null || due > at) return;
      const timers = await this.#store.dueTimers([this.#tenant], null, due, TIMERS_MAX);
      if (timers.length > 0) await this.#host.deliverResults(timers.map((timer) => timer.message));
      await this.#settle(due);
    }
  }

  /** Messages of one moment, and all that follows from them at that moment. */
  async happen(at: number, messages: readonly Message[]): Promise<readonly MessageResult[]> {
    const results = await this.#host.deliverResults(messages);
    await this.#settle(at);
    return results;
  }

  async #settle(at: number): Promise<void> {
    do await this.#host.settled([this.#tenant]);
    while ((await this.#executor.runDue([this.#tenant], null, at)) > 0);
  }
}
