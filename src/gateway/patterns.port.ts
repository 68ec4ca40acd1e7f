/** What the gateway and the command line ask about patterns of corrections. */
import type { PatternClass } from '../domain/correction.ts';
import type { TenantRule } from '../domain/policy.ts';
import type { Caller } from './caller.port.ts';
import type { BacktestView, PolicyProposalView } from './policy.port.ts';

export interface PatternView {
  readonly id: string;
  /** `proposed` while a policy with its rule waits for approval or for its time. */
  readonly state: 'open' | 'proposed';
  /** That policy; null while there is none. */
  readonly proposal: string | null;
  readonly class: PatternClass;
  readonly correction: 'rejected' | 'edited';
  readonly reason: string | null;
  readonly words: string;
  readonly corrections: number;
  readonly reviews: number;
  readonly evidence: readonly string[];
  readonly first_at: string;
  readonly last_at: string;
  readonly rule: TenantRule;
}

export interface PatternDetail extends PatternView {
  /** What the policy in force would have done with its rule. */
  readonly backtest: BacktestView;
}

export interface PatternConfirmation {
  /** The rule as the person wants it, under the id of the suggested one; null for the suggested one. */
  readonly rule: TenantRule | null;
  readonly reason: string | null;
}

export interface PatternServices {
  /** Without those that were dismissed and have not come again, and those whose rule is in force. */
  list(caller: Caller): Promise<readonly PatternView[]>;
  /** Throws `not_found` for one that is not listed. */
  get(caller: Caller, id: string): Promise<PatternDetail>;
  /** Proposes the policy in force with the rule. Throws as `PolicyServices.propose`, and `state_conflict` when that was done before. */
  confirm(caller: Caller, id: string, input: PatternConfirmation): Promise<PolicyProposalView>;
  /** Throws `forbidden` for programs. */
  dismiss(caller: Caller, id: string, reason: string): Promise<{ readonly id: string }>;
}
