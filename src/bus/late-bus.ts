/**
 * A bus whose broker may not be there yet. Until it is, nothing is published and nothing comes: the owners' sweeps find every message
 * in the database, as they do when a broker goes away later. So a host never waits for its broker.
 */
import type { Bus } from '../actors/bus.port.ts';
import type { Clock } from '../actors/clock.port.ts';
import { GatehouseError } from '../domain/errors.ts';

export interface LateBusOptions {
  /** Rejects with a `GatehouseError` when the broker is there and must not be used, with anything else when it is not there. */
  readonly open: () => Promise<Bus>;
  readonly clock: Clock;
  /** After each attempt that failed. */
  readonly missed: (error: unknown) => void;
  /** Once, when the broker came after all. */
  readonly came: () => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Resolves after one attempt. A broker that is there and must not be used is refused now; one that turns up later is only told about. */
export async function openLateBus(options: LateBusOptions): Promise<Bus> {
  try {
    return await options.open();
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    options.missed(error);
    return new LateBus(options);
  }
}

class LateBus implements Bus {
  readonly #options: LateBusOptions;
  readonly #stop = new AbortController();
  readonly #coming: Promise<void>;
  /** Stays open when the bus is closed before its broker came. */
  readonly #arrived = Promise.withResolvers<Bus>();
  #bus: Bus | null = null;

  constructor(options: LateBusOptions) {
    this.#options = options;
    this.#coming = this.#lookFor();
  }

  async #lookFor(): Promise<void> {
    const { open, clock, missed, came } = this.#options;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await clock.sleep(pause, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        this.#bus = await open();
      } catch (error) {
        missed(error);
        continue;
      }
      came();
      this.#arrived.resolve(this.#bus);
      return;
    }
  }

  async publish(messages: Parameters<Bus['publish']>[0]): Promise<void> {
    await this.#bus?.publish(messages);
  }

  async subscribe(...subscription: Parameters<Bus['subscribe']>): ReturnType<Bus['subscribe']> {
    const bus = await this.#arrived.promise;
    return bus.subscribe(...subscription);
  }

  async drop(): Promise<void> {
    if (this.#bus === null)
      throw new GatehouseError(
        'unavailable',
        'The broker at NATS_URL cannot be reached, so what lies in its files cannot be dropped. Try again when it is there.',
      );
    await this.#bus.drop();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#coming;
    await this.#bus?.close();
  }
}
