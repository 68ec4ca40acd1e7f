/**
 * A host owns partitions and moves their messages through commits. Each lane has its own mailbox and one batch under way; whatever
 * arrives meanwhile makes the next batch, so batches grow with the load and nobody waits for a timer. A message is answered when
 * the commit that holds it is done, and never before.
 */
import { GatehouseError, RetryableError } from '../domain/errors.ts';
import { PARTITION_COUNT } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import type { RuntimeObserver } from './observer.port.ts';
import { planBatch } from './planner/plan-batch.ts';
import type { PlannerDeps } from './planner/plan-builder.ts';
import type { BatchOutcome, CommitPlan, Delivery, RuntimeStore } from './runtime-store.port.ts';

export interface HostOptions {
  readonly id: string;
  readonly lanes: number;
  readonly maxBatch: number;
  /** Messages that may wait in all mailboxes together; beyond it submissions are refused. */
  readonly maxWaiting: number;
  readonly leaseMs: number;
  /** True for an embedded database: its lock file proves that no other host lives. */
  readonly soleOwner: boolean;
}

export type MessageResult = BatchOutcome['results'][number];

interface Waiting extends Delivery {
  readonly settle: (result: MessageResult) => void;
  readonly fail: (error: unknown) => void;
}

/** How often a batch is tried again after deadlocks and stale reads before its messages get the error. */
const ATTEMPTS_MAX = 5;
const RENEWALS_PER_LEASE = 3;
const PENDING_SWEEP_MAX = 5_000;

export class Host {
  readonly options: HostOptions;
  readonly #store: RuntimeStore;
  readonly #deps: PlannerDeps;
  readonly #clock: Clock;
  readonly #observer: RuntimeObserver;
  /** Results of executions and timers. They finish what is under way, so they go before anything that starts something new. */
  readonly #results: Waiting[][];
  readonly #mailboxes: Waiting[][];
  readonly #running: (Promise<void> | null)[];
  readonly #stop = new AbortController();
  #epochs: ReadonlyMap<number, number> = new Map();
  #waiting = 0;
  #renewal: Promise<void> | null = null;

  constructor(options: HostOptions, store: RuntimeStore, deps: PlannerDeps, clock: Clock, observer: RuntimeObserver) {
    this.options = options;
    this.#store = store;
    this.#deps = deps;
    this.#clock = clock;
    this.#observer = observer;
    this.#results = Array.from({ length: options.lanes }, () => []);
    this.#mailboxes = Array.from({ length: options.lanes }, () => []);
    this.#running = Array.from({ length: options.lanes }, () => null);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Takes every partition, waiting for the leases of a host that died to lapse, then works off what was accepted before. */
  async start(): Promise<void> {
    const all = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
    const deadline = this.#clock.now() + 2 * this.options.leaseMs + 1_000;
    for (;;) {
      const held = await this.#store.lease(this.options.id, all, this.options.leaseMs, this.options.soleOwner);
      if (held.length === PARTITION_COUNT) {
        this.#epochs = new Map(held.map((lease) => [lease.partition, lease.epoch]));
        break;
      }
      if (this.#clock.now() > deadline) {
        throw new GatehouseError(
          'unavailable',
          `Another Gatehouse process is running on this database and holds ${PARTITION_COUNT - held.length} of ${PARTITION_COUNT} partitions. Stop it first.`,
        );
      }
      await this.#clock.sleep(250, this.#stop.signal);
    }
    this.#renewal = this.#renewLeases(all);
    await this.recoverPending();
  }

  async #renewLeases(all: readonly number[]): Promise<void> {
    const { leaseMs, id } = this.options;
    while (!this.#stop.signal.aborted) {
      await this.#clock.sleep(leaseMs / RENEWALS_PER_LEASE, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        const held = await this.#store.lease(id, all, leaseMs, this.options.soleOwner);
        this.#epochs = new Map(held.map((lease) => [lease.partition, lease.epoch]));
      } catch (error) {
        this.#observer.failed('lease renewal', error);
      }
    }
  }

  /** Processes what was accepted but not processed, for example before a crash. */
  async recoverPending(): Promise<number> {
    let recovered = 0;
    for (;;) {
      const messages = await this.#store.pendingMessages([...this.#epochs.keys()], PENDING_SWEEP_MAX);
      if (messages.length === 0) return recovered;
      await this.deliverCommitted(messages);
      recovered += messages.length;
    }
  }

  /**
   * Accepts messages and answers, in order, when each is committed. Refuses the whole submission with `overloaded` when too much is
   * waiting; then nothing of it was taken.
   */
  submit(messages: readonly Message[]): Promise<readonly MessageResult[]> {
    if (this.#waiting + messages.length > this.options.maxWaiting) {
      return Promise.reject(
        new GatehouseError('overloaded', `${this.#waiting} messages are waiting; try again in a second.`),
      );
    }
    return this.#deliver(
      messages.map((message) => ({ message, committed: false })),
      this.#mailboxes,
    );
  }

  /** Results of effects, timers and other messages of the system itself: never refused for lack of room, or work done would be lost. */
  deliverResults(messages: readonly Message[]): Promise<readonly MessageResult[]> {
    return this.#deliver(
      messages.map((message) => ({ message, committed: false })),
      this.#results,
    );
  }

  /** Messages whose inbox rows are committed already. They are never refused. */
  deliverCommitted(messages: readonly Message[]): Promise<readonly MessageResult[]> {
    return this.#deliver(
      messages.map((message) => ({ message, committed: true })),
      this.#mailboxes,
    );
  }

  async #deliver(deliveries: readonly Delivery[], mailboxes: readonly Waiting[][]): Promise<readonly MessageResult[]> {
    if (this.#stop.signal.aborted) throw new GatehouseError('unavailable', 'The runtime is stopping.');
    const results = deliveries.map(
      (delivery) =>
        new Promise<MessageResult>((settle, fail) => {
          const lane = delivery.message.partition % this.options.lanes;
          mailboxes[lane]?.push({ ...delivery, settle, fail });
          this.#waiting += 1;
        }),
    );
    for (let lane = 0; lane < this.options.lanes; lane += 1) this.#wake(lane);
    return Promise.all(results);
  }

  #wake(lane: number): void {
    if (this.#running[lane] !== null) return;
    if (this.#mailboxes[lane]?.length === 0 && this.#results[lane]?.length === 0) return;
    const running = this.#runLane(lane).finally(() => {
      this.#running[lane] = null;
      this.#wake(lane);
    });
    this.#running[lane] = running;
  }

  async #runLane(lane: number): Promise<void> {
    // One turn of the event loop lets everything that arrived together travel together.
    await Promise.resolve();
    for (;;) {
      const results = this.#results[lane]?.splice(0, this.options.maxBatch) ?? [];
      const batch = [...results, ...(this.#mailboxes[lane]?.splice(0, this.options.maxBatch - results.length) ?? [])];
      if (batch.length === 0) return;
      this.#waiting -= batch.length;
      await this.#process(lane, batch);
    }
  }

  async #process(lane: number, batch: readonly Waiting[]): Promise<void> {
    try {
      const outcome = await this.#commit(lane, batch);
      for (const [index, waiting] of batch.entries()) {
        const result = outcome.results[index];
        if (result === undefined) waiting.fail(new Error('the store gave no result for a message'));
        else waiting.settle(result);
      }
      if (outcome.outgoing.length > 0)
        void this.deliverCommitted(outcome.outgoing).catch((error: unknown) =>
          this.#observer.failed('delivery between actors', error),
        );
    } catch (error) {
      this.#observer.batchFailed(lane, batch.length, error);
      const half = Math.floor(batch.length / 2);
      if (half === 0 || error instanceof GatehouseError || error instanceof RetryableError) {
        for (const waiting of batch) waiting.fail(error);
        return;
      }
      // Bisection finds the message that the database refuses; its neighbours go through.
      await this.#process(lane, batch.slice(0, half));
      await this.#process(lane, batch.slice(half));
    }
  }

  async #commit(lane: number, batch: readonly Delivery[]): Promise<BatchOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      const started = this.#clock.now();
      let plan: CommitPlan | null = null;
      try {
        const outcome = await this.#store.runBatch(batch, this.#epochs, (loaded, fresh) => {
          const deliveries = fresh.map((index) => batch[index]).filter((delivery) => delivery !== undefined);
          const planned = planBatch(deliveries, loaded, this.#deps);
          plan = planned.plan;
          return planned.plan;
        });
        if (plan !== null) this.#observe(lane, batch.length, plan, this.#clock.now() - started);
        return outcome;
      } catch (error) {
        if (!isWorthRetrying(error) || attempt >= ATTEMPTS_MAX) throw error;
        await this.#clock.sleep(5 * attempt, this.#stop.signal);
      }
    }
  }

  #observe(lane: number, messages: number, plan: CommitPlan, milliseconds: number): void {
    this.#observer.batchCommitted(lane, messages, plan.drafts.length, milliseconds);
    for (const update of plan.decisionUpdates) this.#observer.verdict(update.verdict);
    for (const row of plan.processed) {
      if (row.error !== null)
        this.#observer.messageParked(row.message.tenant, row.message.source, row.message.id, row.error);
    }
  }

  /** What would happen if this message were processed now; nothing is written. */
  rehearse(message: Message): Promise<CommitPlan> {
    return this.#store.rehearse(
      message,
      (loaded) => planBatch([{ message, committed: false }], loaded, this.#deps).plan,
    );
  }

  /** Resolves when every mailbox is empty and every lane at rest. */
  async idle(): Promise<void> {
    while (this.#waiting > 0 || this.#running.some((lane) => lane !== null)) {
      await Promise.allSettled(this.#running.filter((lane) => lane !== null));
      await this.#clock.sleep(0, this.#stop.signal);
    }
  }

  /** Finishes what is in the mailboxes, then gives the partitions back. */
  async stop(): Promise<void> {
    await this.idle();
    this.#stop.abort();
    await this.#renewal;
    await this.#store
      .releaseLeases(this.options.id)
      .catch((error: unknown) => this.#observer.failed('lease release', error));
  }
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof GatehouseError) return false;
  if (error instanceof RetryableError) return true;
  const code = (error as { code?: unknown }).code;
  return code === '40P01' || code === '40001' || code === '55P03' || code === '23505';
}
