/**
 * What the executor asks of a channel. A channel acts once per idempotency key, or says that it cannot know. It throws
 * `RetryableError` when it certainly did not act and may be asked again, which is a `ChannelUnavailableError` when any request would have
 * fared the same, and `TerminalError` when it refused for good; any other error leaves the attempt uncertain.
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

/** Asks a channel to forget somebody who was erased. */
export interface ForgetRequest {
  readonly tenant: string;
  /** Stable for the person: asked twice, it is done once, and confirmed both times. */
  readonly id: string;
  /** As in the requests that it was sent. */
  readonly recipient: string;
  /** Only for a channel that knows people `by` their address; null when none is known, or not any more. */
  readonly address: string | null;
}

/** What a channel remembers of people outside our own tables, and whether it can be asked to forget them. */
export type ForgettingOf =
  | { readonly kind: 'keeps_nothing'; readonly why: string }
  | {
      readonly kind: 'asked';
      readonly by: 'recipient' | 'address';
      /** Resolves once nothing of the person is left there. Throws `RetryableError` when it could not be reached; any failure is tried again. */
      forget(request: ForgetRequest): Promise<ChannelReceipt>;
    };

export interface ActionChannel {
  readonly name: string;
  /** Without it nobody knows what the channel remembers, and the proof of an erasure says so. */
  readonly forgetting?: ForgettingOf;
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
