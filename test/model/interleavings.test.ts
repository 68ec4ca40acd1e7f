/**
 * Every order of up to four things that can happen to one contact, in small worlds, against the gate, the second check, the guards and the
 * machine of actions. Whatever only restricts never lets pass what did not, a permit acts once, and caps hold. The sampled worlds of
 * `src/policies/gate.prop.test.ts` are larger and not all of them; `npm run simulate:gate` looks at a hundred thousand.
 */
import { expect, test } from 'vitest';

import type { ActionType } from '../../src/domain/action-types.ts';
import type { GateFacts, GateRequest } from '../../src/domain/gate.ts';
import { applyGuardChange } from '../../src/domain/guard.ts';
import type { GuardChange, GuardState } from '../../src/domain/guard.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/instant.ts';
import type { Lane } from '../../src/domain/lane.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { actionDefinition } from '../../src/machines/action/action.machine.ts';
import { createRunner } from '../../src/machines/definition.ts';
import type { MachineState } from '../../src/machines/definition.ts';
import { eventOf } from '../../src/machines/given.fixture.ts';
import { FACTS, factsWith, NOW, policyWith, requestOf } from '../../src/policies/gate.fixture.ts';
import { evaluateGate } from '../../src/policies/gate.ts';
import { secondCheck } from '../../src/policies/second-check.ts';

const DEPTH = 4;
const machine = createRunner(actionDefinition);
const ALWAYS = { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] };
const GUARDS = ['contact', 'account', 'domain'] as const;

interface Permit {
  readonly request: GateRequest;
  readonly expiresAt: number;
  readonly epoch: number;
  readonly state: MachineState;
  readonly acts: number;
}

interface World {
  readonly policy: Policy;
  readonly facts: GateFacts;
  readonly at: number;
  readonly proposed: number;
  readonly permits: readonly Permit[];
  /** Whether something has happened after which nothing may be sent, told by what happened and not by the gate. */
  readonly forbidden: boolean;
}

interface Operation {
  readonly name: string;
  /** It can only make the gate stricter. */
  readonly restricts: boolean;
  run(world: World): World;
}

function changed(facts: GateFacts, names: readonly (typeof GUARDS)[number][], change: GuardChange): GateFacts {
  return names.reduce<GateFacts>((known, name) => {
    const guard = known[name];
    return guard === undefined ? known : { ...known, [name]: applyGuardChange(guard, change) };
  }, facts);
}

function touchesIn(guard: GuardState | undefined, { at, policy }: World): number {
  const since = at - policy.touch_cap.window_ms;
  return (guard?.touches ?? []).filter((touch) => (touch.until ?? touch.at) > since).length;
}

function requestIn(world: World, type: ActionType, lane: Lane): GateRequest {
  const { at, proposed } = world;
  return requestOf(type, { lane, at, action: `act_${proposed}`, fingerprint: `fp_${proposed}` });
}

function propose(name: string, type: ActionType, lane: Lane): Operation {
  return {
    name,
    restricts: false,
    run(world) {
      const request = requestIn(world, type, lane);
      const next = { ...world, proposed: world.proposed + 1 };
      if (evaluateGate(request, world.facts, world.policy).kind !== 'pass') return next;
      expect(world.forbidden).toBe(false);
      expect(touchesIn(world.facts.contact, world)).toBeLessThan(world.policy.touch_cap.max);
      const expiresAt = world.at + world.policy.permit_ttl_ms;
      const { action, fingerprint, channel } = request;
      // As the planner reserves it.
      const touched = {
        kind: 'touched',
        action,
        channel,
        at: world.at,
        until: expiresAt,
        fingerprint,
        source: 'gatehouse',
      } as const;
      const until = world.at + world.policy.ownership_window_ms;
      const locked = { kind: 'locked', owner: `lane:${lane}`, lane, until, person: false } as const;
      const facts = changed(changed(world.facts, GUARDS, touched), ['account'], locked);
      const admission = {
        verdict_hash: '',
        reasons: [],
        snapshot: '',
        policy: '',
        gate_version: 4,
        guard_versions: {},
      };
      const permitted = machine.step(
        machine.step(machine.initial(), eventOf('action.proposed', { ...request, decision: action } as never)).state,
        eventOf('action.passed', { admission, permit: action, expires_at: expiresAt } as never),
      ).state;
      expect(permitted.value).toBe('permitted');
      const permit = { request, expiresAt, epoch: facts.account?.lock_epoch ?? 0, state: permitted, acts: 0 };
      return { ...next, facts, permits: [...next.permits, permit] };
    },
  };
}

/** Every permit is tried twice, as two workers would. */
const execute: Operation = {
  name: 'execute',
  restricts: false,
  run: (world) => ({ ...world, permits: world.permits.map((permit) => act(world, act(world, permit))) }),
};

function act(world: World, permit: Permit): Permit {
  const { request, expiresAt, epoch, state } = permit;
  const terms = {
    actionType: request.action_type,
    lane: request.lane,
    channel: request.channel,
    proposer: request.proposer,
    account: request.account,
    person: request.person,
    fingerprint: request.fingerprint,
    mode: 'live' as const,
    expiresAt,
    lockEpochs: { account: epoch, contact: 0 },
  };
  const stopped = secondCheck(terms, world.facts, world.policy, request.fingerprint, world.at).length > 0;
  if (stopped || state.value !== 'permitted') return permit;
  expect(world.forbidden).toBe(false);
  const done = eventOf('action.executed', {
    permit: request.action,
    receipt: 'r',
    mode: 'live',
    executed_at: world.at,
  });
  const after = machine.step(state, done);
  expect([after.state.value, permit.acts]).toEqual(['executed', 0]);
  // The same word again moves nothing and frees nothing.
  expect(machine.step(after.state, done)).toMatchObject({ handled: false, effects: [] });
  return { ...permit, state: after.state, acts: permit.acts + 1 };
}

function restrict(name: string, change: (facts: GateFacts, at: number) => GateFacts, forbids = false): Operation {
  return {
    name,
    restricts: true,
    run: (world) => ({ ...world, facts: change(world.facts, world.at), forbidden: world.forbidden || forbids }),
  };
}

function without(facts: GateFacts, name: keyof GateFacts): GateFacts {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => key !== name));
}

const OPERATIONS: readonly Operation[] = [
  propose('operator proposes', 'outreach_push', 'operator'),
  propose('tam proposes', 'outreach_push', 'tam'),
  propose('marketing proposes', 'nurture_enrollment', 'marketing'),
  execute,
  restrict(
    'suppressed',
    (facts) =>
      facts.suppressions === undefined ? facts : { ...facts, suppressions: [{ scope: 'email', reason: 'asked' }] },
    true,
  ),
  restrict('touched elsewhere', (facts, at) =>
    changed(facts, GUARDS, {
      kind: 'touched',
      action: null,
      channel: 'email',
      at,
      fingerprint: null,
      source: 'mailbox',
    }),
  ),
  restrict(
    'a person takes over',
    (facts, at) =>
      changed(facts, ['account'], {
        kind: 'locked',
        owner: 'per_ana',
        lane: 'operator',
        until: at + DAY_MS,
        person: true,
      }),
    true,
  ),
  restrict('replied', (facts, at) => changed(facts, ['contact', 'account'], { kind: 'replied', at }), true),
  restrict('the contact is not known any more', (facts) => without(facts, 'contact'), true),
  restrict('suppressions cannot be read', (facts) => without(facts, 'suppressions'), true),
  { name: 'six hours pass', restricts: false, run: (world) => ({ ...world, at: world.at + 6 * HOUR_MS }) },
];

const PROBES: readonly (readonly [ActionType, Lane])[] = [
  ['outreach_push', 'operator'],
  ['outreach_push', 'tam'],
  ['nurture_enrollment', 'marketing'],
];

function passing(world: World): readonly boolean[] {
  return PROBES.map(
    ([type, lane]) => evaluateGate(requestIn(world, type, lane), world.facts, world.policy).kind === 'pass',
  );
}

const seen = { worlds: 0, passed: 0, acted: 0, refused: 0 };

function explore(world: World, allowed: readonly boolean[], path: readonly string[]): void {
  seen.worlds += 1;
  if (path.length === DEPTH) {
    seen.acted += world.permits.reduce((sum, { acts }) => sum + acts, 0);
    return;
  }
  for (const operation of OPERATIONS) {
    const next = operation.run(world);
    const now = passing(next);
    const way = [...path, operation.name];
    // What was refused before a restriction is refused after it.
    const loosened = operation.restricts && now.some((passes, index) => passes && allowed[index] === false);
    expect([way, loosened]).toEqual([way, false]);
    for (const permit of next.permits) expect(permit.acts).toBeLessThanOrEqual(1);
    if (next.permits.length > world.permits.length) seen.passed += 1;
    else if (operation.name.endsWith('proposes')) seen.refused += 1;
    explore(next, now, way);
  }
}

function worldWith(facts: GateFacts, max: number): World {
  const policy = policyWith({
    sending_hours: ALWAYS,
    cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} },
    touch_cap: { max, window_ms: DAY_MS },
    permit_ttl_ms: 12 * HOUR_MS,
    ownership_window_ms: 3 * HOUR_MS,
    trust: { ...policyWith({}).trust, audit_share: 0 },
  });
  return { policy, facts, at: NOW, proposed: 0, permits: [], forbidden: false };
}

const earlier = changed(FACTS, GUARDS, {
  kind: 'touched',
  action: null,
  channel: 'email',
  at: NOW - 20 * HOUR_MS,
  fingerprint: null,
  source: 'mailbox',
});

test.each<readonly [string, World]>([
  ['nobody has written yet, and one message a day may go', worldWith(factsWith({}), 1)],
  ['one was written yesterday, and two a day may go', worldWith(earlier, 2)],
])(
  'every order of four things where %s',
  (_name, world) => {
    const before = { ...seen };
    explore(world, passing(world), []);
    const { worlds, passed, acted, refused } = seen;
    expect(worlds - before.worlds).toBe((OPERATIONS.length ** (DEPTH + 1) - 1) / (OPERATIONS.length - 1));
    // Few orders have nothing before a proposal that forbids it; what comes after it are many.
    expect(passed - before.passed).toBeGreaterThan(40);
    expect(Math.min(acted - before.acted, refused - before.refused)).toBeGreaterThan(300);
  },
  60_000,
);
