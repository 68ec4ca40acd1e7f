/**
 * Cases that a policy must decide as its author says. A case says what is different from a proposal that nothing stands against: all
 * facts known, nobody suppressed, no touches, trust earned, no audit drawn.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { NO_RELATIONS } from '../../domain/entity.ts';
import { gateFactsSchema, gateRequestSchema, reasonsOf } from '../../domain/gate.ts';
import type { GateFacts, GateRequest } from '../../domain/gate.ts';
import { EMPTY_GUARD } from '../../domain/guard.ts';
import type { PolicyCase } from '../../domain/policy-case.ts';
import type { Policy } from '../../domain/policy.ts';
import { SYNC_SOURCES } from '../../domain/sync.ts';
import { evaluateGate } from '../gate.ts';
import { auditDraw } from '../sample.ts';

export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: { readonly verdict: string; readonly reasons: readonly string[] | null };
  readonly found: { readonly verdict: string; readonly reasons: readonly string[] };
}

/** Wednesday, 18 November 2026, 10:00 in UTC. */
const MORNING = Date.UTC(2026, 10, 18, 10);

/** Of a few fingerprints the one that is drawn for an audit last. */
function unaudited(at: number): string {
  const fingerprints = Array.from({ length: 64 }, (_, index) => `case-${index}`);
  return fingerprints.toSorted((a, b) => auditDraw(b, at) - auditDraw(a, at))[0] ?? '';
}

const CLEAR: GateFacts = {
  kill_switch: false,
  mode: 'live',
  channel_ready: true,
  suppressions: [],
  contact: { ...EMPTY_GUARD, consent: 'consent', country: 'IE', time_zone: 'UTC' },
  account: {
    ...EMPTY_GUARD,
    abm_active: false,
    relations: NO_RELATIONS,
  },
  domain: EMPTY_GUARD,
  budget: EMPTY_GUARD,
  trust: { cell: 'case', good: 10_000, bad: 0, level: 'auto' },
  scope_linked: true,
  attributes: {},
};

const GUARDS: ReadonlySet<string> = new Set(['contact', 'account', 'domain', 'budget']);

/** Throws a `ZodError` when what is left is not what the gate may be told. */
function factsOf(changes: NonNullable<PolicyCase['facts']>, at: number): GateFacts {
  const facts: Record<string, unknown> = {
    ...CLEAR,
    syncs: Object.fromEntries(SYNC_SOURCES.map((source) => [source, at])),
  };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete facts[name];
    else if (GUARDS.has(name) && typeof value === 'object') facts[name] = Object.assign({}, facts[name], value);
    else facts[name] = value;
  }
  return gateFactsSchema.parse(facts);
}

function requestOf({ action_type: type, ...changes }: PolicyCase['request']): GateRequest {
  const spec = ACTION_TYPE_SPECS[type];
  const at = changes.at ?? MORNING;
  return gateRequestSchema.parse({
    action: 'act_case',
    action_type: type,
    channel: spec.channel,
    risk_class: spec.riskClass,
    lane: 'operator',
    proposer: 'engine:case',
    account: 'acc_case',
    person: 'per_case',
    domain: null,
    fingerprint: unaudited(at),
    confidence: 1,
    sender: 'default',
    approval: null,
    originating_proposal_id: null,
    at,
    ...changes,
  });
}

/** What the gate says of each case under a policy. Reasons are compared only where the case names them, in any order. */
export function runCases(policy: Policy, cases: readonly PolicyCase[]): readonly CaseResult[] {
  return cases.map((item, index) => {
    const request = requestOf(item.request);
    const verdict = evaluateGate(request, factsOf(item.facts ?? {}, request.at), policy);
    const reasons = reasonsOf(verdict).flatMap(({ code }) => (code === null ? [] : [code]));
    const wanted = typeof item.expect === 'string' ? { verdict: item.expect } : item.expect;
    const expected = { verdict: wanted.verdict, reasons: wanted.reasons ?? null };
    const sameReasons =
      expected.reasons === null || expected.reasons.toSorted().join(' ') === reasons.toSorted().join(' ');
    return {
      name: item.name ?? `case ${index + 1}`,
      ok: verdict.kind === expected.verdict && sameReasons,
      expected,
      found: { verdict: verdict.kind, reasons },
    };
  });
}
