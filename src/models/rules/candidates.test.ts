import { describe, expect, test } from 'vitest';

import type { DecisionInput } from '../../actors/decision-engine.port.ts';
import { ACTION_TYPES } from '../../domain/action-types.ts';
import type { ActionType } from '../../domain/action-types.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { candidatesFor } from './candidates.ts';
import type { ScoredAction } from './candidates.ts';
import {
  MONDAY_NOON,
  TIER_1_BUYER,
  TIER_1_FACTS,
  TIER_2_FACTS,
  TIER_3_FACTS,
  UNKNOWN_LEAD,
} from './decision-input.fixture.ts';
import { situationOf } from './situation.ts';

/** The operator's lane may propose everything. */
const OPERATOR: DecisionInput = { ...TIER_1_BUYER, lane: 'operator' };
const ACCOUNT: DecisionInput = {
  ...TIER_1_BUYER,
  subject: 'account',
  lane: 'tam',
  signal: 'intent.surge',
  persona: null,
  hasRecipient: false,
};

function candidate(actionType: ActionType | 'none', input: DecisionInput): ScoredAction {
  const found = candidatesFor(situationOf(input)).find((one) => one.actionType === actionType);
  if (found === undefined) throw new Error(`${actionType} is no candidate`);
  return found;
}
const scoreOf = (actionType: ActionType | 'none', input: DecisionInput) => candidate(actionType, input).score;

describe('the list', () => {
  test.each([
    ['inbound', ['crm_update', 'email_generation', 'outreach_push', 'suppress_channel', 'none']],
    [
      'tam',
      [
        'crm_update',
        'email_generation',
        'outreach_push',
        'linkedin_push',
        'paid_audience_push',
        'suppress_channel',
        'none',
      ],
    ],
    ['marketing', ['crm_update', 'nurture_enrollment', 'paid_audience_push', 'suppress_channel', 'none']],
    ['operator', [...ACTION_TYPES.filter((type) => type !== 'email_reply' && type !== 'service_notice'), 'none']],
  ] as const)('of lane %s is what the policy allows it, and nothing', (lane, expected) => {
    expect(candidatesFor(situationOf({ ...UNKNOWN_LEAD, lane })).map(({ actionType }) => actionType)).toEqual(expected);
  });

  test('of a lane without authorization is to do nothing', () => {
    const policy = { ...DEFAULT_POLICY, authorizations: [] };
    expect(candidatesFor(situationOf({ ...UNKNOWN_LEAD, policy })).map(({ actionType }) => actionType)).toEqual([
      'none',
    ]);
  });

  test('leaves out an action whose channel the lane may not use', () => {
    const policy = {
      ...DEFAULT_POLICY,
      authorizations: [
        {
          lane: 'inbound' as const,
          action_types: ['crm_update' as const, 'outreach_push' as const],
          channels: ['crm' as const],
        },
      ],
    };
    expect(candidatesFor(situationOf({ ...UNKNOWN_LEAD, policy })).map(({ actionType }) => actionType)).toEqual([
      'crm_update',
      'none',
    ]);
  });
});

describe('outreach_push', () => {
  test('adds priority, role, tier, interest and stage', () => {
    // priority .4 × 94.5 + .4 × 45 = 55.8; .6 × 55.8 + 25 target + 10 tier 1 + 15 fresh + 8 engaged
    expect(candidate('outreach_push', TIER_1_BUYER)).toEqual({
      actionType: 'outreach_push',
      channel: 'email',
      score: 91.48,
      reason: 'Sales e-mail: tier 1 fit (94.5 points), economic buyer, fresh intent 45, stage engaged',
    });
  });

  test('rises with priority, role and stage, and falls with touches', () => {
    const score = scoreOf('outreach_push', TIER_1_BUYER);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, accountFacts: TIER_2_FACTS })).toBeLessThan(score);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, at: MONDAY_NOON + 72 * HOUR_MS })).toBeLessThan(score);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, persona: 'technical_evaluator' })).toBeCloseTo(score - 15, 9);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, persona: null })).toBeCloseTo(score - 25, 9);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, stage: 'new' })).toBeCloseTo(score - 8, 9);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, stage: 'meeting' })).toBeCloseTo(score - 33, 9);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, recentTouches: 2 })).toBeCloseTo(score - 16, 9);
    expect(scoreOf('outreach_push', { ...TIER_1_BUYER, recentTouches: 20 })).toBeCloseTo(score - 24, 9);
    expect(candidate('outreach_push', { ...TIER_1_BUYER, recentTouches: 2 }).reason).toContain('2 recent touches');
  });

  test.each([
    ['no address', { hasRecipient: false }, 'No sales e-mail: there is no address to write to'],
    ['a customer', { relations: { customer: true } }, 'No sales e-mail: the account is a customer'],
    ['an open opportunity', { opportunityStage: 'proposal' }, 'No sales e-mail: the account is in an open opportunity'],
    ['a customer by stage', { stage: 'customer' }, 'No sales e-mail: the account is a customer'],
    ['an opt-out', { stage: 'opted_out' }, 'No sales e-mail: the stage is opted_out'],
  ] as const)('cannot be chosen with %s', (_, change, reason) => {
    expect(candidate('outreach_push', { ...TIER_1_BUYER, ...change })).toMatchObject({ score: 0, reason });
  });

  test('is no answer to somebody who asked for a person', () => {
    const asked = {
      ...TIER_1_BUYER,
      signal: 'chat.handoff_requested',
      intent: { score: 80, at: MONDAY_NOON },
    } as const;
    expect(scoreOf('crm_update', asked)).toBeGreaterThan(scoreOf('outreach_push', asked));
  });
});

describe('email_generation', () => {
  test.each([
    ['T1', TIER_1_FACTS, 12],
    ['T2', TIER_2_FACTS, 4],
    ['unscored', {}, 4],
    ['T3', TIER_3_FACTS, 8],
  ] as const)('stays below sending, %s', (_, accountFacts, below) => {
    const input = { ...TIER_1_BUYER, accountFacts };
    expect(scoreOf('outreach_push', input) - scoreOf('email_generation', input)).toBeCloseTo(below, 9);
  });
});

describe('crm_update', () => {
  test('adds up its causes and names them', () => {
    // 15 base + 40 asked + 15 no address + 15 nothing known + 10 strong intent
    expect(candidate('crm_update', UNKNOWN_LEAD)).toEqual({
      actionType: 'crm_update',
      channel: 'crm',
      score: 95,
      reason:
        'CRM task: asked for contact; no address to write to; unknown: size, vertical, revenue, technology, growth and intent data; fresh intent 60; fit unscored (0 % known)',
    });
  });

  test('says so when there is nothing to do, and scores below doing nothing', () => {
    const quiet = { ...OPERATOR, signal: null, intent: { score: 0, at: MONDAY_NOON } };
    expect(candidate('crm_update', quiet)).toMatchObject({
      score: 15,
      reason: 'CRM task: nothing new and nothing missing; tier 1 fit (94.5 points)',
    });
    expect(scoreOf('none', quiet)).toBe(20);
  });

  test.each([
    ['a new fact', { signal: 'crm.account_updated' }, 20],
    ['a change of stage', { signal: 'crm.opportunity_updated' }, 35],
    ['a request', { signal: 'web.form_submitted' }, 40],
    ['a request for a person', { signal: 'chat.handoff_requested' }, 60],
    ['no address', { hasRecipient: false }, 15],
    ['an escalation', { relations: { open_escalation: true } }, 25],
    [
      'gaps of 25 %',
      { accountFacts: { employees: 300, vertical: 'SaaS', annual_revenue_minor: 3_000_000_000, intent_score: 9 } },
      3.75,
    ],
  ] as const)('rises by %s', (_, change, points) => {
    const quiet = { ...OPERATOR, signal: null, intent: { score: 0, at: MONDAY_NOON } };
    expect(scoreOf('crm_update', { ...quiet, ...change })).toBe(15 + points);
  });
});

describe('nurture_enrollment', () => {
  const marketing: DecisionInput = {
    ...TIER_1_BUYER,
    lane: 'marketing',
    accountFacts: TIER_2_FACTS,
    persona: 'user',
    intent: { score: 20, at: MONDAY_NOON },
  };

  test('is for some interest from a company that fits', () => {
    expect(candidate('nurture_enrollment', marketing)).toMatchObject({
      score: 70,
      reason: 'Nurture: tier 2 fit (57 points), fresh intent 20',
    });
    expect(scoreOf('nurture_enrollment', { ...marketing, accountFacts: TIER_3_FACTS })).toBe(40);
    expect(scoreOf('nurture_enrollment', { ...marketing, lane: 'operator' })).toBe(60);
    expect(scoreOf('nurture_enrollment', { ...marketing, intent: { score: 60, at: MONDAY_NOON } })).toBe(35);
    expect(scoreOf('nurture_enrollment', { ...marketing, signal: 'web.form_submitted' })).toBe(40);
  });

  test('leaves accounts in an ABM program alone', () => {
    expect(candidate('nurture_enrollment', { ...marketing, abmActive: true })).toMatchObject({
      score: 0,
      reason: 'No nurture: the account is in an ABM program',
    });
  });
});

describe('linkedin_push', () => {
  test('is for a tier 1 champion without e-mail', () => {
    const champion = { ...OPERATOR, persona: 'champion', hasRecipient: false } as const;
    expect(candidate('linkedin_push', champion)).toMatchObject({
      score: 80,
      reason: 'LinkedIn: tier 1 fit (94.5 points), champion, no e-mail address, fresh intent 45',
    });
    expect(scoreOf('linkedin_push', { ...champion, hasRecipient: true })).toBe(45);
    expect(scoreOf('linkedin_push', { ...champion, persona: 'economic_buyer' })).toBe(65);
    expect(scoreOf('linkedin_push', { ...champion, persona: 'user' })).toBe(20);
    expect(scoreOf('linkedin_push', { ...champion, accountFacts: TIER_2_FACTS })).toBe(20);
  });

  test('needs a person', () => {
    expect(scoreOf('linkedin_push', ACCOUNT)).toBe(0);
  });
});

describe('paid_audience_push', () => {
  test('is for an account that fits and is interested now', () => {
    expect(candidate('paid_audience_push', ACCOUNT)).toMatchObject({
      score: 80,
      reason: 'Paid audience: tier 1 fit (94.5 points), fresh intent 45',
    });
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, accountFacts: TIER_2_FACTS })).toBe(70);
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, accountFacts: TIER_3_FACTS })).toBe(45);
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, at: MONDAY_NOON + 48 * HOUR_MS })).toBe(60);
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, intent: { score: 0, at: MONDAY_NOON } })).toBe(50);
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, abmActive: true })).toBe(85);
  });

  test('is not for single people', () => {
    expect(scoreOf('paid_audience_push', { ...ACCOUNT, subject: 'lead' })).toBe(0);
  });
});

describe('suppress_channel', () => {
  test.each([
    ['competitor', 90, 'Stop e-mail: the account is a competitor'],
    ['employee', 90, 'Stop e-mail: the account is our own company'],
    ['customer', 75, 'Stop e-mail: the account is a customer'],
    ['partner', 0, 'No channel to stop: not a customer, competitor or employee as far as is known'],
  ])('for a %s scores %i', (relation, score, reason) => {
    expect(candidate('suppress_channel', { ...OPERATOR, relations: { [relation]: true } })).toMatchObject({
      score,
      reason,
    });
  });

  test('yields to a customer who asks', () => {
    const asks: DecisionInput = { ...OPERATOR, relations: { customer: true }, signal: 'web.form_submitted' };
    expect(scoreOf('suppress_channel', asks)).toBe(45);
    expect(scoreOf('crm_update', asks)).toBe(90);
  });

  test('sees the gravest of several relations', () => {
    expect(scoreOf('suppress_channel', { ...OPERATOR, relations: { customer: true, competitor: true } })).toBe(90);
  });
});
