/** What happens in a tenant, as it is committed: for screens that are to be live. */
import type { Caller } from './caller.port.ts';

export type ChangeKind = 'review' | 'action' | 'decision' | 'pause' | 'outcome';

/** That something changed, and not what it is now: whoever wants to know reads it, by the rights they have. */
export interface ChangeView {
  readonly kind: ChangeKind;
  /** Of the actor that it happened to; of the decision, for a decision. */
  readonly id: string;
  /** Of the event. */
  readonly type: string;
  readonly at: string;
}

export interface Change extends ChangeView {
  /** Where the reader is when it has seen this: one position per partition. */
  readonly position: string;
}

export interface ChangeReader {
  readonly changed: (changes: readonly Change[]) => void;
  /** It is too far behind to be told everything; it reads what it shows again and goes on from here. */
  readonly lost: (position: string) => void;
}

export interface StreamServices {
  /**
   * Tells of changes after `since`, or from now on. Returns what ends it. Throws `overloaded` when too many listen, and `invalid_request` for a
   * position that is none.
   */
  follow(caller: Caller, since: string | null, reader: ChangeReader): Promise<() => void>;
}
