import { describe, expect, test } from 'vitest';

import { GATE_CHECKS, GATE_VERSION } from '../domain/gate.ts';
import type { GateFacts } from '../domain/gate.ts';
import type { Policy } from '../domain/policy.ts';
import { CONTACT, EMAIL, FACTS, factsWith, guardWithout, NOW, OPEN_POLICY, policyWith } from './gate.fixture.ts';
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
  const later: readonly string[] = ['sender_health', 'message_class', 'sync_freshness', 'reengagement'];
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

describe('the third version', () => {
  const resultOf = (facts: GateFacts, policy = OPEN_POLICY) =>
    evaluateReleasedGate(3, EMAIL, facts, policy)?.checks.find(({ check }) => check === 'quiet_hours');
  const zoneless = guardWithout(CONTACT, 'time_zone');

  test('knew the zone of countries that have one, and held for the others', () => {
    expect(resultOf(factsWith({ contact: { ...zoneless, country: 'DE' } }))).toMatchObject({
      outcome: 'pass',
      inputs: { zone: 'Europe/Berlin', weekday: 3, minute_of_day: 660, from_hour: 8, to_hour: 18 },
    });
    for (const country of ['US', 'MC'])
      expect(resultOf(factsWith({ contact: { ...zoneless, country } }))).toMatchObject({
        outcome: 'hold',
        code: 'time_zone_unknown',
        inputs: { zone: null, country },
      });
  });

  test('asked for neither holidays nor hours of senders', () => {
    const sending: Policy['sending'] = {
      countries: { FR: { from: 0, to: 1, days: [7] } },
      holidays: { unlisted: 'hold', lists: {} },
      channels: { email: { time_zone: 'Asia/Tokyo', from: 9, to: 10, days: [1] } },
    };
    const french = factsWith({ contact: { ...CONTACT, country: 'FR' } });
    expect(resultOf(french, policyWith({ sending }))).toEqual(resultOf(FACTS));
  });
});
