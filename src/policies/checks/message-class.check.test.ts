import { describe, expect, test } from 'vitest';

import type { ActionType } from '../../domain/action-types.ts';
import type { GateFacts } from '../../domain/gate.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { contactWith, EMAIL, FACTS, NOW, OPEN_POLICY, requestOf, touchAgo } from '../gate.fixture.ts';
import { evaluateGate } from '../gate.ts';
import { messageClassCheck } from './message-class.check.ts';

const REPLY = requestOf('email_reply');
const codesOf = (type: ActionType, facts: GateFacts, at = NOW) =>
  evaluateGate({ ...requestOf(type), at }, facts, OPEN_POLICY).checks.flatMap(({ code }) => code ?? []);

test('an answer needs something that it answers', () => {
  expect(messageClassCheck(REPLY, FACTS, OPEN_POLICY)).toMatchObject({ outcome: 'deny', code: 'nothing_to_answer' });
  for (const changes of [{ replied_at: NOW - 1 }, { wrote_at: NOW - 29 * DAY_MS }])
    expect(messageClassCheck(REPLY, contactWith(changes), OPEN_POLICY).outcome).toBe('pass');
  expect(messageClassCheck(REPLY, contactWith({ wrote_at: NOW - 30 * DAY_MS }), OPEN_POLICY).outcome).toBe('deny');
  expect(messageClassCheck(EMAIL, FACTS, OPEN_POLICY).outcome).toBe('pass');
});

describe('what holds which class back', () => {
  const touched = contactWith({ wrote_at: NOW - 1, touches: [touchAgo(1), touchAgo(2), touchAgo(3)] });
  const contract = contactWith({ consent: 'contract', touches: [touchAgo(1), touchAgo(2), touchAgo(3)] });
  const sunday = NOW + 4 * DAY_MS;

  test('cooldowns, caps and sending hours concern sales, and neither answers nor notices', () => {
    expect(codesOf('outreach_push', touched)).toContain('touch_cap');
    expect(codesOf('outreach_push', FACTS, sunday)).toContain('quiet_hours');
    expect(codesOf('email_reply', touched)).toEqual([]);
    expect(codesOf('email_reply', touched, sunday)).toEqual([]);
    expect(codesOf('service_notice', contract, sunday)).toEqual([]);
  });

  test('a suppression stops every class', () => {
    const suppressed = { ...touched, suppressions: [{ scope: 'email', reason: 'asked' }] };
    for (const type of ['outreach_push', 'email_reply', 'service_notice'] as const)
      expect(codesOf(type, suppressed)).toContain('suppressed');
  });

  test('a notice needs a contract', () => {
    expect(codesOf('service_notice', FACTS)).toEqual(['contract_missing']);
  });
});
