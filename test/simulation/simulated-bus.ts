/** A bus that loses, doubles, delays and reorders. */
import type { Bus } from '../../src/actors/bus.port.ts';
import type { Message } from '../../src/domain/message.ts';
import type { Random } from '../../src/stats/random.ts';
import type { Owner, Scheduler } from './scheduler.ts';

interface Subscriber {
  readonly owner: Owner;
  readonly handle: (messages: readonly Message[]) => Promise<void>;
}

export class SimulatedBus {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #subscribers = new Map<number, Subscriber>();
  /** Chance that a message is lost, and that it comes twice. */
  readonly faults = { lost: 0, twice: 0 };

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  #bring(message: Message): void {
    this.#scheduler.at(this.#scheduler.now + this.#random() * 200, null, () => {
      const subscriber = this.#subscribers.get(message.partition);
      if (subscriber?.owner.alive !== true) return;
      // A handler that fails leaves the message to the sweep.
      this.#scheduler.at(this.#scheduler.now, subscriber.owner, () => {
        subscriber.handle([message]).catch(() => {});
      });
    });
  }

  busOf(owner: Owner): Bus {
    return {
      publish: async (messages) => {
        await this.#scheduler.pause(owner);
        for (const message of messages) {
          if (this.#random() >= this.faults.lost) this.#bring(message);
          if (this.#random() < this.faults.twice) this.#bring(message);
        }
      },
      subscribe: async (partition, handle) => {
        const subscriber = { owner, handle };
        this.#subscribers.set(partition, subscriber);
        return {
          stop: async () => {
            if (this.#subscribers.get(partition) === subscriber) this.#subscribers.delete(partition);
          },
        };
      },
      drop: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }
}
