/**
 * How much each channel has in hand. A channel that can hold only so much at a time is given no more: what is claimed and not sent when a host
 * dies may have to stay uncertain, and what waits unclaimed does not.
 */
import { CHANNELS } from '../domain/action-types.ts';
import type { Channel } from '../domain/action-types.ts';
import type { Mode } from '../domain/mode.ts';
import type { ActionChannel } from './channel.port.ts';

export interface Way {
  readonly channel: Channel;
  readonly mode: Mode;
}

const PERMITTED_MODES = ['sandbox', 'live'] as const satisfies readonly Mode[];

export class ChannelRoom {
  readonly #channels: readonly ActionChannel[];
  readonly #inHand = new Map<ActionChannel, number>();

  constructor(channels: readonly ActionChannel[]) {
    this.#channels = channels;
  }

  channelOf(channel: Channel, mode: Mode): ActionChannel | undefined {
    return this.#channels.find((item) => item.carries(channel, mode));
  }

  /** Ways out whose channel can take nothing more now. */
  get full(): readonly Way[] {
    return CHANNELS.flatMap((channel) =>
      PERMITTED_MODES.flatMap((mode) => {
        const item = this.channelOf(channel, mode);
        return item === undefined || this.#hasRoom(item) ? [] : [{ channel, mode }];
      }),
    );
  }

  /** Takes room for one request; false when there is none. */
  take(channel: ActionChannel): boolean {
    if (!this.#hasRoom(channel)) return false;
    this.#inHand.set(channel, (this.#inHand.get(channel) ?? 0) + 1);
    return true;
  }

  /** Gives back what was taken, one for each entry. */
  free(taken: readonly ActionChannel[]): void {
    for (const channel of taken) this.#inHand.set(channel, (this.#inHand.get(channel) ?? 1) - 1);
  }

  #hasRoom(channel: ActionChannel): boolean {
    return (this.#inHand.get(channel) ?? 0) < (channel.capacity ?? Infinity);
  }
}
