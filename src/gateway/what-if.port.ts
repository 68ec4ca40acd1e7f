/** What people ask about one decision beside others: how it differs from another one, and what the gate would have said otherwise. */
import type { Change } from '../domain/counterfactual.ts';
import type { CheckResult } from '../domain/gate.ts';
import type { Caller } from './caller.port.ts';

export interface ComparisonView {
  readonly one: string;
  readonly other: string;
  /** What differs of the decisions, in the words of the trace. */
  readonly differences: readonly {
    readonly what: string;
    readonly one: string | null;
    readonly other: string | null;
  }[];
  /** The checks of the gate that came out otherwise; null where the gate was not asked. */
  readonly gate: readonly {
    readonly check: string;
    readonly one: CheckResult | null;
    readonly other: CheckResult | null;
  }[];
}

export interface SimulatedVerdict {
  readonly verdict: 'pass' | 'schedule' | 'hold' | 'deny';
  /** When it could pass by itself; null for now or never. */
  readonly next_at: string | null;
  readonly checks: readonly CheckResult[];
}

export interface CounterfactualView {
  readonly decision: string;
  /** Nothing of it happened, and what would have followed is not known. */
  readonly simulation: true;
  /** What was changed, in words. */
  readonly change: string;
  readonly gate_version: number;
  readonly policy: string;
  readonly then: SimulatedVerdict;
  readonly now: SimulatedVerdict;
  /** The checks that come out otherwise. */
  readonly differing: readonly string[];
}

export interface WhatIfServices {
  /** Throws `not_found`. */
  compare(caller: Caller, one: string, other: string): Promise<ComparisonView>;
  /**
   * Throws `not_found`; `state_conflict` when the gate was not asked or what it saw was erased; `invalid_request` for a threshold that no policy
   * can have.
   */
  counterfactual(caller: Caller, decision: string, change: Change): Promise<CounterfactualView>;
}
