/** What the gateway and the command line ask about changes of the policy. */
import type { GateCheck } from '../domain/gate.ts';
import type { JsonValue } from '../domain/json.ts';
import type { PolicyCase } from '../domain/policy-case.ts';
import type { PolicyProposal } from '../domain/policy-proposal.ts';
import type { Policy } from '../domain/policy.ts';
import type { Caller } from './caller.port.ts';

export interface PolicyFinding {
  readonly code: string;
  readonly severity: string;
  /** Where in the policy, as a JSON pointer. */
  readonly pointer: string;
  readonly message: string;
}

export interface PolicyLintView {
  /** False when a finding is an error. */
  readonly ok: boolean;
  readonly policy: string;
  readonly findings: readonly PolicyFinding[];
}

export interface PolicyDiffView {
  readonly before: string;
  readonly after: string;
  readonly changes: readonly {
    readonly section: string;
    readonly pointer: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
    readonly words: string;
    /** Any one of these authorities may approve it. */
    readonly owners: readonly string[];
  }[];
}

export type BacktestKind = 'held' | 'denied' | 'delayed' | 'released' | 'chosen_otherwise' | 'unknown' | 'same';

export interface BacktestView {
  /** Hashes of the two policies that were compared. */
  readonly before: string;
  readonly after: string;
  readonly since: string;
  readonly until: string;
  readonly decisions: number;
  readonly counts: Readonly<Record<BacktestKind, number>>;
  /** Decisions that would be others, oldest first. */
  readonly changed: readonly {
    readonly decision: string;
    readonly at: string;
    readonly action_type: string;
    readonly kind: BacktestKind;
    readonly from: string | null;
    readonly to: string | null;
    /** Codes of what would stand in the way. */
    readonly reasons: readonly string[];
  }[];
  readonly unnamed: number;
}

export interface CaseView {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: { readonly verdict: string; readonly reasons: readonly string[] | null };
  readonly found: { readonly verdict: string; readonly reasons: readonly string[] };
}

export interface PolicyTestView {
  /** False when a case was decided otherwise than it says. */
  readonly ok: boolean;
  readonly backtest: BacktestView | null;
  readonly cases: readonly CaseView[];
}

export interface PolicyProposalView {
  readonly id: string;
  readonly state: PolicyProposal['state'];
  readonly name: string;
  readonly policy: string;
  readonly base: string;
  readonly by: string;
  readonly at: string;
  /** Null: as soon as it is approved. */
  readonly effective_from: string | null;
  /** The changed sections, who may approve them, and who did. */
  readonly sections: readonly {
    readonly section: string;
    readonly owners: readonly string[];
    readonly approved_by: string | null;
  }[];
}

export interface PolicyTestInput {
  /** Null: the one in force. */
  readonly policy: Policy | null;
  /** Days of the past to decide again; 0 for none. */
  readonly days: number;
  readonly cases: readonly PolicyCase[];
}

export interface PolicyProposalInput {
  readonly policy: Policy;
  /** ISO 8601; null for as soon as it is approved. */
  readonly effective_from: string | null;
  readonly reason: string;
  readonly days: number;
}

export interface PolicyServices {
  /** `policy` null stands for the one in force. */
  lint(caller: Caller, policy: Policy | null, require: readonly GateCheck[]): Promise<PolicyLintView>;
  /** Against the policy in force, or the one with the hash `before`. Throws `not_found` when there never was one. */
  diff(caller: Caller, after: Policy, before: string | null): Promise<PolicyDiffView>;
  test(caller: Caller, input: PolicyTestInput): Promise<PolicyTestView>;
  /** Throws `forbidden` for programs, and `state_conflict` when nothing differs or lint finds an error. */
  propose(caller: Caller, input: PolicyProposalInput): Promise<PolicyProposalView>;
  list(caller: Caller): Promise<readonly PolicyProposalView[]>;
  /** Throws `not_found`. */
  get(caller: Caller, id: string): Promise<PolicyProposalView>;
  /** Throws `state_conflict` when the caller may not approve it, or when it is not open. */
  approve(caller: Caller, id: string): Promise<PolicyProposalView>;
  reject(caller: Caller, id: string, reason: string): Promise<PolicyProposalView>;
  setSingleOperator(caller: Caller, enabled: boolean): Promise<{ readonly single_operator: boolean }>;
}
