import { describe, expect, test } from 'vitest';

import type { GateFacts } from '../domain/gate.ts';
import type { Policy } from '../domain/policy.ts';
import type { ReadinessPurpose } from '../domain/readiness.ts';
import { GATE_REASONS } from '../domain/reason-codes.ts';
import type { GateReason } from '../domain/reason-codes.ts';
import {
  ACCOUNT,
  accountWith,
  CONTACT,
  contactWith,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
  NOW,
  OPEN_POLICY,
  policyWith,
} from './gate.fixture.ts';
import { bulkFixOf } from './readiness-fix.ts';
import { EXAMPLES_MAX, isGap, readinessOf, ReadinessTally } from './readiness.ts';

const SUBJECT = { person: 'per_1', account: 'acc_1', domain: 'dom_1' };

function ask(facts: GateFacts, purpose: ReadinessPurpose = 'sales', policy: Policy = OPEN_POLICY) {
  return readinessOf(purpose, SUBJECT, facts, policy, NOW);
}

const heldFor = (...gaps: readonly [GateReason, string | null][]) => ({
  kind: 'held',
  gaps: gaps.map(([reason, fact]) => ({ reason, fact })),
});

describe('a contact', () => {
  test('of whom all is known is ready, whatever is not known of a proposal', () => {
    const { contact, account, domain, suppressions, scope_linked } = FACTS;
    expect(ask({ contact, account, domain, suppressions, scope_linked })).toEqual({ kind: 'ready' });
    expect(ask(FACTS, 'sales', policyWith({ grants: [], rules: [] }))).toEqual({ kind: 'ready' });
  });

  test.each<[GateReason, string | null, GateFacts]>([
    ['consent_unknown', null, factsWith({ contact: guardWithout(CONTACT, 'consent') })],
    ['time_zone_unknown', null, factsWith({ contact: guardWithout(CONTACT, 'time_zone') })],
    ['relation_unknown', null, factsWith({ account: guardWithout(ACCOUNT, 'relations') })],
    ['scope_unlinked', null, factsWith({ scope_linked: false })],
    ['suppression_unknown', null, factsWithout('suppressions')],
    ['fact_missing', 'scope_linked', factsWithout('scope_linked')],
    ['fact_missing', 'domain', factsWithout('domain')],
  ])('is held for %s (%s)', (reason, fact, facts) => {
    expect(ask(facts)).toEqual(heldFor([reason, fact]));
  });

  test('is held for a basis that holds in some countries, and for a source that is behind', () => {
    const consent = { ...OPEN_POLICY.consent, jurisdictions: { JP: { sales: [] } } };
    expect(ask(FACTS, 'sales', policyWith({ consent }))).toEqual(heldFor(['jurisdiction_unknown', null]));
    expect(ask(FACTS, 'sales', policyWith({ syncs: { crm: 1 } }))).toEqual(heldFor(['sync_stale', null]));
  });

  test('is asked for more before marketing than before a sale', () => {
    const facts = factsWith({ account: guardWithout(ACCOUNT, 'abm_active') });
    expect(ask(facts, 'sales')).toEqual({ kind: 'ready' });
    expect(ask(facts, 'marketing')).toEqual(heldFor(['fact_missing', 'abm_active']));
  });

  test('names each gap once, though several checks miss it', () => {
    expect(ask(factsWithout('contact'))).toEqual(heldFor(['fact_missing', 'contact']));
    const both = factsWith({ contact: guardWithout(guardWithout(CONTACT, 'consent'), 'time_zone') });
    expect(ask(both)).toEqual(heldFor(['consent_unknown', null], ['time_zone_unknown', null]));
  });

  test('is refused on what is known, whatever else is missing', () => {
    const refused = (...reasons: GateReason[]) => ({ kind: 'refused', reasons });
    const asked = { suppressions: [{ scope: 'email', reason: 'asked' }] };
    expect(ask({ ...contactWith({ opted_out_at: NOW - 1 }), scope_linked: false })).toEqual(refused('opted_out'));
    expect(ask(factsWith(asked))).toEqual(refused('suppressed'));
    expect(ask(accountWith({ relations: { customer: true } }))).toEqual(refused('do_not_prospect'));
    expect(ask({ ...contactWith({ opted_out_at: NOW - 1 }), ...asked })).toEqual(refused('suppressed', 'opted_out'));
  });

  test('who only has to wait is ready', () => {
    const touch = { at: NOW - 1, channel: 'email', action: null, source: 'mailbox' } as const;
    expect(ask(contactWith({ touches: [touch] }))).toEqual({ kind: 'ready' });
  });
});

test('a gap is what nobody has told; decisions and waits are none', () => {
  const reasons = Object.keys(GATE_REASONS) as GateReason[];
  expect(reasons.filter(isGap)).toEqual([
    'kill_switch_unknown',
    'suppression_unknown',
    'consent_unknown',
    'jurisdiction_unknown',
    'sync_stale',
    'scope_unlinked',
    'relation_unknown',
    'time_zone_unknown',
    'holidays_unknown',
    'budget_unknown',
    'tenant_rule_unknown',
    'trust_unknown',
    'fact_missing',
    'gate_error',
  ]);
});

test('every gap has a fix, the remedy where there is none for many at once', () => {
  expect(bulkFixOf({ reason: 'consent_unknown', fact: null })).toContain('contact.consent.basis');
  expect(bulkFixOf({ reason: 'fact_missing', fact: 'abm_active' })).toContain('account.abm_active');
  expect(bulkFixOf({ reason: 'fact_missing', fact: 'domain' })).toBe(GATE_REASONS.fact_missing.remedy);
  expect(bulkFixOf({ reason: 'suppression_unknown', fact: null })).toBe(GATE_REASONS.suppression_unknown.remedy);
});

describe('the tally', () => {
  const consent = { reason: 'consent_unknown', fact: null } as const;
  const zone = { reason: 'time_zone_unknown', fact: null } as const;

  test('of nobody is empty', () => {
    expect(new ReadinessTally().counts()).toEqual({
      contacts: 0,
      ready: 0,
      held: 0,
      refused: 0,
      gaps: [],
      refusals: [],
    });
  });

  test('counts gaps, the most frequent first, and what one alone would free', () => {
    const tally = new ReadinessTally();
    tally.add('a', { kind: 'ready' });
    tally.add('b', { kind: 'refused', reasons: ['opted_out', 'suppressed'] });
    tally.add('e', { kind: 'refused', reasons: ['opted_out'] });
    tally.add('c', { kind: 'held', gaps: [zone] });
    tally.add('d', { kind: 'held', gaps: [zone, consent] });
    expect(tally.counts()).toEqual({
      contacts: 5,
      ready: 1,
      held: 2,
      refused: 2,
      gaps: [
        { ...zone, contacts: 2, share: 0.4, alone: 1, examples: ['c', 'd'] },
        { ...consent, contacts: 1, share: 0.2, alone: 0, examples: ['d'] },
      ],
      refusals: [
        { reason: 'opted_out', contacts: 2, share: 0.4, alone: 1, examples: ['b', 'e'] },
        { reason: 'suppressed', contacts: 1, share: 0.2, alone: 0, examples: ['b'] },
      ],
    });
  });

  test('keeps a few examples of many', () => {
    const tally = new ReadinessTally();
    for (let n = 0; n < 100; n += 1) tally.add(`c-${n}`, { kind: 'held', gaps: [zone] });
    expect(tally.counts().gaps[0]?.examples).toHaveLength(EXAMPLES_MAX);
  });
});
