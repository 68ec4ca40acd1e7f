/**
 * What a check of the gate is: a pure function from request, facts and policy to one result, and the five ways to answer. Inputs
 * hold no ids and no absolute times, only lengths of time before or after the request (`…_ago_ms`, `…_in_ms`), so that equal
 * situations have equal verdict hashes whoever and whenever they concern.
 */
import type { CheckResult, GateCheck, GateFacts, GateRequest } from '../domain/gate.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { GateReason } from '../domain/reason-codes.ts';

export type GateCheckFunction = (request: GateRequest, facts: GateFacts, policy: Policy) => CheckResult;
export type CheckInputs = CheckResult['inputs'];

const NO_INPUTS: CheckInputs = {};

export function passed(check: GateCheck, comparison: string, inputs: CheckInputs = NO_INPUTS): CheckResult {
  return { check, outcome: 'pass', code: null, inputs, comparison, next_at: null };
}

/** What did not pass, in the terms of the comparison. */
export interface Finding {
  readonly code: GateReason;
  readonly comparison: string;
  readonly inputs: CheckInputs;
}

/** It will pass by itself: `nextAt` is when it can be asked again, after the time of the request. */
export function scheduled(check: GateCheck, finding: Finding, nextAt: Instant): CheckResult {
  return { check, outcome: 'schedule', ...finding, next_at: nextAt };
}

/** Something or somebody has to change it. `nextAt` is when it would pass by itself all the same, if it ever does. */
export function held(check: GateCheck, finding: Finding, nextAt: Instant | null = null): CheckResult {
  return { check, outcome: 'hold', ...finding, next_at: nextAt };
}

/** It may not. `nextAt` is when it would pass by itself all the same, as when a memory ends. */
export function denied(check: GateCheck, finding: Finding, nextAt: Instant | null = null): CheckResult {
  return { check, outcome: 'deny', ...finding, next_at: nextAt };
}

/** Holds because a fact that the check needs is absent. `fact` is its name in `GateFacts` or in the request. */
export function missing(check: GateCheck, fact: string, code: GateReason = 'fact_missing'): CheckResult {
  return held(check, { code, comparison: `${fact} is not known`, inputs: { missing: fact } });
}

const MICRO = 1e6;

/** Six digits after the point, so that a verdict hash does not hang on the last bits of a computation; null for no number. */
export function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * MICRO) / MICRO : null;
}
