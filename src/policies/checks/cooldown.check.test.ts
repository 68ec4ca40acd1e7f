import { expect, test } from 'vitest';

import { EMPTY_GUARD } from '../../domain/guard.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import {
  ACCOUNT,
  accountWith,
  AUDIENCE,
  CONTACT,
  contactWith,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  NOW,
  OPEN_POLICY,
  policyWith,
  touchAgo,
} from '../gate.fixture.ts';
import { cooldownCheck } from './cooldown.check.ts';

test('without touches nothing runs', () => {
  expect(cooldownCheck(EMAIL, FACTS, OPEN_POLICY).outcome).toBe('pass');
});

test.each([
  ['cooldown_contact', contactWith({ touches: [touchAgo(HOUR_MS)] }), 3 * DAY_MS],
  ['cooldown_account', accountWith({ touches: [touchAgo(HOUR_MS)] }), DAY_MS],
  ['cooldown_domain', factsWith({ domain: { ...EMPTY_GUARD, touches: [touchAgo(HOUR_MS)] } }), 4 * HOUR_MS],
])('%s puts it off until it ends', (code, facts, lengthMs) => {
  expect(cooldownCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({
    outcome: 'schedule',
    code,
    inputs: { cooldown_ms: lengthMs, ends_in_ms: lengthMs - HOUR_MS },
    next_at: NOW - HOUR_MS + lengthMs,
  });
});

test('cooldown_channel concerns the contact on that channel only', () => {
  const policy = policyWith({
    cooldown: { ...OPEN_POLICY.cooldown, contact_ms: 0, channel_ms: { email: 10 * DAY_MS } },
  });
  const by = (channel: 'email' | 'linkedin') => contactWith({ touches: [touchAgo(5 * DAY_MS, { channel })] });
  expect(cooldownCheck(EMAIL, by('email'), policy)).toMatchObject({ outcome: 'schedule', code: 'cooldown_channel' });
  expect(cooldownCheck(EMAIL, by('linkedin'), policy).outcome).toBe('pass');
});

test('the one that ends last gives the code', () => {
  const facts = factsWith({
    contact: { ...CONTACT, touches: [touchAgo(3 * DAY_MS - HOUR_MS)] },
    account: { ...ACCOUNT, touches: [touchAgo(2 * HOUR_MS)] },
    domain: { ...EMPTY_GUARD, touches: [touchAgo(HOUR_MS)] },
  });
  expect(cooldownCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({
    code: 'cooldown_account',
    next_at: NOW + 22 * HOUR_MS,
  });
});

test('a touch that was heard of late does not hide a later one', () => {
  const touches = [touchAgo(HOUR_MS), touchAgo(80 * DAY_MS, { source: 'crm', action: null })];
  expect(cooldownCheck(EMAIL, contactWith({ touches }), OPEN_POLICY).next_at).toBe(NOW - HOUR_MS + 3 * DAY_MS);
});

test('it runs from the last moment at which a permitted touch may happen', () => {
  const reserved = touchAgo(3 * DAY_MS, { until: NOW - 3 * DAY_MS + HOUR_MS });
  expect(cooldownCheck(EMAIL, contactWith({ touches: [reserved] }), OPEN_POLICY)).toMatchObject({
    outcome: 'schedule',
    code: 'cooldown_contact',
    next_at: NOW + HOUR_MS,
  });
});

test('one of no length is none', () => {
  const reserved = touchAgo(HOUR_MS, { until: NOW + HOUR_MS });
  const policy = policyWith({ cooldown: { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} } });
  expect(cooldownCheck(EMAIL, contactWith({ touches: [reserved] }), policy).outcome).toBe('pass');
});

test('what the action reserved itself does not count, and an ended cooldown is over at once', () => {
  const touches = [touchAgo(3 * DAY_MS), touchAgo(5, { action: EMAIL.action })];
  expect(cooldownCheck(EMAIL, contactWith({ touches }), OPEN_POLICY).outcome).toBe('pass');
});

test.each(['contact', 'account', 'domain'] as const)('an unknown guard of the %s holds', (name) => {
  expect(cooldownCheck(EMAIL, factsWithout(name), OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
    inputs: { missing: name },
  });
});

test('neither account nor domain need be known when there is none', () => {
  const facts = { contact: CONTACT };
  expect(cooldownCheck({ ...EMAIL, account: null, domain: null }, facts, OPEN_POLICY).outcome).toBe('pass');
  expect(cooldownCheck({ ...EMAIL, person: null }, FACTS, OPEN_POLICY).code).toBe('fact_missing');
});

test('an audience touches nobody', () => {
  const facts = contactWith({ touches: [touchAgo(5)] });
  expect(cooldownCheck(AUDIENCE, facts, OPEN_POLICY).comparison).toMatch(/^not applicable/);
});
