import { describe, expect, test } from 'vitest';

import type { MessageClass } from '../../domain/action-types.ts';
import { CONSENT_BASES } from '../../domain/entity.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import {
  AUDIENCE,
  CONTACT,
  contactWith,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
  NOW,
  NURTURE,
  OPEN_POLICY,
  requestOf,
} from '../gate.fixture.ts';
import { basisAllows, consentCheck, consentFor } from './consent.check.ts';

test('a basis that the policy lists for the class passes', () => {
  expect(consentCheck(EMAIL, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'pass',
    comparison: 'consent allows sales messages',
  });
});

test('marketing asks for more than sales', () => {
  const interested = contactWith({ consent: 'legitimate_interest' });
  expect(consentCheck(EMAIL, interested, OPEN_POLICY).outcome).toBe('pass');
  expect(consentCheck(NURTURE, interested, OPEN_POLICY)).toMatchObject({ outcome: 'deny', code: 'consent_denied' });
});

test('no recorded basis holds', () => {
  const facts = factsWith({ contact: guardWithout(CONTACT, 'consent') });
  expect(consentCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({ outcome: 'hold', code: 'consent_unknown' });
});

test('an objection denies, also without a basis', () => {
  const facts = factsWith({ contact: { ...guardWithout(CONTACT, 'consent'), opted_out_at: NOW - 5 } });
  expect(consentCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({
    outcome: 'deny',
    code: 'opted_out',
    inputs: { opted_out_ago_ms: 5 },
  });
});

test('a withdrawn consent denies as an objection does', () => {
  expect(consentCheck(EMAIL, contactWith({ consent: 'withdrawn' }), OPEN_POLICY)).toMatchObject({
    outcome: 'deny',
    code: 'opted_out',
  });
});

test('a bounced address denies e-mail and nothing else', () => {
  const facts = contactWith({ bounced_at: NOW - 7 });
  expect(consentCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({
    outcome: 'deny',
    code: 'address_bounced',
    inputs: { bounced_ago_ms: 7 },
  });
  expect(consentCheck(requestOf('linkedin_push'), facts, OPEN_POLICY).outcome).toBe('pass');
});

test('a contact that is not known holds', () => {
  expect(consentCheck(EMAIL, factsWithout('contact'), OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
  });
  expect(consentCheck({ ...EMAIL, person: null }, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
  });
});

test('an audience writes to nobody', () => {
  expect(consentCheck(AUDIENCE, factsWithout('contact'), OPEN_POLICY).comparison).toMatch(/^not applicable/);
});

describe('classes that no action has yet', () => {
  const verdict = (messageClass: MessageClass, changes: Partial<typeof CONTACT>) =>
    consentFor(messageClass, 'email', { ...CONTACT, ...changes }, NOW, DEFAULT_POLICY).outcome;

  test.each(CONSENT_BASES)('on the basis %s, replies and transactions go with any basis there is', (basis) => {
    const any = basis !== 'none' && basis !== 'withdrawn';
    expect(basisAllows('transactional', basis, DEFAULT_POLICY)).toBe(any);
    expect(basisAllows('reply', basis, DEFAULT_POLICY)).toBe(any);
    expect(verdict('transactional', { consent: basis })).toBe(any ? 'pass' : 'deny');
  });

  test('an objection stops a reply but not a transaction', () => {
    expect(verdict('reply', { opted_out_at: NOW })).toBe('deny');
    expect(verdict('transactional', { opted_out_at: NOW })).toBe('pass');
  });
});
