import { describe, expect, test } from 'vitest';

import type { MessageClass } from '../../domain/action-types.ts';
import { CONSENT_BASES } from '../../domain/entity.ts';
import type { LawfulBasis } from '../../domain/lawful-basis.ts';
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

describe('answers and notices', () => {
  const verdict = (messageClass: MessageClass, changes: Partial<typeof CONTACT>) =>
    consentFor(messageClass, 'email', { ...CONTACT, ...changes }, NOW, DEFAULT_POLICY).outcome;

  test.each(CONSENT_BASES)('on the basis %s, an answer needs any basis and a notice a contract', (basis) => {
    const any = basis !== 'none' && basis !== 'withdrawn';
    expect(basisAllows('transactional', basis, DEFAULT_POLICY)).toBe(basis === 'contract');
    expect(basisAllows('reply', basis, DEFAULT_POLICY)).toBe(any);
    expect(verdict('transactional', { consent: basis })).toBe(basis === 'contract' ? 'pass' : 'deny');
    expect(verdict('reply', { consent: basis })).toBe(any ? 'pass' : 'deny');
  });

  test('an objection stops a reply but not a transaction', () => {
    expect(verdict('reply', { opted_out_at: NOW })).toBe('deny');
    expect(verdict('transactional', { consent: 'contract', opted_out_at: NOW })).toBe('pass');
  });

  test('an answer needs no basis besides the question', () => {
    const asked = factsWith({ contact: guardWithout(CONTACT, 'consent') });
    expect(consentCheck(requestOf('email_reply'), asked, OPEN_POLICY).outcome).toBe('pass');
    expect(consentCheck(EMAIL, asked, OPEN_POLICY)).toMatchObject({ outcome: 'hold', code: 'consent_unknown' });
  });
});

describe('a basis for one purpose', () => {
  const recorded = (basis: LawfulBasis['basis'], changes: Partial<LawfulBasis> = {}): LawfulBasis => ({
    basis,
    source: 'webinar form',
    since: NOW - 5,
    jurisdiction: null,
    proven: false,
    ...changes,
  });

  test('counts for that purpose, whatever is said of the contact as a whole', () => {
    const facts = contactWith({ consent: 'legitimate_interest', lawful: { marketing: recorded('consent') } });
    expect(consentCheck(NURTURE, facts, OPEN_POLICY)).toMatchObject({ outcome: 'pass', inputs: { since_ago_ms: 5 } });
  });

  test('that was withdrawn denies this purpose and no other', () => {
    const facts = contactWith({ lawful: { marketing: recorded('withdrawn') } });
    expect(consentCheck(NURTURE, facts, OPEN_POLICY)).toMatchObject({ outcome: 'deny', code: 'opted_out' });
    expect(consentCheck(EMAIL, facts, OPEN_POLICY).outcome).toBe('pass');
  });

  test('is asked for when the policy says so', () => {
    const policy = { consent: { ...OPEN_POLICY.consent, per_purpose: true } };
    expect(consentCheck(EMAIL, FACTS, policy)).toMatchObject({ outcome: 'hold', code: 'consent_unknown' });
    expect(consentCheck(EMAIL, contactWith({ lawful: { sales: recorded('consent') } }), policy).outcome).toBe('pass');
  });

  test('is judged by the country, and by all of them where it is not known', () => {
    const policy = { consent: { ...OPEN_POLICY.consent, jurisdictions: { DE: { sales: ['consent' as const] } } } };
    const facts = (changes: Partial<typeof CONTACT>) => contactWith({ consent: 'legitimate_interest', ...changes });
    expect(consentCheck(EMAIL, facts({ country: 'FR' }), policy).outcome).toBe('pass');
    expect(consentCheck(EMAIL, facts({ country: 'DE' }), policy)).toMatchObject({ code: 'consent_denied' });
    expect(consentCheck(EMAIL, facts({}), policy)).toMatchObject({ outcome: 'hold', code: 'jurisdiction_unknown' });
    expect(consentCheck(EMAIL, contactWith({ consent: 'consent' }), policy).outcome).toBe('pass');
    const abroad = facts({ country: 'DE', lawful: { sales: recorded('legitimate_interest', { jurisdiction: 'FR' }) } });
    expect(consentCheck(EMAIL, abroad, policy).outcome).toBe('pass');
  });
});
