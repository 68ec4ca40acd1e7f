/**
 * The world outside: a channel that acts, refuses, says nothing, or acts while its caller dies. It does not honour idempotency keys, so
 * whatever is asked for twice happens twice, and is counted.
 */
import type { ActionChannel, ChannelReceipt, ChannelRequest } from '../../src/actors/channel.port.ts';
import { RetryableError, TerminalError } from '../../src/domain/errors.ts';
import type { Random } from '../../src/stats/random.ts';
import type { Owner, Scheduler } from './scheduler.ts';

export class SimulatedChannel {
  /** How often each permit was acted on. */
  readonly acts = new Map<string, number>();
  readonly faults = { retryable: 0, terminal: 0, silentBefore: 0, silentAfter: 0, death: 0 };
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #onAct: (request: ChannelRequest) => void;
  readonly #onDeath: (owner: Owner) => void;

  constructor(
    scheduler: Scheduler,
    random: Random,
    onAct: (request: ChannelRequest) => void,
    onDeath: (owner: Owner) => void,
  ) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#onAct = onAct;
    this.#onDeath = onDeath;
  }

  channelOf(owner: Owner): ActionChannel {
    return {
      capacity: 3,
      name: 'simulated',
      carries: () => true,
      send: async (requests) => {
        const answers: PromiseSettledResult<ChannelReceipt>[] = [];
        for (const request of requests) {
          await this.#scheduler.pause(owner);
          answers.push(await this.#act(owner, request));
        }
        return answers;
      },
      lookup: async (_tenant, keys) => {
        await this.#scheduler.pause(owner);
        return keys.map(() => 'unknown');
      },
    };
  }

  async #act(owner: Owner, request: ChannelRequest): Promise<PromiseSettledResult<ChannelReceipt>> {
    const failed = (reason: Error): PromiseSettledResult<ChannelReceipt> => ({ status: 'rejected', reason });
    const { retryable, terminal, silentBefore, silentAfter, death } = this.faults;
    let draw = this.#random();
    if ((draw -= retryable) < 0) return failed(new RetryableError('busy'));
    if ((draw -= terminal) < 0) return failed(new TerminalError('no such recipient'));
    if ((draw -= silentBefore) < 0) return failed(new Error('no answer'));
    const key = request.idempotencyKey;
    this.acts.set(key, (this.acts.get(key) ?? 0) + 1);
    this.#onAct(request);
    if ((draw -= silentAfter) < 0) return failed(new Error('no answer'));
    if ((draw -= death) < 0) {
      this.#onDeath(owner);
      await this.#scheduler.pause(owner);
    }
    return { status: 'fulfilled', value: { receipt: `receipt:${key}` } };
  }
}
