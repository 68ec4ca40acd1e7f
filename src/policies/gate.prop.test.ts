import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';

import { checkResultSchema, GATE_CHECKS } from '../domain/gate.ts';
import type { CheckResult, GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import { applyGuardChange } from '../domain/guard.ts';
import type { GuardState } from '../domain/guard.ts';
import { DAY_MS } from '../domain/instant.ts';
import { budgetPeriodOf } from './budget-period.ts';
import { anyFacts, anyLock, anyPolicy, anyRequest, anyTouch, anyWaiting } from './gate-arbitraries.fixture.ts';
import { FACTS, OPEN_POLICY, requestOf } from './gate.fixture.ts';
import { CHECKS, evaluateGate } from './gate.ts';
import { verdictHash } from './verdict-hash.ts';

/** `GATE_WORLDS=100000 npx vitest run src/policies/gate.prop.test.ts` looks at so many worlds. */
const WORLDS = Number(process.env['GATE_WORLDS'] ?? 1_500);
const RUNS = { numRuns: WORLDS };
// A hundred thousand worlds take minutes.
vi.setConfig({ testTimeout: 30_000 + WORLDS * 20 });
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
  'syncs',
  'attributes',
] as const;

type Change = (facts: GateFacts) => GateFacts;

function onGuard(name: (typeof GUARDS)[number], change: (guard: GuardState) => GuardState): Change {
  return (facts) => {
    const guard = facts[name];
    return guard === undefined ? facts : { ...facts, [name]: change(guard) };
  };
}

/** As the planner gathers them: of whom the request does not name, nothing is known. */
function gathered(request: GateRequest, facts: GateFacts): GateFacts {
  return [
    ['contact', request.person] as const,
    ['account', request.account] as const,
    ['domain', request.domain] as const,
  ].reduce<GateFacts>((known, [name, id]) => (id === null ? without(known, name) : known), facts);
}

/** Who and when, without what is proposed. */
function pick({ lane, account, person, domain, confidence, at }: GateRequest) {
  return { lane, account, person, domain, confidence, at };
}

function without<Value extends object>(value: Value, name: string): Value {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as Value;
}

/** Everything that may only make the gate stricter. */
const stricter: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom('contact' as const, 'account' as const), anyWaiting).map(([name, waiting]) =>
    onGuard(name, (guard) => {
      const queue = guard.queue ?? [];
      // Nobody stands in line twice, and its own place is no other's.
      const isThere = waiting.action === 'act_own' || queue.some(({ action }) => action === waiting.action);
      return isThere ? guard : { ...guard, queue: [...queue, waiting] };
    }),
  ),
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
  fc.constantFrom('throttled' as const, 'stopped' as const).map(
    (level): Change =>
      (facts) =>
        facts.sender?.level === 'stopped'
          ? facts
          : { ...facts, sender: { sent: 900, bounced: 50, complained: 3, level } },
  ),
  fc.constantFrom(...FACT_NAMES).map(
    (name): Change =>
      (facts) =>
        without(facts, name),
  ),
  fc
    .tuple(
      fc.constantFrom(...GUARDS),
      fc.constantFrom('consent', 'relations', 'abm_active', 'wrote_at', 'time_zone', 'country'),
    )
    .map(([name, fact]) => onGuard(name, (guard) => without(guard, fact))),
);

test('a suppression, touch or lock more, or a fact less, never lets pass what did not', () => {
  fc.assert(
    fc.property(
      anyRequest,
      anyFacts,
      anyPolicy,
      fc.array(stricter, { minLength: 1, maxLength: 3 }),
      (request, any, policy, changes) => {
        const facts = gathered(request, any);
        fc.pre(evaluateGate(request, facts, policy).kind !== 'pass');
        const stricterFacts = changes.reduce((known, change) => change(known), facts);
        expect(evaluateGate(request, stricterFacts, policy).kind).not.toBe('pass');
      },
    ),
    RUNS,
  );
});

/** What happens to somebody between two looks, in any order; each time the gate is asked, and what it passes is reserved. */
const happenings = fc.array(
  fc.oneof(
    {
      arbitrary: fc.record({
        kind: fc.constant('propose' as const),
        type: fc.constantFrom('outreach_push' as const, 'nurture_enrollment' as const, 'email_reply' as const),
      }),
      weight: 2,
    },
    { arbitrary: fc.record({ kind: fc.constant('stricter' as const), change: stricter }), weight: 1 },
  ),
  { minLength: 1, maxLength: 4 },
);

/** Half of the worlds begin in order, or little would pass. */
const orderly = fc.oneof(fc.constant<GateFacts>(FACTS), anyFacts);
const orderlyPolicy = fc.oneof(fc.constant(OPEN_POLICY), anyPolicy);

/** Every order of some things. */
function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    ordersOf([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** The facts after a touch was reserved, as the planner reserves it. */
function reserved(facts: GateFacts, action: string, at: number, fingerprint: string): GateFacts {
  const touched = (guard: GuardState | undefined) =>
    guard === undefined
      ? {}
      : applyGuardChange(guard, {
          kind: 'touched',
          action,
          channel: 'email',
          at,
          until: at + 900_000,
          fingerprint,
          source: 'gatehouse',
        });
  const changed = Object.fromEntries(
    GUARDS.filter((name) => facts[name] !== undefined).map((name) => [name, touched(facts[name])]),
  );
  return { ...facts, ...changed };
}

/** An audit draws each draft anew, and so does the throttle of a sender; and what stands in the way of a later time does not in that of now. */
function isFirm({ code, inputs }: CheckResult): boolean {
  return code !== 'trust_sampled' && code !== 'sender_throttled' && inputs['evaluated_in_ms'] === undefined;
}

test('in every order of four things caps hold, and nothing sells after what forbids it', () => {
  let passes = 0;
  fc.assert(
    fc.property(anyRequest, orderly, orderlyPolicy, happenings, (request, facts, policy, all) => {
      for (const order of ordersOf(all)) {
        let known = gathered(request, facts);
        // Whether it was refused before; since then things were only made stricter.
        let refused = false;
        for (const [index, happening] of order.entries()) {
          if (happening.kind === 'stricter') {
            known = happening.change(known);
            continue;
          }
          const action = `act_${index}`;
          const asked = { ...requestOf(happening.type), ...pick(request), action, fingerprint: `fp_${index}` };
          const { kind, checks } = evaluateGate(asked, known, policy);
          const sells = happening.type === 'outreach_push';
          expect([sells && refused, kind]).not.toEqual([true, 'pass']);
          if (sells) refused ||= checks.some((result) => result.outcome !== 'pass' && isFirm(result));
          if (kind !== 'pass') continue;
          passes += 1;
          known = reserved(known, action, asked.at, asked.fingerprint);
          const { max, window_ms: windowMs } = policy.touch_cap;
          const recent = (known.contact?.touches ?? []).filter(
            (touch) => (touch.until ?? touch.at) > asked.at - windowMs,
          );
          expect(happening.type === 'email_reply' || recent.length <= max).toBe(true);
        }
      }
    }),
    // Each has up to 24 orders.
    { numRuns: Math.ceil(WORLDS / 5) },
  );
  expect(passes).toBeGreaterThan(WORLDS / 10);
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
  const { queue, freed_at: freed } = guard;
  const { lock, replied_at: replied, opted_out_at: optedOut, bounced_at: bounced } = guard;
  const { wrote_at: wrote, rejected_at: rejected, lost_at: lost, lawful } = guard;
  return {
    ...guard,
    touches: later(guard.touches),
    open: later(guard.open),
    prints: later(guard.prints),
    ...(lock === undefined ? {} : { lock: { ...lock, until: lock.until + ms } }),
    ...(queue === undefined ? {} : { queue: queue.map((item) => ({ ...item, since: item.since + ms })) }),
    ...(freed === undefined ? {} : { freed_at: freed + ms }),
    ...(replied === undefined ? {} : { replied_at: replied + ms }),
    ...(optedOut === undefined ? {} : { opted_out_at: optedOut + ms }),
    ...(bounced === undefined ? {} : { bounced_at: bounced + ms }),
    ...(wrote === undefined ? {} : { wrote_at: wrote + ms }),
    ...(rejected === undefined ? {} : { rejected_at: rejected + ms }),
    ...(lost === undefined ? {} : { lost_at: lost + ms }),
    ...(lawful === undefined
      ? {}
      : {
          lawful: Object.fromEntries(
            Object.entries(lawful).map(([purpose, basis]) => [purpose, { ...basis, since: basis.since + ms }]),
          ),
        }),
    spent_minor: Object.fromEntries(
      Object.entries(guard.spent_minor).map(([day, minor]) => [budgetPeriodOf(Date.parse(day) + ms), minor]),
    ),
    // A clock that does not change, so that a week later is the same wall time.
    ...(guard.time_zone === undefined && guard.country === undefined ? {} : { time_zone: 'Asia/Kolkata' }),
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
    {
      ...facts,
      ...guards,
      ...(facts.syncs?.crm === undefined ? {} : { syncs: { crm: facts.syncs.crm + ms } }),
    },
  ];
}

test('the same situation some weeks later has the same hash', () => {
  // The audit's draw depends on the time itself, so nothing is drawn here; and a holiday is one day of one year.
  const drawless = anyPolicy.map(({ sending: _, ...policy }) => ({
    ...policy,
    trust: { ...policy.trust, audit_share: 0 },
    grants: policy.grants.map((grant) => ({ ...grant, level: 'approve_each' as const })),
  }));
  fc.assert(
    fc.property(anyRequest, anyFacts, drawless, fc.integer({ min: 1, max: 30 }), (request, facts, policy, weeks) => {
      // A throttled message has its day, too.
      const { sender: _, ...unlimited } = facts;
      const known = { ...unlimited, trust: { cell: 'cell_1', good: 3, bad: 1, level: 'approve_each' as const } };
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

test('a result says the first time at which its check could pass, or that it never will by itself', () => {
  // What trust fades to is not in the facts, and money of a later day may be spent too, which is asked when that day has come.
  const checks = GATE_CHECKS.filter((check) => check !== 'trust' && check !== 'budget');
  const later = fc.integer({ min: 1, max: 200 * DAY_MS });
  const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  let timed = 0;
  fc.assert(
    fc.property(anyRequest, anyFacts, anyPolicy, later, part, (request, facts, policy, ahead, share) => {
      for (const check of checks) {
        const resultAt = (at: number) => CHECKS[check]({ ...request, at }, facts, policy);
        const { outcome, next_at: nextAt } = resultAt(request.at);
        if (outcome === 'pass') continue;
        timed += Number(nextAt !== null);
        // Where it says a time, it passes then and at no moment before; where it says none, it does not pass later either. Clocks that are too far
        // apart now may come nearer at another time of the year, so hours that suit nobody are promised for the week that was searched.
        const never = check === 'quiet_hours' ? ahead % (7 * DAY_MS) : ahead;
        const before = nextAt === null ? never : Math.floor(share * (nextAt - request.at));
        expect([check, resultAt(request.at + before).outcome]).not.toEqual([check, 'pass']);
        expect(nextAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(request.at);
        expect([check, nextAt === null ? 'pass' : resultAt(nextAt).outcome]).toEqual([check, 'pass']);
      }
    }),
    RUNS,
  );
  expect(timed).toBeGreaterThan(300);
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
