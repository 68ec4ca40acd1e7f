/**
 * What the runtime tells whoever watches it. No personal data passes here: what a commit shows of itself is narrowed by type to ids, kinds
 * and counts, which costs nothing where nobody looks.
 */
import type { Instant } from '../domain/instant.ts';
import type { Message } from '../domain/message.ts';
import type { DecisionRow, DecisionUpdate } from './runtime-store.port.ts';

/** One committed batch: the part of its plan that may be seen outside. */
export interface CommittedBatch {
  readonly drafts: { readonly length: number };
  readonly decisions: readonly Pick<
    DecisionRow,
    'tenant' | 'id' | 'correlation' | 'engine' | 'actionType' | 'verdict'
  >[];
  readonly decisionUpdates: readonly Pick<DecisionUpdate, 'tenant' | 'id' | 'correlation' | 'verdict'>[];
  readonly processed: readonly {
    readonly message: Pick<Message, 'tenant' | 'source' | 'id' | 'type' | 'at'> & {
      readonly correlation: string | null;
    };
    readonly correlation: string | null;
    readonly error: string | null;
  }[];
}

/**
 * `sent`, `refused` (the channel said no for good), `failed` (every attempt failed), `uncertain` (nobody can say), `expired` (no attempt
 * before the permit ended) and `withheld` (the second check forbade it) end a permit. `retried` does not.
 */
export type ExecutionResult = 'sent' | 'refused' | 'failed' | 'uncertain' | 'expired' | 'withheld' | 'retried';

/** From and to, in milliseconds since 1970. */
export type Span = readonly [from: Instant, to: Instant];

export interface ExecutionReport {
  readonly tenant: string;
  readonly decision: string;
  readonly correlation: string;
  readonly permit: string;
  readonly actionType: string;
  readonly channel: string;
  readonly mode: string;
  readonly result: ExecutionResult;
  /** Milliseconds from the moment the permit was due until its receipt was stored, on the clock of the tenant. */
  readonly latencyMs: number;
  /** The claim with its second check; for an attempt whose worker was gone, the question what became of it. */
  readonly claimed: Span;
  /** The call of the channel; null when there was none. */
  readonly sent: Span | null;
  /** Storing the result. */
  readonly recorded: Span;
}

/** How long the gate took for one verdict, in milliseconds. */
export interface GateTime {
  /** Reading the facts, with those of all other messages of its batch. */
  readonly reading: number;
  /** Following from the message what it asks for, up to its verdict and what comes of that. */
  readonly deciding: number;
}

export interface RuntimeObserver {
  /** The verdicts of a batch, which is not committed yet. */
  gateAsked(times: readonly GateTime[]): void;
  batchCommitted(lane: number, messages: number, batch: CommittedBatch, time: Span): void;
  batchFailed(lane: number, messages: number, error: unknown): void;
  executed(report: ExecutionReport): void;
  timerFired(lagMs: number): void;
  partitionsChanged(how: 'taken' | 'released' | 'lost', partitions: readonly number[]): void;
  failed(what: string, error: unknown): void;
}
