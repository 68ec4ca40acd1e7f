/** What the gateway and the command line ask about the past beside the present: checkpoints, what changed since a time, and hindsight. */
import type { ActorKind } from '../domain/event-types.ts';
import type { Caller } from './caller.port.ts';

export interface CheckpointView {
  readonly name: string;
  readonly at: string;
  readonly by: string;
  readonly event: string;
  /** Restores of it that changed something, oldest first. */
  readonly restored: readonly { readonly at: string; readonly by: string; readonly event: string }[];
}

export interface RestoreView {
  readonly checkpoint: string;
  readonly dry_run: boolean;
  /** How many of each kind go back, or were cancelled. */
  readonly accounts: number;
  readonly leads: number;
  readonly actions: number;
  /** Subjects that wait for a second look no longer, because the one of then was taken or replaced. */
  readonly looks_dropped: number;
  readonly changes: readonly {
    readonly kind: ActorKind;
    readonly id: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** What was left as it is, and why. */
  readonly kept: readonly {
    readonly kind: ActorKind;
    readonly id: string;
    readonly state: string;
    readonly why: string;
  }[];
  /** How many further changes and kept ones are not named. */
  readonly unnamed: number;
}

/** A time, or the name of a checkpoint; and for one subject only, such as `account/acme`. */
export interface PastQuery {
  readonly asOf: number | null;
  readonly checkpoint: string | null;
  readonly subject: string | null;
}

export interface ThenNow<Value> {
  readonly then: Value;
  readonly now: Value;
}

export interface DifferenceView {
  /** Null when a checkpoint was asked for. */
  readonly as_of: string | null;
  readonly checkpoint: string | null;
  readonly clock: 'real' | 'virtual';
  readonly subject: string | null;
  readonly events: ThenNow<number>;
  /** Events since, by type. */
  readonly since: Readonly<Record<string, number>>;
  /** Null where the tenant did not exist yet. */
  readonly policy: ThenNow<{ readonly hash: string; readonly name: string } | null> & {
    /** Members of the policy that differ. */
    readonly members: readonly string[];
  };
  readonly mode: ThenNow<string | null>;
  readonly kill_switch: ThenNow<boolean>;
  readonly suppressions: ThenNow<number>;
  /** Accounts, leads and actions by their state. */
  readonly counts: Readonly<Record<'account' | 'lead' | 'action', ThenNow<Readonly<Record<string, number>>>>>;
  /** Trust cells whose level differs; `initial` before it was ever moved. */
  readonly trust: readonly ({ readonly cell: string } & ThenNow<string>)[];
  /** Accounts, leads and actions that differ. */
  readonly changes: readonly ({
    readonly kind: ActorKind;
    readonly id: string;
    /** What differs in what is known of it. */
    readonly members: readonly string[];
  } & ThenNow<string | null>)[];
  readonly unnamed: number;
}

export interface CandidateView {
  readonly action_type: string;
  /** Null where the choice of then cannot be made again. */
  readonly score: number | null;
  readonly reason: string | null;
}

export interface VerdictView {
  readonly verdict: string;
  /** Codes of the checks that did not pass. */
  readonly reasons: readonly string[];
}

export interface HindsightView {
  readonly decision: string;
  readonly at: string;
  readonly subject: { readonly kind: ActorKind; readonly id: string };
  readonly engine: ThenNow<string>;
  /** Hashes. Null where it is not known which policy was in force. */
  readonly policy: { readonly then: string | null; readonly now: string };
  /**
   * How well it is known what the engine knew. `proven`: it gives the recorded choice again, to the same hash. `derived`: it follows from
   * the ledger, and another version of the engine decided. `unknown`: it cannot be derived, so nothing is said of the choice. `outside`:
   * somebody else proposed.
   */
  readonly known: 'proven' | 'derived' | 'unknown' | 'outside';
  readonly candidate: { readonly then: CandidateView; readonly now: CandidateView | null };
  /** What the gate said when the decision was made, and would say today of the candidate of today. Null where it was or would not be asked, or the snapshot was erased. */
  readonly gate: ThenNow<VerdictView | null>;
  readonly result: 'same' | 'other_choice' | 'other_verdict' | 'unknown';
  /** What of today makes the difference: members of the policy, the engine, or the gate. */
  readonly because: readonly string[];
  /** What could not be said, and why. */
  readonly note: string | null;
}

export interface HindsightRange {
  /** Milliseconds; null for no end. */
  readonly since: number | null;
  readonly until: number | null;
}

export interface HindsightReport {
  readonly policy: string;
  readonly engine: string;
  readonly decisions: number;
  readonly results: Readonly<Record<HindsightView['result'], number>>;
  /** Kinds of difference, such as `pass → hold`, most frequent first. */
  readonly differences: readonly {
    readonly from: string;
    readonly to: string;
    readonly because: readonly string[];
    readonly count: number;
  }[];
  /** Some that differ or are unknown. */
  readonly examples: readonly HindsightView[];
}

export interface PastServices {
  /** Throws `state_conflict` when there is one of this name. */
  createCheckpoint(caller: Caller, name: string): Promise<CheckpointView>;
  /** Oldest first. */
  listCheckpoints(caller: Caller): Promise<readonly CheckpointView[]>;
  /** Throws `not_found`. */
  getCheckpoint(caller: Caller, name: string): Promise<CheckpointView>;
  /** Throws `not_found`, and `forbidden` when a program asks. */
  restoreCheckpoint(caller: Caller, name: string, dryRun: boolean): Promise<RestoreView>;
  /** Throws `not_found` when there is no such checkpoint or subject. */
  difference(caller: Caller, query: PastQuery): Promise<DifferenceView>;
  /** Throws `not_found`. */
  hindsight(caller: Caller, decision: string): Promise<HindsightView>;
  hindsightReport(caller: Caller, range: HindsightRange): Promise<HindsightReport>;
}
