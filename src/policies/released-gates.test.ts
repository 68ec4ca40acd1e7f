import { expect, test } from 'vitest';

import { GATE_CHECKS, GATE_VERSION } from '../domain/gate.ts';
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

test('the second version has no checks of later ones, and gives no time for what it never gave one', () => {
  const sent = factsWith({
    contact: { ...FACTS.contact, prints: [{ fingerprint: EMAIL.fingerprint, at: NOW - WEEK_MS, action: null }] },
  });
  const resultOf = (version: number) =>
    evaluateReleasedGate(version, EMAIL, sent, OPEN_POLICY)?.checks.find(({ check }) => check === 'duplicate');
  expect(resultOf(2)).toMatchObject({ code: 'duplicate_content', next_at: null });
  expect(resultOf(3)?.next_at).toBe(NOW - WEEK_MS + OPEN_POLICY.duplicate_window_ms);
  const later: readonly string[] = ['message_class', 'sync_freshness', 'reengagement'];
  const checks = evaluateReleasedGate(2, EMAIL, sent, OPEN_POLICY)?.checks.map(({ check }) => check) ?? [];
  expect(checks.length).toBe(GATE_CHECKS.length - later.length);
  expect(checks.filter((check) => later.includes(check))).toEqual([]);
});

test('the present version is the gate itself', () => {
  expect(evaluateReleasedGate(GATE_VERSION, EMAIL, facts, POLICY)).toEqual(evaluateGate(EMAIL, facts, POLICY));
});

test('a version that was never released is not guessed', () => {
  expect(evaluateReleasedGate(0, EMAIL, facts, POLICY)).toBeNull();
  expect(evaluateReleasedGate(GATE_VERSION + 1, EMAIL, facts, POLICY)).toBeNull();
});
