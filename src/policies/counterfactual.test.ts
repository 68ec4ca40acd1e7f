import { describe, expect, test } from 'vitest';

import { THRESHOLDS } from '../domain/counterfactual.ts';
import type { Change } from '../domain/counterfactual.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import { DAY_MS } from '../domain/instant.ts';
import { DEFAULT_POLICY as POLICY } from '../domain/policy.ts';
import { changeWords, withChange } from './counterfactual.ts';
import { EMAIL, factsWith, NOW } from './gate.fixture.ts';
import { evaluateGate } from './gate.ts';

const touched = {
  ...EMPTY_GUARD,
  touches: [{ at: NOW - DAY_MS / 2, channel: 'email' as const, action: 'act_0', source: 'gatehouse' }],
};
const lock = { owner: 'lane:tam', lane: 'tam' as const, epoch: 1, until: NOW + DAY_MS, person: false };

function outcomeOf(check: string, change: Change | null, facts = factsWith({})) {
  const asked = { request: EMAIL, facts, policy: POLICY };
  const { request, facts: seen, policy } = change === null ? asked : withChange(asked, change);
  return evaluateGate(request, seen, policy).checks.find((item) => item.check === check)?.outcome;
}

test('without the cooldown a touch of before does not hold, and nothing else is let through', () => {
  const facts = factsWith({ contact: { ...factsWith({}).contact!, touches: touched.touches }, kill_switch: true });
  expect(outcomeOf('cooldown', null, facts)).not.toBe('pass');
  expect(outcomeOf('cooldown', { kind: 'no_cooldown' }, facts)).toBe('pass');
  expect(outcomeOf('kill_switch', { kind: 'no_cooldown' }, facts)).not.toBe('pass');
});

describe('another owner', () => {
  const owned = factsWith({ account: { ...factsWith({}).account!, lock } });
  test('nobody, or the lane that proposes, stands in nobody’s way', () => {
    expect(outcomeOf('ownership', { kind: 'owner', owner: null }, owned)).toBe('pass');
    expect(outcomeOf('ownership', { kind: 'owner', owner: `lane:${EMAIL.lane}` }, owned)).toBe('pass');
  });
  test('another lane is waited for, and a person until release', () => {
    const other = EMAIL.lane === 'tam' ? 'lane:inbound' : 'lane:tam';
    expect(outcomeOf('ownership', { kind: 'owner', owner: other })).toBe('schedule');
    expect(outcomeOf('ownership', { kind: 'owner', owner: 'person:ana' })).toBe('hold');
  });
  test('what is not known stays unknown, but for the owner', () => {
    const { account: _, ...unknown } = factsWith({});
    const { facts } = withChange({ request: EMAIL, facts: unknown, policy: POLICY }, { kind: 'owner', owner: null });
    expect(facts).toEqual(unknown);
  });
});

test.each(THRESHOLDS)('the threshold %s changes the policy, and only that', (threshold) => {
  const input = { request: EMAIL, facts: factsWith({}), policy: POLICY };
  const changed = withChange(input, { kind: 'threshold', threshold, value: 0.5 });
  expect(changed.policy).not.toEqual(POLICY);
  expect({ ...changed, policy: null }).toEqual({ ...input, policy: null });
  expect(changeWords({ kind: 'threshold', threshold, value: 0.5 })).toBe(`with ${threshold} 0.5`);
});

test('the recorded input is left as it was', () => {
  const input = { request: EMAIL, facts: factsWith({}), policy: POLICY };
  const before = JSON.stringify(input);
  withChange(input, { kind: 'owner', owner: 'person:ana' });
  withChange(input, { kind: 'no_cooldown' });
  expect(JSON.stringify(input)).toBe(before);
});
