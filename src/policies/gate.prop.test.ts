import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { checkResultSchema, GATE_CHECKS } from '../domain/gate.ts';
import type { GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import { DAY_MS } from '../domain/instant.ts';
import { budgetPeriodOf } from './budget-period.ts';
import { anyFacts, anyLock, anyPolicy, anyRequest, anyTouch } from './gate-arbitraries.fixture.ts';
import { evaluateGate } from './gate.ts';
import { verdictHash } from './verdict-hash.ts';

const RUNS = { numRuns: 1_500 };
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const hashOf = (verdict: Verdict, at: number) => verdictHash(verdict, at, 'policy_1', digest);

const GUARDS = ['contact', 'account', 'domain'] as const;
const FACT_NAMES = [
  'kill_switch',
  'mode',
  'channel_ready',
  'suppressions',
  'contact',
  'account',
  'domain',
  'budget',
  'trust',
  'scope_linked',
  'attributes',
] as const;

type Change = (facts: GateFacts) => GateFacts;

function onGuard(name: (typeof GUARDS)[number], change: (guard: GuardState) => GuardState): Change {
  return (facts) => {
    const guard = facts[name];
    return guard === undefined ? facts : { ...facts, [name]: change(guard) };
  };
}

function without<Value extends object>(value: Value, name: string): Value {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as Value;
}

/** Everything that may only make the gate stricter. */
const stricter: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((facts) => ({
    ...facts,
    ...(facts.suppressions === undefined
      ? {}
      : { suppressions: [...facts.suppressions, { scope: 'email', reason: 'new' }] }),
  })),
  fc
    .tuple(fc.constantFrom(...GUARDS), anyTouch)
    .map(([name, touch]) => onGuard(name, (guard) => ({ ...guard, touches: [...guard.touches, touch] }))),
  fc
    .tuple(fc.constantFrom('contact' as const, 'account' as const), anyLock)
    .map(([name, lock]) => onGuard(name, (guard) => (guard.lock === undefined ? { ...guard, lock } : guard))),
  fc.constantFrom(...FACT_NAMES).map(
    (name): Change =>
      (facts) =>
        without(facts, name),
  ),
  fc
    .tuple(fc.constantFrom(...GUARDS), fc.constantFrom('consent', 'relations', 'abm_active'))
    .map(([name, fact]) => onGuard(name, (guard) => without(guard, fact))),
);

test('a suppression, touch or lock more, or a fact less, never lets pass what did not', () => {
  fc.assert(
    fc.property(
      anyRequest,
      anyFacts,
      anyPolicy,
      fc.array(stricter, { minLength: 1, maxLength: 3 }),
      (request, facts, policy, changes) => {
        fc.pre(evaluateGate(request, facts, policy).kind !== 'pass');
        const stricterFacts = changes.reduce((known, change) => change(known), facts);
        expect(evaluateGate(request, stricterFacts, policy).kind).not.toBe('pass');
      },
    ),
    RUNS,
  );
});

test('the situations include all four verdicts', () => {
  const kinds = fc
    .sample(fc.tuple(anyRequest, anyFacts, anyPolicy), { numRuns: 800, seed: 7 })
    .map(([request, facts, policy]) => evaluateGate(request, facts, policy).kind);
  for (const kind of ['pass', 'schedule', 'hold', 'deny']) {
    expect(kinds.filter((one) => one === kind).length).toBeGreaterThan(10);
  }
});

test('every verdict is whole: all checks in order, and no worse result than its kind', () => {
  fc.assert(
    fc.property(anyRequest, anyFacts, anyPolicy, (request, facts, policy) => {
      const { kind, checks } = evaluateGate(request, facts, policy);
      expect(checks.map((result) => result.check)).toEqual(GATE_CHECKS);
      for (const result of checks) {
        expect(checkResultSchema.safeParse(result).success).toBe(true);
        expect(result.code === null).toBe(result.outcome === 'pass');
        expect(result.outcome === 'schedule' && result.next_at === null).toBe(false);
        expect(result.code).not.toBe('gate_error');
      }
      const outcomes = checks.map((result) => result.outcome);
      const worst = (['deny', 'hold', 'schedule', 'pass'] as const).find((outcome) => outcomes.includes(outcome));
      expect(kind).toBe(worst);
    }),
    RUNS,
  );
});

/** The same value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reordered(member)]),
  );
}

test('equal input has an equal hash, whatever the order of its members', () => {
  fc.assert(
    fc.property(anyRequest, anyFacts, anyPolicy, (request, facts, policy) => {
      const verdict = evaluateGate(request, facts, policy);
      const other = evaluateGate(reordered(request) as GateRequest, reordered(facts) as GateFacts, policy);
      expect(hashOf(other, request.at)).toBe(hashOf(verdict, request.at));
      expect(hashOf(reordered(verdict) as Verdict, request.at)).toBe(hashOf(verdict, request.at));
    }),
    { numRuns: 300 },
  );
});

const IDS_AND_DATES = /act_o|acc_1|per_1|per_ana|dom_1|snd_1|cell_1|fp_o|rules@1|\d{4}-\d\d-\d\d/;

test('inputs hold no ids and no absolute times', () => {
  fc.assert(
    fc.property(anyRequest, anyFacts, anyPolicy, (request, facts, policy) => {
      for (const { inputs } of evaluateGate(request, facts, policy).checks) {
        expect(JSON.stringify(inputs)).not.toMatch(IDS_AND_DATES);
        for (const value of Object.values(inputs)) {
          expect(typeof value === 'number' && Math.abs(value) > 1e12).toBe(false);
        }
      }
    }),
    RUNS,
  );
});

function shiftedGuard(guard: GuardState, ms: number): GuardState {
  const later = <Item extends { readonly at: number }>(items: readonly Item[]) =>
    items.map((item) => ({ ...item, at: item.at + ms }));
  const { lock, replied_at: replied, opted_out_at: optedOut, bounced_at: bounced } = guard;
  return {
    ...guard,
    touches: later(guard.touches),
    open: later(guard.open),
    prints: later(guard.prints),
    ...(lock === undefined ? {} : { lock: { ...lock, until: lock.until + ms } }),
    ...(replied === undefined ? {} : { replied_at: replied + ms }),
    ...(optedOut === undefined ? {} : { opted_out_at: optedOut + ms }),
    ...(bounced === undefined ? {} : { bounced_at: bounced + ms }),
    spent_minor: Object.fromEntries(
      Object.entries(guard.spent_minor).map(([day, minor]) => [budgetPeriodOf(Date.parse(day) + ms), minor]),
    ),
    // A clock that does not change, so that a week later is the same wall time.
    ...(guard.time_zone === undefined ? {} : { time_zone: 'Asia/Kolkata' }),
  };
}

function shifted(request: GateRequest, facts: GateFacts, ms: number): readonly [GateRequest, GateFacts] {
  const guards = Object.fromEntries(
    [...GUARDS, 'budget' as const].flatMap((name) => {
      const guard = facts[name];
      return guard === undefined ? [] : [[name, shiftedGuard(guard, ms)]];
    }),
  );
  const { approval } = request;
  return [
    { ...request, at: request.at + ms, approval: approval === null ? null : { ...approval, at: approval.at + ms } },
    { ...facts, ...guards },
  ];
}

test('the same situation some weeks later has the same hash', () => {
  // The audit's draw depends on the time itself, so nothing is drawn here.
  const drawless = anyPolicy.map((policy) => ({
    ...policy,
    trust: { ...policy.trust, audit_share: 0 },
    grants: policy.grants.map((grant) => ({ ...grant, level: 'approve_each' as const })),
  }));
  fc.assert(
    fc.property(anyRequest, anyFacts, drawless, fc.integer({ min: 1, max: 30 }), (request, facts, policy, weeks) => {
      const known = { ...facts, trust: { cell: 'cell_1', good: 3, bad: 1, level: 'approve_each' as const } };
      const [firstRequest, firstFacts] = shifted(request, known, 0);
      const [secondRequest, secondFacts] = shifted(request, known, weeks * 7 * DAY_MS);
      expect(hashOf(evaluateGate(secondRequest, secondFacts, policy), secondRequest.at)).toBe(
        hashOf(evaluateGate(firstRequest, firstFacts, policy), firstRequest.at),
      );
    }),
    { numRuns: 500 },
  );
});

test('at the scheduled time nothing puts it off again, and at no earlier time would all have passed', () => {
  let schedules = 0;
  fc.assert(
    fc.property(
      anyRequest,
      anyFacts,
      anyPolicy,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (request, facts, policy, part) => {
        const verdict = evaluateGate(request, facts, policy);
        fc.pre(verdict.kind === 'schedule');
        schedules += 1;
        expect(verdict.at).toBeGreaterThan(request.at);
        const outcomesAt = (at: number) =>
          evaluateGate({ ...request, at }, facts, policy).checks.map((result) => result.outcome);
        expect(outcomesAt(verdict.at)).not.toContain('schedule');
        const earlier = request.at + Math.floor(part * (verdict.at - request.at));
        expect(outcomesAt(earlier).every((outcome) => outcome === 'pass')).toBe(false);
      },
    ),
    { numRuns: 400 },
  );
  expect(schedules).toBe(400);
});

test('nothing that a broken store may hand over makes the gate throw or pass', () => {
  const broken = fc.constantFrom<unknown>(null, 0, '', [], {}, { touches: null });
  fc.assert(
    fc.property(
      anyRequest,
      anyFacts,
      anyPolicy,
      fc.constantFrom('contact', 'account', 'domain'),
      broken,
      (request, facts, policy, name, value) => {
        fc.pre(request.action_type === 'outreach_push' && request.account !== null && request.domain !== null);
        const verdict = evaluateGate(request, { ...facts, [name]: value }, policy);
        expect(verdict.kind).not.toBe('pass');
      },
    ),
    { numRuns: 300 },
  );
});
