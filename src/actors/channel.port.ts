/**
 * What the executor asks of a channel. A channel acts once per idempotency key, or says that it cannot know. It throws
 * `RetryableError` when it certainly did not act and may be asked again, `TerminalError` when it refused for good; any other error
 * leaves the attempt uncertain.
 */
import type { ActionType, Channel } from '../domain/action-types.ts';
import type { EgressBlock } from '../domain/egress.ts';
import type { Instant } from '../domain/instant.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Mode } from '../domain/mode.ts';

export interface ChannelRequest {
  readonly tenant: string;
  /** Stable for the permit: sending it twice must act once. */
  readonly idempotencyKey: string;
  readonly actionType: ActionType;
  readonly channel: Channel;
  readonly mode: Mode;
  readonly recipient: string;
  readonly content: JsonObject;
  readonly at: Instant;
}

export interface ChannelReceipt {
  /** The channel's own name for what it did, such as a message id. */
  readonly receipt: string;
}

export interface ActionChannel {
  readonly name: string;
  /**
   * True when what it did is remembered in our own database only. After a restore such a channel has forgotten what it did since the
   * backup, and its `absent` proves nothing.
   */
  readonly remembersInDatabase?: true;
  /** Where it sends to outside the installation; a policy may block that. */
  readonly egress?: EgressBlock;
  /** How many requests it should be given at a time; any number when it does not say. */
  readonly capacity?: number;
  /** Whether this channel can carry the action in this mode. */
  carries(channel: Channel, mode: Mode): boolean;
  /** Requests are independent; the answers are in the order of the requests. */
  send(requests: readonly ChannelRequest[]): Promise<readonly PromiseSettledResult<ChannelReceipt>[]>;
  /** What became of earlier requests: a receipt, `absent` when it certainly did not act, `unknown` when it cannot say. */
  lookup(
    tenant: string,
    idempotencyKeys: readonly string[],
  ): Promise<readonly (ChannelReceipt | 'absent' | 'unknown')[]>;
}
