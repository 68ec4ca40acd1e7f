import { describe, expect, test } from 'vitest';

import type { GateFacts } from '../domain/gate.ts';
import { HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import {
  ACCOUNT,
  accountWith,
  CONTACT,
  contactWith,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
  lockOf,
  NOW,
  OPEN_POLICY,
  policyWith,
} from './gate.fixture.ts';
import { isOnlyTheHour, secondCheck } from './second-check.ts';
import type { PermitTerms } from './second-check.ts';

const PERMIT: PermitTerms = {
  actionType: 'outreach_push',
  lane: 'operator',
  channel: 'email',
  proposer: 'engine:rules@1',
  account: 'acc_1',
  person: 'per_1',
  fingerprint: 'fp_own',
  mode: 'live',
  expiresAt: NOW + 10 * MINUTE_MS,
  lockEpochs: { account: 0, contact: 0 },
};

const check = (facts: GateFacts, permit: PermitTerms = PERMIT, at = NOW, content = 'fp_own') =>
  secondCheck(permit, facts, OPEN_POLICY, content, at);
const codes = (...args: Parameters<typeof check>) => check(...args).map((failure) => failure.code);

test('nothing changed: go', () => {
  expect(check(FACTS)).toEqual([]);
});

test('a permit is good up to its last millisecond', () => {
  expect(codes(FACTS, PERMIT, PERMIT.expiresAt)).toEqual([]);
  expect(check(FACTS, PERMIT, PERMIT.expiresAt + 1)).toMatchObject([
    { check: 'permit', code: 'permit_expired', inputs: { expired_ago_ms: 1 } },
  ]);
  expect(codes(FACTS, PERMIT, Number.NaN)).toContain('permit_expired');
});

test('other content stops it', () => {
  expect(codes(FACTS, PERMIT, NOW, 'fp_new')).toEqual(['content_changed']);
});

test.each([
  ['kill_switch_engaged', factsWith({ kill_switch: true })],
  ['sender_stopped', factsWith({ sender: { level: 'stopped', sent: 900, bounced: 90, complained: 0 } })],
  ['suppressed', factsWith({ suppressions: [{ scope: 'domain', reason: 'asked' }] })],
  ['opted_out', contactWith({ opted_out_at: NOW - 1 })],
  ['opted_out', contactWith({ consent: 'withdrawn' })],
  ['address_bounced', contactWith({ bounced_at: NOW - 1 })],
  ['replied', contactWith({ replied_at: NOW - 1 })],
  ['replied', accountWith({ replied_at: NOW - 1 })],
  ['owned_by_person', accountWith({ lock: lockOf({ person: true, owner: 'ana' }) })],
  ['owned_by_other_lane', contactWith({ lock: lockOf() })],
  ['second_check_failed', factsWith({ mode: 'sandbox' })],
])('%s stops it', (code, facts) => {
  expect(codes(facts)).toEqual([code]);
});

test('a reply that is heard of late stops it, however old', () => {
  expect(codes(contactWith({ replied_at: NOW - 20 * 24 * 60 * MINUTE_MS }))).toEqual(['replied']);
});

test('a colleague may reply where the policy does not stop the account', () => {
  const policy = policyWith({ reply_stop: { ...OPEN_POLICY.reply_stop, whole_account: false } });
  expect(secondCheck(PERMIT, accountWith({ replied_at: NOW - 1 }), policy, 'fp_own', NOW)).toEqual([]);
});

describe('a lock that changed hands since the permit', () => {
  test('stops it when a takeover was released again', () => {
    expect(check(accountWith({ lock_epoch: 1 }))).toMatchObject([
      { check: 'ownership', code: 'owned_by_person', inputs: { lock_changed: true } },
    ]);
    expect(codes(contactWith({ lock_epoch: 2 }))).toEqual(['owned_by_person']);
  });

  test('stops it when another lane held it, though its window has ended', () => {
    expect(codes(accountWith({ lock_epoch: 1, lock: lockOf({ until: NOW - 1 }) }))).toEqual(['owned_by_person']);
  });

  test('does not when the same lane took it once more', () => {
    expect(codes(accountWith({ lock_epoch: 4, lock: lockOf({ lane: 'operator', epoch: 4 }) }))).toEqual([]);
  });

  test('is not asked where the permit saw no guard', () => {
    const permit = { ...PERMIT, lockEpochs: { account: null, contact: null } };
    expect(codes(accountWith({ lock_epoch: 9 }), permit)).toEqual([]);
  });
});

describe('closed on what is not known', () => {
  test.each([
    ['kill_switch', ['kill_switch_unknown']],
    ['mode', ['fact_missing']],
    ['suppressions', ['suppression_unknown']],
    ['contact', ['fact_missing', 'fact_missing', 'fact_missing', 'fact_missing']],
    ['account', ['fact_missing', 'fact_missing']],
  ] as const)('without %s it does not go', (name, expected) => {
    expect(codes(factsWithout(name))).toEqual(expected);
  });

  test('without a basis it does not go', () => {
    expect(codes(factsWith({ contact: guardWithout(CONTACT, 'consent') }))).toEqual(['consent_unknown']);
  });

  test('a broken fact stops it instead of throwing', () => {
    expect(codes({ ...FACTS, suppressions: {} as never })).toEqual(['gate_error']);
    expect(codes({ ...FACTS, account: null as never })).toEqual(['gate_error', 'gate_error']);
  });
});

test('what reaches nobody is asked for time, content, mode and kill switch only', () => {
  const permit = { ...PERMIT, actionType: 'crm_update' as const };
  const facts = { kill_switch: false, mode: 'live' } as const;
  expect(codes(facts, permit)).toEqual([]);
  expect(codes({ ...facts, account: { ...ACCOUNT, lock: lockOf({ person: true }) } }, permit)).toEqual([]);
  expect(codes({ ...facts, kill_switch: true }, permit, NOW, 'fp_new')).toEqual([
    'content_changed',
    'kill_switch_engaged',
  ]);
});

test('a person alone has no account to ask about', () => {
  const { account: _, ...facts } = FACTS;
  expect(codes(facts, { ...PERMIT, account: null, lockEpochs: { account: null, contact: 0 } })).toEqual([]);
});

describe('the hour', () => {
  const night = NOW + 9 * HOUR_MS;
  const late = { ...PERMIT, expiresAt: night + MINUTE_MS };

  test('that has passed gives the permit back, and nothing else with it does', () => {
    expect(codes(FACTS, late, night)).toEqual(['quiet_hours']);
    expect(isOnlyTheHour(codes(FACTS, late, night))).toBe(true);
    expect(isOnlyTheHour(codes(contactWith({ replied_at: NOW }), late, night))).toBe(false);
    expect(isOnlyTheHour([])).toBe(false);
  });

  test('matters to what sells and advertises', () => {
    expect(codes(FACTS, { ...late, actionType: 'crm_update', channel: 'crm' }, night)).toEqual([]);
  });

  test('of the sender counts too', () => {
    const policy = policyWith({
      sending: { senders: { ana: { time_zone: 'America/New_York', from: 9, to: 17, days: [1, 2, 3, 4, 5] } } },
    });
    const asked = (sender: string) => secondCheck({ ...PERMIT, sender }, FACTS, policy, 'fp_own', NOW);
    expect(asked('ana').map(({ code }) => code)).toEqual(['quiet_hours']);
    expect(asked('ben')).toEqual([]);
  });
});
