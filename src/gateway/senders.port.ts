/** What the gateway and the command line ask about senders and how well their messages are taken. */
import type { Channel } from '../domain/action-types.ts';
import type { SenderLevel } from '../domain/sender-health.ts';
import type { Caller } from './caller.port.ts';

export interface SenderView {
  readonly channel: Channel;
  readonly sender: string;
  /** What the gate goes by. */
  readonly level: SenderLevel;
  /** When it changed last; null when the sender never was limited. */
  readonly level_since: string | null;
  /** Messages from then on are counted. */
  readonly counted_since: string;
  readonly sent: number;
  readonly bounced: number;
  readonly complained: number;
  /** Shares of those that were sent; null when nothing was. */
  readonly bounce_share: number | null;
  readonly complaint_share: number | null;
  /** When a person last let it begin anew. */
  readonly cleared_at: string | null;
}

export interface ClearSenderInput {
  readonly channel: Channel;
  readonly sender: string;
  readonly reason: string;
}

export interface SenderServices {
  /** All that sent something in the window of the policy or ever were limited, counted now. */
  list(caller: Caller): Promise<readonly SenderView[]>;
  /**
   * Lets a limited sender begin anew: what it sent before does not count any more. Throws `forbidden` for others than people with the
   * authority RevOps, and `state_conflict` when nothing limits it.
   */
  clear(caller: Caller, input: ClearSenderInput): Promise<SenderView>;
}
