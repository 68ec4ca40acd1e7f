import { expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import {
  accountWith,
  contactWith,
  CRM,
  EMAIL,
  FACTS,
  factsWithout,
  NOW,
  OPEN_POLICY,
  policyWith,
} from '../gate.fixture.ts';
import { replyStopCheck } from './reply-stop.check.ts';

const CONTACT_ONLY = policyWith({ reply_stop: { window_ms: 30 * DAY_MS, whole_account: false } });

test('no reply, or one before the window, passes', () => {
  expect(replyStopCheck(EMAIL, FACTS, OPEN_POLICY).outcome).toBe('pass');
  expect(replyStopCheck(EMAIL, contactWith({ replied_at: NOW - 30 * DAY_MS }), OPEN_POLICY).outcome).toBe('pass');
});

test('a reply of the contact holds', () => {
  expect(replyStopCheck(EMAIL, contactWith({ replied_at: NOW - 2 * DAY_MS }), CONTACT_ONLY)).toMatchObject({
    outcome: 'hold',
    code: 'replied',
    comparison: 'the contact replied 2 days ago, within 30 days',
    next_at: NOW + 28 * DAY_MS,
  });
});

test('a reply of a colleague holds when the policy stops the whole account', () => {
  const facts = accountWith({ replied_at: NOW - 1 });
  expect(replyStopCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({ outcome: 'hold', code: 'replied' });
  expect(replyStopCheck(EMAIL, facts, CONTACT_ONLY).outcome).toBe('pass');
});

test('a reply that a fast clock dates ahead holds too', () => {
  expect(replyStopCheck(EMAIL, contactWith({ replied_at: NOW + 5 }), OPEN_POLICY).outcome).toBe('hold');
});

test('who must be known holds when not', () => {
  expect(replyStopCheck({ ...EMAIL, person: null }, FACTS, OPEN_POLICY).code).toBe('fact_missing');
  expect(replyStopCheck(EMAIL, factsWithout('contact'), OPEN_POLICY).code).toBe('fact_missing');
  expect(replyStopCheck(EMAIL, factsWithout('account'), OPEN_POLICY).code).toBe('fact_missing');
  expect(replyStopCheck(EMAIL, factsWithout('account'), CONTACT_ONLY).outcome).toBe('pass');
});

test('what is no sales or marketing message is not concerned', () => {
  expect(replyStopCheck(CRM, contactWith({ replied_at: NOW - 1 }), OPEN_POLICY).outcome).toBe('pass');
});
