/**
 * A host owns partitions and moves their messages through commits; a message for a partition that another host owns goes into the
 * inbox and, over the bus, to its owner. A sender is answered when its message is committed, here or in the inbox, and never before.
 */
import { GatehouseError, LeaseLostError, must, RetryableError } from '../domain/errors.ts';
import { PARTITION_COUNT } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { messageKey } from '../domain/keys.ts';
import type { Message } from '../domain/message.ts';
import type { Bus, Subscription } from './bus.port.ts';
import type { Clock } from './clock.port.ts';
import type { EffectJournal } from './effect-journal.port.ts';
import { GateStopwatch } from './gate-stopwatch.ts';
import { Lanes } from './lanes.ts';
import type { MessageResult, Urgency } from './lanes.ts';
import { lastingChanges } from './lasting-changes.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { RuntimeObserver } from './observer.port.ts';
import { planBatch } from './planner/plan-batch.ts';
import type { PlannerDeps } from './planner/plan-builder.ts';
import type { BatchOutcome, CommitPlan, Delivery, RuntimeStore } from './runtime-store.port.ts';

export type { MessageResult } from './lanes.ts';

export interface HostOptions {
  readonly id: string;
  readonly lanes: number;
  readonly maxBatch: number;
  /** Messages that may wait in all mailboxes together; beyond it submissions are refused. */
  readonly maxWaiting: number;
  readonly leaseMs: number;
  /** True for an embedded database: its lock file proves that no other host lives. */
  readonly soleOwner: boolean;
  /** Of the machines that step the actors here; partitions that a newer one has written are left alone. */
  readonly generation: number;
  /** How often accepted messages that no bus brought are looked for. */
  readonly sweepMs: number;
}

/** `stored`: committed, here or in the inbox of another owner. `processed`: its owner has committed what follows from it. */
export type Until = 'stored' | 'processed';

/** How often a batch is tried again after deadlocks and stale reads before its messages get the error. */
const ATTEMPTS_MAX = 5;
const SWEEP_MAX = 5_000;
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 200;
const LISTEN_AGAIN_MS = 1_000;
const PROCESSED_WITHIN_MS = 30_000;

export class Host {
  readonly options: HostOptions;
  readonly #store: RuntimeStore;
  readonly #bus: Bus;
  readonly #deps: PlannerDeps;
  readonly #clock: Clock;
  readonly #observer: RuntimeObserver;
  readonly #journal: EffectJournal | null;
  readonly #leases: LeaseKeeper;
  readonly #lanes: Lanes;
  readonly #subscriptions = new Map<number, Subscription>();
  /** Partitions whose subscription is being made. */
  readonly #listening = new Set<number>();
  /** Committed messages that are in a mailbox: the bus and the sweep may both bring one. */
  readonly #underWay = new Set<string>();
  readonly #stop = new AbortController();
  #committed: () => void = () => {};
  #sweeper: Promise<void> | null = null;

  constructor(
    options: HostOptions,
    store: RuntimeStore,
    bus: Bus,
    deps: PlannerDeps,
    clock: Clock,
    observer: RuntimeObserver,
    journal: EffectJournal | null = null,
  ) {
    this.options = options;
    this.#store = store;
    this.#bus = bus;
    this.#deps = deps;
    this.#clock = clock;
    this.#observer = observer;
    this.#journal = journal;
    this.#lanes = new Lanes(
      options,
      (lane, batch) => this.#commit(lane, batch),
      async (lane, delivery, error) => {
        const [result] = await this.#commit(
          lane,
          [delivery],
          new Map([[0, `refused by the database: ${String(error)}`]]),
        );
        return must(result, 'a commit answers for each message');
      },
      (lane, messages, error) => observer.batchFailed(lane, messages, error),
    );
    this.#leases = new LeaseKeeper(options, store, clock, observer, {
      gained: (partitions) => this.#gained(partitions),
      releasing: (partitions) => this.#releasing(partitions),
      lost: (partitions) => this.#unsubscribe(partitions),
    });
  }

  /** Messages in the mailboxes. */
  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** The partitions that this host owns and takes messages for. */
  get partitions(): readonly number[] {
    return this.#leases.partitions;
  }

  /** Tells the other hosts, and commands, where this one answers. */
  announce(url: string): void {
    this.#leases.announce(url);
  }

  /** Calls `listener` after each commit of this host. */
  whenCommitted(listener: () => void): void {
    this.#committed = listener;
  }

  /** Takes this host's share of the partitions, and works off what was accepted for them before. */
  async start(): Promise<void> {
    await this.#leases.start();
    await this.#sweep(this.partitions, 0);
    this.#sweeper = this.#keepSweeping();
  }

  /** Resolves when this host owns all partitions; a command that works alone needs that. Throws `unavailable` after two leases. */
  async ownAll(): Promise<void> {
    const deadline = this.#clock.now() + 2 * this.options.leaseMs + 1_000;
    while (this.partitions.length < PARTITION_COUNT) {
      if (this.#clock.now() > deadline)
        throw new GatehouseError(
          'unavailable',
          `Another Gatehouse process runs on this database and holds ${PARTITION_COUNT - this.partitions.length} of ${PARTITION_COUNT} partitions. Stop it first.`,
        );
      await this.#clock.sleep(FIRST_LOOK_MS, this.#stop.signal);
    }
  }

  /**
   * Accepts messages and answers, in order, when each is stored or processed. Refuses the whole submission with `overloaded` when
   * too much is waiting; then nothing of it was taken.
   */
  submit(messages: readonly Message[], until: Until = 'processed'): Promise<readonly MessageResult[]> {
    if (this.waiting + messages.length > this.options.maxWaiting) {
      return Promise.reject(
        new GatehouseError('overloaded', `${this.waiting} messages are waiting; try again in a second.`),
      );
    }
    return this.#route(messages, 'new', until);
  }

  /** Results of effects, timers and other messages of the system itself: never refused for lack of room, or work done would be lost. */
  deliverResults(messages: readonly Message[]): Promise<readonly MessageResult[]> {
    return this.#route(messages, 'result', 'processed');
  }

  async #route(messages: readonly Message[], urgency: Urgency, until: Until): Promise<readonly MessageResult[]> {
    this.#refuseWhenStopping();
    const here = messages.filter((message) => this.#leases.owns(message.partition));
    const elsewhere = messages.filter((message) => !this.#leases.owns(message.partition));
    const [done, handed] = await Promise.all([
      this.#lanes.deliver(
        here.map((message) => ({ message, committed: false })),
        urgency,
      ),
      elsewhere.length === 0 ? [] : this.#handOver(elsewhere),
    ]);
    const answers = new Map<Message, MessageResult>();
    for (const [index, message] of here.entries()) answers.set(message, done[index] ?? { status: 'accepted' });
    for (const [index, message] of elsewhere.entries()) answers.set(message, handed[index] ?? { status: 'accepted' });
    // A message may also have been handed over from a mailbox, when its lease went before its turn came.
    const open = messages.filter((message) => answers.get(message)?.status === 'accepted');
    if (until === 'processed' && open.length > 0) await this.#follow(open, answers);
    return messages.map((message) => answers.get(message) ?? { status: 'accepted' });
  }

  #refuseWhenStopping(): void {
    if (this.#stop.signal.aborted) throw new GatehouseError('unavailable', 'The runtime is stopping.');
  }

  /** Stores messages for another owner, and sends them on. */
  async #handOver(messages: readonly Message[]): Promise<readonly MessageResult[]> {
    const stored = await this.#store.accept(messages);
    const fresh = messages.filter((_, index) => stored[index] === 'accepted');
    if (fresh.length > 0) this.#publish(fresh);
    return stored.map((status) => (status === 'duplicate' ? { status, event: null, correlation: null } : { status }));
  }

  #publish(messages: readonly Message[]): void {
    // The owner's sweep finds what the bus does not bring.
    this.#bus.publish(messages).catch((error: unknown) => this.#observer.failed('publishing to the bus', error));
  }

  /** Looks until the owners have processed the messages. */
  async #follow(messages: readonly Message[], answers: Map<Message, MessageResult>): Promise<void> {
    const deadline = this.#clock.now() + PROCESSED_WITHIN_MS;
    let open = messages;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LONGEST_LOOK_MS)) {
      const receipts = await this.#store.receipts(open);
      for (const [index, message] of open.entries()) {
        const receipt = receipts[index] ?? null;
        if (receipt !== null) answers.set(message, receipt);
      }
      open = open.filter((_, index) => (receipts[index] ?? null) === null);
      if (open.length === 0) return;
      if (this.#clock.now() > deadline)
        throw new GatehouseError(
          'unavailable',
          'The request is stored, but the host that owns it has not processed it yet. Ask again later; sending it again changes nothing.',
        );
      await this.#clock.sleep(pause, this.#stop.signal);
      this.#refuseWhenStopping();
    }
  }

  /** Messages whose inbox rows are committed already, for partitions that are owned here. Never refused. */
  async #deliverCommitted(messages: readonly Message[]): Promise<void> {
    const fresh = messages.filter(
      (message) => this.#leases.owns(message.partition) && !this.#underWay.has(messageKey(message)),
    );
    if (fresh.length === 0 || this.#stop.signal.aborted) return;
    for (const message of fresh) this.#underWay.add(messageKey(message));
    try {
      await this.#lanes.deliver(
        fresh.map((message) => ({ message, committed: true })),
        'new',
      );
    } finally {
      for (const message of fresh) this.#underWay.delete(messageKey(message));
    }
  }

  async #sweep(partitions: readonly number[], ageMs: number): Promise<void> {
    if (partitions.length === 0) return;
    const messages = await this.#store.pendingMessages(partitions, ageMs, SWEEP_MAX);
    await this.#deliverCommitted(messages);
    if (messages.length === SWEEP_MAX) await this.#sweep(partitions, ageMs);
  }

  async #keepSweeping(): Promise<void> {
    const { sweepMs } = this.options;
    while (!this.#stop.signal.aborted) {
      await this.#clock.sleep(sweepMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#sweep(this.partitions, sweepMs / 2);
      } catch (error) {
        this.#observer.failed('sweeping the inbox', error);
      }
    }
  }

  /** Renewals of leases wait neither for the bus nor for a backlog. */
  #gained(partitions: readonly number[]): void {
    for (const partition of partitions)
      if (!this.#listening.has(partition)) {
        this.#listening.add(partition);
        void this.#listen(partition);
      }
    this.#sweep(partitions, 0).catch((error: unknown) => this.#observer.failed('sweeping the inbox', error));
  }

  /** Tries until the bus brings what it has for the partition; the sweep does its work meanwhile. */
  async #listen(partition: number): Promise<void> {
    while (this.#leases.owns(partition) && !this.#subscriptions.has(partition)) {
      try {
        const subscription = await this.#bus.subscribe(partition, (messages) => this.#deliverCommitted(messages));
        this.#subscriptions.set(partition, subscription);
      } catch (error) {
        this.#observer.failed('listening to the bus', error);
        await this.#clock.sleep(LISTEN_AGAIN_MS, this.#stop.signal);
      }
    }
    this.#listening.delete(partition);
    // It may have gone to another host meanwhile.
    if (!this.#leases.owns(partition)) this.#unsubscribe([partition]);
  }

  async #releasing(partitions: readonly number[]): Promise<void> {
    this.#unsubscribe(partitions);
    const deadline = this.#clock.now() + this.options.leaseMs / 2;
    while (this.#clock.now() < deadline && !partitions.every((partition) => this.#lanes.isQuiet(partition)))
      await this.#clock.sleep(FIRST_LOOK_MS, new AbortController().signal);
  }

  #unsubscribe(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const subscription = this.#subscriptions.get(partition);
      this.#subscriptions.delete(partition);
      subscription?.stop().catch((error: unknown) => this.#observer.failed('leaving the bus', error));
    }
  }

  /** `parked` are errors of messages that are set aside whatever comes of them, by index into the batch. */
  async #commit(
    lane: number,
    batch: readonly Delivery[],
    parked: ReadonlyMap<number, string> = new Map(),
  ): Promise<readonly MessageResult[]> {
    for (let attempt = 1; ; attempt += 1) {
      const started = this.#clock.now();
      const stopwatch = new GateStopwatch();
      let plan: CommitPlan | null = null;
      let outcome: BatchOutcome;
      try {
        outcome = await this.#store.runBatch(batch, this.#leases.epochs, (loaded, fresh) => {
          const deliveries = fresh.map((index) => batch[index]).filter((delivery) => delivery !== undefined);
          stopwatch.loaded();
          const planned = planBatch(deliveries, loaded, this.#deps, parked, (verdicts) => stopwatch.planned(verdicts));
          plan = planned.plan;
          this.#observer.gateAsked(stopwatch.times);
          this.#writeLasting(planned.plan);
          return planned.plan;
        });
      } catch (error) {
        if (error instanceof LeaseLostError) return this.#withoutLost(lane, batch, error);
        if (!isWorthRetrying(error) || attempt >= ATTEMPTS_MAX) throw error;
        await this.#clock.sleep(5 * attempt, this.#stop.signal);
        continue;
      }
      if (plan !== null) this.#observer.batchCommitted(lane, batch.length, plan, [started, this.#clock.now()]);
      this.#committed();
      this.#sendOn(outcome.outgoing);
      if (plan !== null) this.#letGo(plan);
      return outcome.results;
    }
  }

  /** Ahead of the commit: one too many after a failed commit does no harm, one too few would. */
  #writeLasting(plan: CommitPlan): void {
    if (this.#journal === null) return;
    const changes = lastingChanges(plan, this.#clock.now());
    if (changes.length > 0) this.#journal.promised(changes);
  }

  /** Hands what belongs to lost partitions to their owners, and commits the rest. */
  async #withoutLost(
    lane: number,
    batch: readonly Delivery[],
    error: LeaseLostError,
  ): Promise<readonly MessageResult[]> {
    this.#observer.failed('commit', error);
    this.#leases.drop(error.partitions);
    const lost = new Set(error.partitions);
    const gone = batch.filter(({ message, committed }) => lost.has(message.partition) && !committed);
    const rest = batch.filter(({ message }) => !lost.has(message.partition));
    const handed = gone.length === 0 ? [] : await this.#handOver(gone.map(({ message }) => message));
    const done = rest.length === 0 ? [] : await this.#commit(lane, rest);
    const answers = new Map<Delivery, MessageResult | undefined>([
      ...gone.map((delivery, index) => [delivery, handed[index]] as const),
      ...rest.map((delivery, index) => [delivery, done[index]] as const),
    ]);
    // What was in the inbox already is left to its new owner.
    return batch.map((delivery) => answers.get(delivery) ?? { status: 'accepted' });
  }

  /** Messages that actors sent with this commit. */
  #sendOn(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    const elsewhere = messages.filter((message) => !this.#leases.owns(message.partition));
    if (elsewhere.length > 0) this.#publish(elsewhere);
    this.#deliverCommitted(messages).catch((error: unknown) => this.#observer.failed('delivery between actors', error));
  }

  /** Somebody decided about a parked message: what waited behind it goes on at once. */
  #letGo({ resolutions }: CommitPlan): void {
    const partitions = [...new Set(resolutions.map(({ partition }) => partition))];
    this.#sweep(partitions, 0).catch((error: unknown) => this.#observer.failed('sweeping the inbox', error));
  }

  /** What would happen if this message were processed now; nothing is written. */
  rehearse(message: Message): Promise<CommitPlan> {
    return this.#store.rehearse(
      message,
      (loaded) => planBatch([{ message, committed: false }], loaded, this.#deps).plan,
    );
  }

  /** Resolves when nothing is under way at this host. */
  idle(): Promise<void> {
    return this.#lanes.idle();
  }

  /** Resolves when nothing of these tenants is under way at any host. */
  async settled(tenants: readonly TenantId[]): Promise<void> {
    for (;;) {
      await this.idle();
      if (this.partitions.length === PARTITION_COUNT || !(await this.#store.hasPending(tenants))) return;
      await this.#clock.sleep(FIRST_LOOK_MS, this.#stop.signal);
    }
  }

  /** Finishes what is in the mailboxes, then gives the partitions back. */
  async stop(): Promise<void> {
    await this.idle();
    this.#stop.abort();
    await this.#sweeper;
    await this.#leases.stop().catch((error: unknown) => this.#observer.failed('giving leases back', error));
  }
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof GatehouseError) return false;
  if (error instanceof RetryableError) return true;
  const code = (error as { code?: unknown }).code;
  return code === '40P01' || code === '40001' || code === '55P03' || code === '23505';
}
