import { expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import { ACCOUNT, CONTACT, EMAIL, factsWith, factsWithout, NOW, requestOf } from '../gate.fixture.ts';
import { reengagementCheck } from './reengagement.check.ts';

const policy = { reengagement: { rejected_ms: 30 * DAY_MS, lost_ms: 90 * DAY_MS } };
const facts = factsWith({
  contact: { ...CONTACT, rejected_at: NOW - 10 * DAY_MS },
  account: { ...ACCOUNT, lost_at: NOW - 80 * DAY_MS },
});

test('selling waits for the window that ends last', () => {
  expect(reengagementCheck(EMAIL, facts, policy)).toMatchObject({
    outcome: 'schedule',
    code: 'reengagement_rejected',
    inputs: { window_ms: 30 * DAY_MS, ends_in_ms: 20 * DAY_MS },
    next_at: NOW + 20 * DAY_MS,
  });
  expect(reengagementCheck({ ...EMAIL, at: NOW + 20 * DAY_MS }, facts, policy).outcome).toBe('pass');
});

test('answers go on, and a policy without windows waits for nothing', () => {
  expect(reengagementCheck(requestOf('email_reply'), facts, policy).outcome).toBe('pass');
  expect(reengagementCheck(EMAIL, facts, {}).outcome).toBe('pass');
});

test('an account that is not known holds', () => {
  expect(reengagementCheck(EMAIL, factsWithout('account'), policy).code).toBe('fact_missing');
});
