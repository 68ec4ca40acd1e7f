/**
 * Which partitions this host owns. Each host takes its fair share of the 64, takes over what a dead one leaves, and gives up what a
 * new one should have. Nobody is told what to own: every host counts the living and does its own part, and the database decides who
 * was first. A lease only says who should write; that nobody else can is the epoch, which every commit checks.
 */
import { PARTITION_COUNT } from '../domain/ids.ts';
import type { Clock } from './clock.port.ts';
import type { RuntimeObserver } from './observer.port.ts';
import type { RuntimeStore } from './runtime-store.port.ts';

export interface LeaseOptions {
  readonly id: string;
  readonly leaseMs: number;
  /** True for an embedded database: its lock file proves that no other host lives. */
  readonly soleOwner: boolean;
  /** Of the machines that step the actors here; partitions that a newer one has written are left alone. */
  readonly generation: number;
}

export interface LeaseListener {
  gained(partitions: readonly number[]): void;
  /** Resolves when nothing of these partitions is under way here any more. */
  releasing(partitions: readonly number[]): Promise<void>;
  lost(partitions: readonly number[]): void;
}

/** A lease is renewed this often before it lapses, so that a slow renewal or two lose nothing. */
const RENEWALS_PER_LEASE = 4;
/** A host that lacks partitions looks for free ones this often. */
const LOOKS_PER_LEASE = 20;

/** How many partitions a host should own: the first hosts by id take one more when 64 cannot be divided. */
export function fairShare(host: string, living: readonly string[]): number {
  const ids = [...new Set([...living, host])].toSorted();
  const share = Math.floor(PARTITION_COUNT / ids.length);
  return share + (ids.indexOf(host) < PARTITION_COUNT % ids.length ? 1 : 0);
}

export class LeaseKeeper {
  readonly #options: LeaseOptions;
  readonly #store: RuntimeStore;
  readonly #clock: Clock;
  readonly #observer: RuntimeObserver;
  readonly #listener: LeaseListener;
  readonly #stop = new AbortController();
  readonly #epochs = new Map<number, number>();
  /** Still owned, and about to be given back: takes nothing new. */
  readonly #leaving = new Set<number>();
  /** Whether this host has less than its share. */
  #lacking = false;
  #url: string | null = null;
  #loop: Promise<void> | null = null;

  constructor(
    options: LeaseOptions,
    store: RuntimeStore,
    clock: Clock,
    observer: RuntimeObserver,
    listener: LeaseListener,
  ) {
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#observer = observer;
    this.#listener = listener;
  }

  /** Epochs of all partitions that this host may write, those about to be given back among them. */
  get epochs(): ReadonlyMap<number, number> {
    return this.#epochs;
  }

  /** The partitions whose new messages this host takes. */
  get partitions(): readonly number[] {
    return [...this.#epochs.keys()].filter((partition) => !this.#leaving.has(partition));
  }

  owns(partition: number): boolean {
    return this.#epochs.has(partition) && !this.#leaving.has(partition);
  }

  /** Where this host answers requests; told to the others from now on. */
  announce(url: string): void {
    this.#url = url;
  }

  async start(): Promise<void> {
    await this.#tick();
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const pace = this.#lacking ? LOOKS_PER_LEASE : RENEWALS_PER_LEASE;
      await this.#clock.sleep(this.#options.leaseMs / pace, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#tick();
      } catch (error) {
        this.#observer.failed('lease renewal', error);
      }
    }
  }

  async #tick(): Promise<void> {
    const { id, leaseMs, soleOwner } = this.#options;
    const living = soleOwner ? [id] : await this.#store.heartbeat(id, this.#url, leaseMs);
    await this.#renew();
    const share = fairShare(id, living);
    const owned = this.partitions;
    if (owned.length > share) await this.#release(owned.slice(share));
    else if (owned.length < share) await this.#take(share - owned.length);
    this.#lacking = this.partitions.length < share;
  }

  async #renew(): Promise<void> {
    const { id, leaseMs, generation } = this.#options;
    const own = [...this.#epochs.keys()];
    if (own.length === 0) return;
    const held = new Map(
      (await this.#store.lease(id, { partitions: own, limit: own.length, leaseMs, force: false, generation })).map(
        (lease) => [lease.partition, lease.epoch],
      ),
    );
    const lost = own.filter((partition) => !held.has(partition));
    for (const [partition, epoch] of held) this.#epochs.set(partition, epoch);
    if (lost.length > 0) this.drop(lost);
  }

  async #take(limit: number): Promise<void> {
    const { id, leaseMs, soleOwner, generation } = this.#options;
    const others = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition).filter(
      (partition) => !this.#epochs.has(partition),
    );
    const taken = await this.#store.lease(id, { partitions: others, limit, leaseMs, force: soleOwner, generation });
    if (taken.length === 0) return;
    for (const { partition, epoch } of taken) this.#epochs.set(partition, epoch);
    const partitions = taken.map((lease) => lease.partition);
    this.#observer.partitionsChanged('taken', partitions);
    this.#listener.gained(partitions);
  }

  async #release(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) this.#leaving.add(partition);
    try {
      await this.#listener.releasing(partitions);
      const free = partitions.filter((partition) => this.#epochs.delete(partition));
      await this.#store.release(this.#options.id, free);
      this.#observer.partitionsChanged('released', free);
    } finally {
      for (const partition of partitions) this.#leaving.delete(partition);
    }
  }

  /** Another host holds these now. */
  drop(partitions: readonly number[]): void {
    const lost = partitions.filter((partition) => this.#epochs.delete(partition));
    if (lost.length === 0) return;
    this.#observer.partitionsChanged('lost', lost);
    this.#listener.lost(lost);
  }

  /** Finishes what is under way, then gives everything back, so that others can go on at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await this.#release(this.partitions);
    if (!this.#options.soleOwner) await this.#store.leave(this.#options.id);
  }
}
