/** One decision beside another, and beside what the gate would have said otherwise. Nothing is written. */
import { GatehouseError, must } from '../domain/errors.ts';
import type { CheckResult, Verdict } from '../domain/gate.ts';
import { isoOf } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import { policySchema } from '../domain/policy.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { TraceView } from '../gateway/services.port.ts';
import type { ComparisonView, SimulatedVerdict, WhatIfServices } from '../gateway/what-if.port.ts';
import { changeWords, withChange } from '../policies/counterfactual.ts';
import type { GateInput } from '../policies/counterfactual.ts';
import { evaluateReleasedGate } from '../policies/released-gates.ts';
import type { LastEvaluation } from './last-evaluation.ts';

export interface WhatIfParts {
  readonly trace: (caller: Caller, decision: string) => Promise<TraceView>;
  /** Of the action of a decision, when the gate was asked about it. */
  readonly lastAsked: (caller: Caller, decision: string) => Promise<LastEvaluation['asked']>;
}

export function createWhatIfServices({ trace, lastAsked }: WhatIfParts): WhatIfServices {
  return {
    async compare(caller, one, other) {
      return comparisonOf(await trace(caller, one), await trace(caller, other));
    },
    async counterfactual(caller, decision, change) {
      const asked = await lastAsked(caller, decision);
      if (asked === null)
        throw new GatehouseError(
          'state_conflict',
          'The gate was not asked about this decision, or what it saw cannot be read any more.',
        );
      const changed = withChange(asked, change);
      const policy = policySchema.safeParse(changed.policy);
      if (!policy.success)
        throw new GatehouseError(
          'invalid_request',
          `No policy can have this: ${policy.error.issues[0]?.message ?? ''}.`,
        );
      const then = said(asked, asked.gateVersion);
      const now = said(changed, asked.gateVersion);
      return {
        decision,
        simulation: true,
        change: changeWords(change),
        gate_version: asked.gateVersion,
        policy: asked.policyHash,
        then,
        now,
        differing: differing(then.checks, now.checks).map(({ check }) => check),
      };
    },
  };
}

function said({ request, facts, policy }: GateInput, version: number): SimulatedVerdict {
  const verdict: Verdict = must(
    evaluateReleasedGate(version, request, facts, policy),
    'a gate that was asked can be asked again',
  );
  const next = verdict.kind === 'schedule' ? verdict.at : null;
  return { verdict: verdict.kind, next_at: next === null ? null : isoOf(next), checks: verdict.checks };
}

/** The checks of two evaluations that did not come out the same. */
function differing(one: readonly CheckResult[], other: readonly CheckResult[]): ComparisonView['gate'] {
  const names = [...new Set([...one, ...other].map(({ check }) => check))];
  return names
    .map((check) => ({
      check,
      one: one.find((item) => item.check === check) ?? null,
      other: other.find((item) => item.check === check) ?? null,
    }))
    .filter(({ one: left, other: right }) => left?.outcome !== right?.outcome || left?.code !== right?.code);
}

/** What a trace says of its decision, by the names under which it is compared. */
function factsOf({ decision, steps, shown, snapshot }: TraceView): Readonly<Record<string, string | null>> {
  const { action, subject } = decision;
  const mode = (snapshot?.['facts'] as { readonly mode?: string } | undefined)?.mode;
  return {
    subject: `${subject.kind} ${subject.external_id ?? subject.id}`,
    trigger: decision.trigger,
    verdict: decision.verdict,
    action: action === null ? null : action.type,
    channel: action === null ? null : action.channel,
    state: action === null ? null : action.state,
    engine: decision.engine,
    policy: decision.policy_hash,
    mode: mode ?? null,
    reason: decision.reason,
    confidence: decision.confidence === null ? null : decision.confidence.toFixed(2),
    notes: shown.notes.length === 0 ? null : shown.notes.map(({ note }) => note).join(', '),
    examples: shown.examples.length === 0 ? null : shown.examples.map(({ id }) => id).join(', '),
    way: steps.map(({ type }) => type).join(' → '),
  };
}

/** Only what differs is named. */
export function comparisonOf(one: TraceView, other: TraceView): ComparisonView {
  const [left, right] = [factsOf(one), factsOf(other)];
  return {
    one: one.decision.id,
    other: other.decision.id,
    differences: Object.keys(left)
      .map((what) => ({ what, one: left[what] ?? null, other: right[what] ?? null }))
      .filter((item) => canonicalJson(item.one) !== canonicalJson(item.other)),
    gate: differing(one.gate, other.gate),
  };
}
