/** The bus of hosts that live in one process, and of an installation without a broker, where it reaches nobody else and the sweep does the rest. */
import type { Bus, Subscription } from '../actors/bus.port.ts';
import type { Message } from '../domain/message.ts';

type Handle = (messages: readonly Message[]) => Promise<void>;

/** A message that its owner cannot take is brought again after this long. */
const AGAIN_MS = 100;

class Mailbag implements Subscription {
  readonly #handle: Handle;
  readonly #bag: Message[] = [];
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  put(messages: readonly Message[]): void {
    this.#bag.push(...messages);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#bag.length > 0 && !this.#stopped) {
      const messages = [...this.#bag];
      try {
        await this.#handle(messages);
        this.#bag.splice(0, messages.length);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.#running = null;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}

export function createInProcessBus(): Bus {
  const bags = new Map<number, Mailbag>();
  return {
    publish(messages) {
      const byPartition = Map.groupBy(messages, (message) => message.partition);
      for (const [partition, group] of byPartition) bags.get(partition)?.put(group);
      return Promise.resolve();
    },
    subscribe(partition, handle) {
      const bag = new Mailbag(handle);
      bags.set(partition, bag);
      return Promise.resolve({
        async stop() {
          if (bags.get(partition) === bag) bags.delete(partition);
          await bag.stop();
        },
      });
    },
    drop: () => Promise.resolve(),
    async close() {
      await Promise.all([...bags.values()].map((bag) => bag.stop()));
      bags.clear();
    },
  };
}
