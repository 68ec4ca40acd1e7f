import { expect, test } from 'vitest';

import { GATE_VERSION } from '../domain/gate.ts';
import { EMAIL, FACTS, factsWith, NOW, OPEN_POLICY } from './gate.fixture.ts';
import { evaluateGate } from './gate.ts';
import { evaluateReleasedGate } from './released-gates.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const POLICY = { ...OPEN_POLICY, cooldown: { ...OPEN_POLICY.cooldown, contact_ms: WEEK_MS } };
/** Granted a week ago, and possible until yesterday. */
const facts = factsWith({
  contact: {
    ...FACTS.contact,
    touches: [
      { at: NOW - WEEK_MS, until: NOW - WEEK_MS / 7, channel: 'email', action: 'act_before', source: 'gatehouse' },
    ],
  },
});

test('the first version counts a permitted touch from its grant, the present one from the end of its permit', () => {
  expect(evaluateReleasedGate(1, EMAIL, facts, POLICY)?.kind).toBe('pass');
  expect(evaluateReleasedGate(2, EMAIL, facts, POLICY)?.kind).toBe('schedule');
});

test('the present version is the gate itself', () => {
  expect(evaluateReleasedGate(GATE_VERSION, EMAIL, facts, POLICY)).toEqual(evaluateGate(EMAIL, facts, POLICY));
});

test('a version that was never released is not guessed', () => {
  expect(evaluateReleasedGate(0, EMAIL, facts, POLICY)).toBeNull();
  expect(evaluateReleasedGate(GATE_VERSION + 1, EMAIL, facts, POLICY)).toBeNull();
});
