import { describe, expect, test } from 'vitest';

import type { DecisionInput } from '../../actors/decision-engine.port.ts';
import { choiceSchema } from '../../domain/candidate.ts';
import { PERSONAS } from '../../domain/entity.ts';
import type { Example } from '../../domain/example.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';
import { namesNobody } from '../../policies/names-nobody.ts';
import { MONDAY_NOON, TIER_1_BUYER, TIER_2_FACTS, UNKNOWN_LEAD, withExploration } from './decision-input.fixture.ts';
import { emailOf, linkedinMessageOf, UNSUBSCRIBE_LINE } from './message-templates.ts';
import { createRulesEngine } from './rules-engine.ts';

const engine = createRulesEngine();

function chosen(input: DecisionInput) {
  const { choice, content } = engine.decide(input);
  return {
    action: choice.candidates[choice.chosen]!.action_type,
    confidence: choice.confidence,
    reason: choice.reason,
    content,
  };
}

test('a lead that filled in a form and of which nothing is known goes to a person', () => {
  expect(chosen(UNKNOWN_LEAD)).toMatchObject({
    action: 'crm_update',
    confidence: 0.6,
    reason:
      'CRM task: asked for contact; no address to write to; unknown: size, vertical, revenue, technology, growth and intent data; fresh intent 60; fit unscored (0 % known). 75 points ahead of "Do nothing".',
    content: { priority: 'high' },
  });
});

test('the economic buyer of a tier 1 company, just back from the price, is written to', () => {
  expect(chosen(TIER_1_BUYER)).toMatchObject({
    action: 'outreach_push',
    confidence: 0.58,
    reason:
      'Sales e-mail: tier 1 fit (94.5 points), economic buyer, fresh intent 45, stage engaged. 12 points ahead of "Draft an e-mail for a person to send".',
    content: { subject: 'Your visit to our website' },
  });
});

describe('what is chosen', () => {
  const quiet: DecisionInput = { ...TIER_1_BUYER, signal: null, persona: null, intent: { score: 0, at: MONDAY_NOON } };
  const account: DecisionInput = {
    ...TIER_1_BUYER,
    subject: 'account',
    lane: 'tam',
    signal: 'intent.surge',
    persona: null,
    hasRecipient: false,
  };
  test.each<[string, DecisionInput, string]>([
    ['nothing, when nothing is new and interest is gone', { ...quiet, accountFacts: TIER_2_FACTS }, 'none'],
    [
      'nothing, when the lane may do nothing',
      { ...UNKNOWN_LEAD, policy: { ...DEFAULT_POLICY, authorizations: [] } },
      'none',
    ],
    ['the audience, for an account with fresh intent', account, 'paid_audience_push'],
    [
      'LinkedIn, for a champion without address',
      { ...TIER_1_BUYER, lane: 'tam', persona: 'champion', hasRecipient: false },
      'linkedin_push',
    ],
    [
      'nurture, for weak interest',
      { ...quiet, lane: 'marketing', accountFacts: TIER_2_FACTS, intent: { score: 20, at: MONDAY_NOON } },
      'nurture_enrollment',
    ],
    ['to stop e-mail, for a competitor', { ...TIER_1_BUYER, relations: { competitor: true } }, 'suppress_channel'],
    [
      'to stop e-mail, for a competitor who asks',
      { ...UNKNOWN_LEAD, relations: { competitor: true } },
      'suppress_channel',
    ],
    [
      'a task, for a customer who asks',
      { ...TIER_1_BUYER, signal: 'web.form_submitted', relations: { customer: true } },
      'crm_update',
    ],
    ['a task, when the opportunity is open', { ...TIER_1_BUYER, opportunityStage: 'negotiation' }, 'crm_update'],
    [
      'a task, for somebody who asked for a person',
      { ...TIER_1_BUYER, signal: 'chat.handoff_requested', intent: { score: 80, at: MONDAY_NOON } },
      'crm_update',
    ],
    [
      'a task, for a changed record',
      { ...quiet, signal: 'crm.contact_updated', lane: 'operator', accountFacts: {} },
      'crm_update',
    ],
  ])('%s', (_, input, action) => {
    expect(chosen(input).action).toBe(action);
  });

  test('doing nothing has no content', () => {
    expect(chosen({ ...quiet, accountFacts: TIER_2_FACTS })).toMatchObject({ action: 'none', content: null });
  });
});

test('the choice has the shape of the catalogue and names the engine and the seed', () => {
  const { choice } = engine.decide(UNKNOWN_LEAD);
  expect(choiceSchema.parse(choice)).toEqual(choice);
  expect(choice).toMatchObject({ engine: 'rules@3', seed: 'seed', assessment: engine.assess(UNKNOWN_LEAD) });
  expect(engine.version).toBe('rules@3');
});

describe('exploration', () => {
  const exploring = { ...TIER_1_BUYER, policy: withExploration(0.2) };

  test('states the probability of every candidate', () => {
    const { choice } = engine.decide(exploring);
    expect(choice.candidates.map(({ action_type, propensity }) => [action_type, propensity])).toEqual([
      ['crm_update', 0],
      ['email_generation', 0.2],
      ['outreach_push', 0.8],
      ['suppress_channel', 0],
      ['none', 0],
    ]);
  });

  test('draws as often as it says, and says when it did', () => {
    const draws = 20_000;
    let drawn = 0;
    for (let index = 0; index < draws; index += 1) {
      const { choice } = engine.decide({ ...exploring, seed: `dec_${index}` });
      if (choice.candidates[choice.chosen]!.action_type !== 'email_generation') continue;
      drawn += 1;
      expect(choice.reason).toContain('Drawn for comparison, although "Send a sales e-mail" scored 12 points more.');
      expect(choice.confidence).toBe(0.32);
    }
    expect(Math.abs(drawn / draws - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / draws));
  });
});

describe('what people approved before', () => {
  const approved: Example = {
    id: 'p1-7',
    action_type: 'outreach_push',
    step: 1,
    signal: 'web.page_viewed',
    persona: 'economic_buyer',
    segment: 'mid_market',
    objection: null,
    edited: true,
    approved_at: MONDAY_NOON,
    content: { subject: 'Your visit', body: 'Hello {{first_name}},\n\nWould ten minutes help?' },
  };
  const shown: DecisionInput = { ...TIER_1_BUYER, examples: [{ ...approved, action_type: 'linkedin_push' }, approved] };

  test('is how the next similar draft is worded, with the way out that it must have', () => {
    const { choice, content } = engine.decide(shown);
    expect(choice.example).toBe('p1-7');
    expect(choice.reason).toContain('Worded as people approved');
    expect(choiceSchema.parse(choice)).toEqual(choice);
    expect(content).toEqual({
      subject: 'Your visit',
      body: `Hello {{first_name}},\n\nWould ten minutes help?\n\n${UNSUBSCRIBE_LINE}\n`,
    });
  });

  test('changes the words and the trace, not what is chosen', () => {
    const { example: _, reason, ...choice } = engine.decide(shown).choice;
    const { reason: plain, ...without } = engine.decide(TIER_1_BUYER).choice;
    expect(choice).toEqual(without);
    expect(reason.startsWith(plain)).toBe(true);
  });

  test('is named also when its text was erased since, so that the choice can be proven', () => {
    const erased: DecisionInput = { ...shown, examples: [{ ...approved, content: null }] };
    expect(engine.decide(erased).choice).toEqual(engine.decide(shown).choice);
    expect(engine.decide(erased).content).toEqual(engine.decide(TIER_1_BUYER).content);
  });

  test('was not known to the first version, which can still be asked', () => {
    const first = engine.earlier?.find(({ version }) => version === 'rules@1');
    const { choice, content } = first!.decide(shown);
    expect(choice).toEqual({ ...engine.decide(TIER_1_BUYER).choice, engine: 'rules@1' });
    expect(content).toMatchObject({ subject: 'Your visit to our website' });
  });
});

test('every text of the engine names nobody, so that it may become an example', () => {
  for (const signal of [...SIGNAL_TYPE_NAMES, null])
    for (const persona of PERSONAS) {
      expect(namesNobody({ ...emailOf(signal, persona) })).toBe(true);
      expect(namesNobody({ message: linkedinMessageOf(signal, persona) })).toBe(true);
    }
});
