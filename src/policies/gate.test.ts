import { describe, expect, test } from 'vitest';

import { NO_RELATIONS } from '../domain/entity.ts';
import type { GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import { GATE_CHECKS, reasonsOf } from '../domain/gate.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import { DAY_MS, HOUR_MS, UNTIL_RELEASED } from '../domain/instant.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Policy } from '../domain/policy.ts';
import type { GateReason } from '../domain/reason-codes.ts';
import {
  ACCOUNT,
  accountWith,
  approvalBy,
  CONTACT,
  contactWith,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
  lockOf,
  NOW,
  NURTURE,
  OPEN_POLICY,
  policyWith,
  requestOf,
  touchAgo,
} from './gate.fixture.ts';
import { evaluateGate } from './gate.ts';
import { auditDraw } from './sample.ts';

const codesOf = (verdict: Verdict) => reasonsOf(verdict).map((result) => result.code);
const outcomeOf = (verdict: Verdict, check: string) => verdict.checks.find((result) => result.check === check)?.outcome;

interface Situation {
  readonly request?: GateRequest;
  readonly facts?: GateFacts;
  readonly policy?: Policy;
  readonly kind: Verdict['kind'];
}

const touched = { touches: [touchAgo(HOUR_MS)] };
const learned = (level: 'blocked' | 'suggest' | 'approve_each' | 'auto', good = 0) => ({
  facts: factsWith({ trust: { cell: 'cell_1', good, bad: 0, level } }),
  policy: DEFAULT_POLICY,
});
const ruled = (then: 'deny' | 'hold', attribute = 'lane') =>
  policyWith({ rules: [{ id: 'r', title: 'r', when: [{ attribute, operator: 'eq', value: 'operator' }], then }] });

let drawnAt = NOW;
while (auditDraw(EMAIL.fingerprint, drawnAt) >= 0.05) drawnAt += 1;

/** One situation per reason, in which nothing else is wrong. */
const SITUATIONS: Record<GateReason, Situation> = {
  kill_switch_engaged: { facts: factsWith({ kill_switch: true }), kind: 'hold' },
  kill_switch_unknown: { facts: factsWithout('kill_switch'), kind: 'hold' },
  paused: { facts: factsWith({ paused: [{ scope: 'channel', ago_ms: 1 }] }), kind: 'schedule' },
  not_authorized: { policy: policyWith({ authorizations: [] }), kind: 'deny' },
  channel_unavailable: { facts: factsWith({ channel_ready: false }), kind: 'hold' },
  sender_stopped: {
    facts: factsWith({ sender: { level: 'stopped', sent: 1_000, bounced: 0, complained: 3 } }),
    kind: 'hold',
  },
  sender_throttled: {
    facts: factsWith({ sender: { level: 'throttled', sent: 1_000, bounced: 30, complained: 0 } }),
    policy: policyWith({ sender_health: { throttle_share: 0.05 } }),
    kind: 'schedule',
  },
  suppressed: { facts: factsWith({ suppressions: [{ scope: 'email', reason: 'asked' }] }), kind: 'deny' },
  suppression_unknown: { facts: factsWithout('suppressions'), kind: 'hold' },
  opted_out: { facts: contactWith({ opted_out_at: NOW - 1 }), kind: 'deny' },
  consent_unknown: { facts: factsWith({ contact: guardWithout(CONTACT, 'consent') }), kind: 'hold' },
  consent_denied: { facts: contactWith({ consent: 'none' }), kind: 'deny' },
  jurisdiction_unknown: {
    facts: contactWith({ consent: 'legitimate_interest' }),
    policy: policyWith({ consent: { ...OPEN_POLICY.consent, jurisdictions: { DE: { sales: ['consent'] } } } }),
    kind: 'hold',
  },
  contract_missing: { request: requestOf('service_notice'), kind: 'deny' },
  nothing_to_answer: { request: requestOf('email_reply'), kind: 'deny' },
  sync_stale: { policy: policyWith({ syncs: { crm: DAY_MS } }), kind: 'hold' },
  reengagement_rejected: {
    facts: contactWith({ rejected_at: NOW - 1 }),
    policy: policyWith({ reengagement: { rejected_ms: 7 * DAY_MS, lost_ms: 0 } }),
    kind: 'schedule',
  },
  reengagement_lost: {
    facts: accountWith({ lost_at: NOW - 1 }),
    policy: policyWith({ reengagement: { rejected_ms: 0, lost_ms: 7 * DAY_MS } }),
    kind: 'schedule',
  },
  address_bounced: { facts: contactWith({ bounced_at: NOW - 1 }), kind: 'deny' },
  owned_by_other_lane: { facts: accountWith({ lock: lockOf() }), kind: 'schedule' },
  owned_by_person: { facts: accountWith({ lock: lockOf({ person: true, until: UNTIL_RELEASED }) }), kind: 'hold' },
  ownership_queue: {
    facts: accountWith({
      freed_at: NOW,
      queue: [
        {
          action: 'act_first',
          lane: 'operator',
          for: 'outreach_push',
          since: NOW - 1,
          correlation: 'cor_1',
          scope: 'acc_1',
          refs: { account: 'acc_1', person: null, domain: null, suppressionKeys: [], hasAddress: true },
        },
      ],
    }),
    request: { ...EMAIL, lane: 'tam' },
    kind: 'schedule',
  },
  scope_unlinked: { facts: factsWith({ scope_linked: false }), kind: 'hold' },
  do_not_prospect: { facts: accountWith({ relations: { ...NO_RELATIONS, customer: true } }), kind: 'deny' },
  relation_unknown: { facts: factsWith({ account: guardWithout(ACCOUNT, 'relations') }), kind: 'hold' },
  duplicate_content: {
    facts: contactWith({ prints: [{ fingerprint: EMAIL.fingerprint, at: NOW - 1, action: null }] }),
    kind: 'deny',
  },
  duplicate_open: {
    facts: contactWith({ open: [{ action: 'act_other', kind: 'outreach_push', at: NOW - 1 }] }),
    kind: 'deny',
  },
  cooldown_contact: { facts: contactWith(touched), kind: 'schedule' },
  cooldown_account: { facts: accountWith(touched), kind: 'schedule' },
  cooldown_domain: { facts: factsWith({ domain: { ...EMPTY_GUARD, ...touched } }), kind: 'schedule' },
  cooldown_channel: {
    facts: contactWith(touched),
    policy: policyWith({ cooldown: { ...OPEN_POLICY.cooldown, channel_ms: { email: 9 * DAY_MS } } }),
    kind: 'schedule',
  },
  touch_cap: { facts: contactWith({ touches: [4, 5, 6].map((days) => touchAgo(days * DAY_MS)) }), kind: 'schedule' },
  replied: { facts: contactWith({ replied_at: NOW - 1 }), kind: 'hold' },
  abm_backstop: { request: NURTURE, facts: accountWith({ abm_active: true }), kind: 'deny' },
  quiet_hours: { request: { ...EMAIL, at: NOW + 10 * HOUR_MS }, kind: 'schedule' },
  time_zone_unknown: { facts: factsWith({ contact: guardWithout(CONTACT, 'time_zone') }), kind: 'hold' },
  holidays_unknown: { policy: policyWith({ sending: { holidays: { unlisted: 'hold', lists: {} } } }), kind: 'hold' },
  sender_hours_apart: {
    policy: policyWith({
      sending: { senders: { snd_1: { time_zone: 'Pacific/Auckland', from: 9, to: 17, days: [1, 2, 3, 4, 5] } } },
    }),
    kind: 'hold',
  },
  budget_exhausted: {
    facts: factsWith({ budget: { ...EMPTY_GUARD, spent_minor: { '2026-11-18': 50_000 } } }),
    kind: 'schedule',
  },
  budget_unknown: { facts: factsWithout('budget'), kind: 'hold' },
  tenant_rule_denied: { policy: ruled('deny'), kind: 'deny' },
  tenant_rule_held: { policy: ruled('hold'), kind: 'hold' },
  tenant_rule_unknown: { policy: ruled('deny', 'fit_tier'), kind: 'hold' },
  confidence_low: { request: { ...EMAIL, confidence: 0.1 }, kind: 'hold' },
  trust_blocked: { ...learned('blocked'), kind: 'deny' },
  trust_suggest: { ...learned('suggest'), kind: 'hold' },
  trust_needs_approval: { ...learned('approve_each'), kind: 'hold' },
  trust_sampled: { request: { ...EMAIL, at: drawnAt }, ...learned('auto', 60), kind: 'hold' },
  trust_insufficient: { ...learned('auto'), kind: 'hold' },
  trust_unknown: { facts: factsWithout('trust'), policy: DEFAULT_POLICY, kind: 'hold' },
  four_eyes: { request: { ...EMAIL, approval: approvalBy(EMAIL.proposer) }, kind: 'hold' },
  fact_missing: { facts: factsWithout('mode'), kind: 'hold' },
  gate_error: { facts: factsWith({ budget: { ...EMPTY_GUARD, spent_minor: null as never } }), kind: 'hold' },
};

test('a sales e-mail with everything in order passes, and every check is listed', () => {
  const verdict = evaluateGate(EMAIL, FACTS, OPEN_POLICY);
  expect(verdict.kind).toBe('pass');
  expect(verdict.checks.map((result) => result.check)).toEqual(GATE_CHECKS);
  expect(reasonsOf(verdict)).toEqual([]);
});

test.each(Object.entries(SITUATIONS))(
  '%s is given, alone',
  (code, { request = EMAIL, facts = FACTS, policy = OPEN_POLICY, kind }) => {
    const verdict = evaluateGate(request, facts, policy);
    expect(codesOf(verdict).filter((one) => one !== 'quiet_hours' || code === 'quiet_hours')).toEqual([code]);
    expect(verdict.kind).toBe(kind);
  },
);

test('all reasons are kept, and the worst decides', () => {
  const facts = factsWith({ kill_switch: true, contact: { ...CONTACT, ...touched, consent: 'none' } });
  const verdict = evaluateGate(EMAIL, facts, OPEN_POLICY);
  expect(codesOf(verdict)).toEqual(['kill_switch_engaged', 'consent_denied', 'cooldown_contact']);
  expect(verdict.kind).toBe('deny');
});

describe('the queue of a hold', () => {
  const queueOf = (verdict: Verdict) => (verdict.kind === 'hold' ? verdict.queue : verdict.kind);

  test('is review when an approval is all that lacks', () => {
    const policy = { ...ruled('hold'), grants: [] };
    const verdict = evaluateGate({ ...EMAIL, confidence: 0.1 }, FACTS, policy);
    expect(codesOf(verdict)).toEqual(['tenant_rule_held', 'confidence_low', 'trust_needs_approval']);
    expect(queueOf(verdict)).toBe('review');
    const approved = { ...EMAIL, confidence: 0.1, approval: approvalBy('per_ana') };
    expect(evaluateGate(approved, FACTS, policy).kind).toBe('pass');
  });

  test('is sampled for nothing but the draw', () => {
    const { facts, policy } = learned('auto', 60);
    const drawn = { ...EMAIL, at: drawnAt };
    expect(queueOf(evaluateGate(drawn, facts, policy))).toBe('sampled');
    expect(queueOf(evaluateGate({ ...drawn, confidence: 0.1 }, facts, policy))).toBe('review');
  });

  test.each([
    'kill_switch_engaged',
    'relation_unknown',
    'tenant_rule_unknown',
    'trust_unknown',
    'replied',
    'gate_error',
  ] as const)('is blocked for %s, with or without an approval', (code) => {
    const { request = EMAIL, facts = FACTS, policy = OPEN_POLICY } = SITUATIONS[code];
    const verdict = evaluateGate(request, facts, { ...policy, grants: [] });
    expect(queueOf(verdict)).toBe('blocked');
  });
});

describe('a schedule', () => {
  const at = (iso: string) => Date.parse(iso);

  test('waits for the sending hours after a cooldown that ends at night, and says so', () => {
    const touches = [
      { at: at('2026-11-16T02:00:00Z'), channel: 'email' as const, action: 'act_other', source: 'gatehouse' },
    ];
    const verdict = evaluateGate(EMAIL, contactWith({ touches }), OPEN_POLICY);
    // Three days after 02:00 UTC it is 03:00 in Paris; sending begins at 08:00 there.
    expect(verdict).toMatchObject({ kind: 'schedule', at: at('2026-11-19T07:00:00Z') });
    expect(reasonsOf(verdict)).toMatchObject([
      { code: 'cooldown_contact', next_at: at('2026-11-19T02:00:00Z') },
      { code: 'quiet_hours', next_at: at('2026-11-19T07:00:00Z'), inputs: { evaluated_in_ms: 16 * HOUR_MS } },
    ]);
  });

  test('keeps what was found at the time of the request itself', () => {
    const night = { ...EMAIL, at: at('2026-11-20T20:00:00Z') };
    const touches = [
      { at: at('2026-11-20T19:00:00Z'), channel: 'email' as const, action: 'act_other', source: 'gatehouse' },
    ];
    const verdict = evaluateGate(night, contactWith({ touches }), OPEN_POLICY);
    // Friday night: quiet until Monday, then the cooldown until Monday night, then quiet until Tuesday.
    expect(verdict).toMatchObject({ kind: 'schedule', at: at('2026-11-24T07:00:00Z') });
    expect(reasonsOf(verdict).map((result) => result.next_at)).toEqual([
      at('2026-11-23T19:00:00Z'),
      at('2026-11-23T07:00:00Z'),
    ]);
  });

  test('goes through several midnights of an empty budget', () => {
    const spent = { '2026-11-18': 50_000, '2026-11-19': 50_000, '2026-11-20': 50_000 };
    const verdict = evaluateGate(EMAIL, factsWith({ budget: { ...EMPTY_GUARD, spent_minor: spent } }), OPEN_POLICY);
    expect(verdict).toMatchObject({ kind: 'schedule', at: at('2026-11-23T07:00:00Z') });
  });

  test('is found where few hours of a week and few days by lot have to meet', () => {
    const fingerprints = Array.from({ length: 200 }, (_, index) => `fp_${index}`);
    for (const fingerprint of fingerprints) {
      const verdict = evaluateGate(
        { ...EMAIL, fingerprint },
        factsWith({ sender: { level: 'throttled', sent: 500, bounced: 20, complained: 0 } }),
        { ...DEFAULT_POLICY, sending_hours: { from: 2, to: 3, days: [7] }, grants: OPEN_POLICY.grants },
      );
      expect([fingerprint, verdict.kind]).toEqual([fingerprint, 'schedule']);
    }
  });

  test('that finds no time in two hundred rounds holds', () => {
    const days = Array.from({ length: 240 }, (_, day) => new Date(NOW + day * DAY_MS).toISOString().slice(0, 10));
    const spent = Object.fromEntries(days.map((day) => [day, 50_000]));
    const verdict = evaluateGate(EMAIL, factsWith({ budget: { ...EMPTY_GUARD, spent_minor: spent } }), OPEN_POLICY);
    expect(verdict).toMatchObject({ kind: 'hold', queue: 'blocked' });
    expect(codesOf(verdict)).toContain('gate_error');
  });

  test('gives way to a hold', () => {
    const verdict = evaluateGate(
      EMAIL,
      factsWith({ kill_switch: true, account: { ...ACCOUNT, lock: lockOf() } }),
      OPEN_POLICY,
    );
    expect(verdict.kind).toBe('hold');
  });
});

describe('closed on failure', () => {
  test('a check that throws holds and tells why; the others are still run', () => {
    const contact = { ...CONTACT, touches: null as never };
    const verdict = evaluateGate(EMAIL, factsWith({ contact }), OPEN_POLICY);
    expect(verdict).toMatchObject({ kind: 'hold', queue: 'blocked' });
    expect(reasonsOf(verdict).map((result) => result.check)).toEqual(['cooldown', 'touch_cap']);
    expect(String(reasonsOf(verdict)[0]?.inputs['error'])).toContain('iterable');
    expect(outcomeOf(verdict, 'trust')).toBe('pass');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a request at %f holds on every check', (at) => {
    const verdict = evaluateGate({ ...EMAIL, at }, FACTS, OPEN_POLICY);
    expect(verdict).toMatchObject({ kind: 'hold', queue: 'blocked' });
    expect(new Set(codesOf(verdict))).toEqual(new Set(['gate_error']));
  });

  test('a lock that never ends holds, because there is no time to come back at', () => {
    const facts = accountWith({ lock: lockOf({ until: Number.POSITIVE_INFINITY }) });
    expect(evaluateGate(EMAIL, facts, OPEN_POLICY)).toMatchObject({ kind: 'hold', queue: 'blocked' });
  });

  test('an action that the catalogue does not have holds', () => {
    const request = { ...EMAIL, action_type: 'carrier_pigeon' } as unknown as GateRequest;
    expect(evaluateGate(request, FACTS, OPEN_POLICY).kind).toBe('hold');
  });

  test('without any fact nothing passes', () => {
    for (const request of Object.values(SITUATIONS).map((situation) => situation.request ?? EMAIL)) {
      expect(evaluateGate(request, {}, OPEN_POLICY).kind).not.toBe('pass');
    }
  });
});
