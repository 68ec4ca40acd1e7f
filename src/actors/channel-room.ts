/**
 * How much each channel has in hand. A channel that can hold only so much at a time is given no more, and one that does not answer is given next
 * to nothing: what is claimed and not sent when a host dies may have to stay uncertain, and what waits unclaimed does not.
 */
import { CHANNELS } from '../domain/action-types.ts';
import type { Channel } from '../domain/action-types.ts';
import type { Instant } from '../domain/instant.ts';
import type { Mode } from '../domain/mode.ts';
import { ChannelCircuit } from './channel-circuit.ts';
import type { ActionChannel, ChannelReceipt } from './channel.port.ts';

export interface Way {
  readonly channel: Channel;
  readonly mode: Mode;
}

/** What one claim takes; it is given back as a whole. */
export interface Hand {
  /** Ways out whose channel can take nothing more now. */
  readonly full: readonly Way[];
  /** Takes room for one request; false when there is none. */
  take(channel: ActionChannel): boolean;
  free(): void;
}

const PERMITTED_MODES = ['sandbox', 'live'] as const satisfies readonly Mode[];
/** Of the claims that are made side by side so many may wait for one channel with limits, so that a slow one leaves some to the others. */
const CLAIMS_MAX = 2;

export class ChannelRoom {
  readonly #channels: readonly ActionChannel[];
  readonly #circuits: ReadonlyMap<ActionChannel, ChannelCircuit>;
  readonly #inHand = new Map<ActionChannel, number>();
  readonly #claims = new Map<ActionChannel, number>();

  constructor(channels: readonly ActionChannel[]) {
    this.#channels = channels;
    this.#circuits = new Map(channels.map((channel) => [channel, new ChannelCircuit()]));
  }

  channelOf(channel: Channel, mode: Mode): ActionChannel | undefined {
    return this.#channels.find((item) => item.carries(channel, mode));
  }

  hand(now: Instant): Hand {
    const taken = new Map<ActionChannel, number>();
    const hasRoom = (channel: ActionChannel) => this.#hasRoom(channel, now, taken.has(channel));
    return {
      full: CHANNELS.flatMap((channel) =>
        PERMITTED_MODES.flatMap((mode) => {
          const item = this.channelOf(channel, mode);
          return item === undefined || hasRoom(item) ? [] : [{ channel, mode }];
        }),
      ),
      take: (channel) => {
        if (!hasRoom(channel)) return false;
        if (!taken.has(channel)) add(this.#claims, channel, 1);
        add(taken, channel, 1);
        add(this.#inHand, channel, 1);
        return true;
      },
      free: () => {
        for (const [channel, count] of taken) {
          add(this.#inHand, channel, -count);
          add(this.#claims, channel, -1);
        }
        taken.clear();
      },
    };
  }

  /** Learns from the answers of a channel to one call. Returns for how long it is left alone, in milliseconds; null when it is not. */
  learn(channel: ActionChannel, answers: readonly PromiseSettledResult<ChannelReceipt>[], now: Instant): number | null {
    return this.#circuits.get(channel)?.learn(answers, now) ?? null;
  }

  #hasRoom(channel: ActionChannel, now: Instant, isTaken: boolean): boolean {
    const inHand = this.#inHand.get(channel) ?? 0;
    if (this.#circuits.get(channel)?.isWorthAsking(now, inHand) === false) return false;
    if (channel.capacity === undefined) return true;
    return inHand < channel.capacity && (isTaken || (this.#claims.get(channel) ?? 0) < CLAIMS_MAX);
  }
}

function add(counts: Map<ActionChannel, number>, channel: ActionChannel, by: number): void {
  counts.set(channel, (counts.get(channel) ?? 0) + by);
}
