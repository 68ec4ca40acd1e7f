import { describe, expect, test } from 'vitest';

import { PERSONAS } from '../../domain/entity.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';
import { MONDAY_NOON, TIER_1_BUYER, TIER_2_FACTS, UNKNOWN_LEAD } from './decision-input.fixture.ts';
import { draftOf } from './draft.ts';
import { emailOf, LINKEDIN_NOTE_MAX, linkedinMessageOf, UNSUBSCRIBE_LINE } from './message-templates.ts';
import { situationOf } from './situation.ts';

const SIGNALS = [...SIGNAL_TYPE_NAMES, null];
const MESSAGES = SIGNALS.flatMap((signal) => PERSONAS.map((persona) => ({ signal, persona })));

describe('a CRM task', () => {
  test('of a lead that asked for contact and has no address has a person assigned', () => {
    expect(draftOf('crm_update', situationOf(UNKNOWN_LEAD))).toEqual({
      task: 'Assign an owner who answers the request and find out how to reach them: no address is known',
      priority: 'high',
      reason:
        'Asked for contact by form; fit not scored; unknown: size, vertical, revenue, technology, growth and intent data',
      fields: {
        fit_tier: 'unscored',
        segment: null,
        persona: null,
        missing: [
          'employees',
          'vertical',
          'annual_revenue_minor',
          'tech_fit',
          'growth_percent',
          'intent_score',
          'email',
          'persona',
          'relations',
        ],
      },
    });
  });

  test('of a complete record has nothing missing', () => {
    expect(draftOf('crm_update', situationOf({ ...TIER_1_BUYER, relations: { customer: false } }))).toEqual({
      task: 'Look at the new interest and decide who follows up',
      priority: 'normal',
      reason: 'Signal web.page_viewed; economic buyer; fit T1',
      fields: { fit_tier: 'T1', segment: 'mid_market', persona: 'economic_buyer', missing: [] },
    });
  });

  test.each([
    ['chat.handoff_requested', {}, 'Take over the conversation'],
    ['web.page_viewed', { relations: { competitor: true } }, 'Check the record: the account is a competitor'],
    [
      'web.page_viewed',
      { opportunityStage: 'proposal' },
      'Tell the owner of the open opportunity about the new interest',
    ],
    ['web.page_viewed', { relations: { partner: true } }, 'Tell the owner of the account, which is a partner'],
    [
      'crm.opportunity_updated',
      { opportunityStage: 'proposal' },
      'Check the next step after the change of the opportunity',
    ],
    ['intent.surge', { hasRecipient: false }, 'Find a person to talk to: no address is known'],
  ] as const)('after %s says what to do, %j', (signal, change, task) => {
    expect(draftOf('crm_update', situationOf({ ...TIER_1_BUYER, signal, ...change }))).toMatchObject({ task });
  });
});

test('a draft does not change while interest cools, so that a duplicate is recognised', () => {
  const now = situationOf(UNKNOWN_LEAD);
  const later = situationOf({ ...UNKNOWN_LEAD, at: MONDAY_NOON + 20 * HOUR_MS });
  expect(later.assessment.intent).toBeLessThan(now.assessment.intent);
  expect(draftOf('crm_update', later)).toEqual(draftOf('crm_update', now));
});

describe('an e-mail', () => {
  test('answers the signal and offers what the persona needs', () => {
    expect(draftOf('outreach_push', situationOf(TIER_1_BUYER))).toEqual({
      subject: 'Your visit to our website',
      body: `Hello {{first_name}},

Thank you for visiting our website. If you were looking for something and did not find it, I would like to help.

If you are weighing it up, I can put the price, the terms and the expected effort on one page for you.

If you would rather not hear from us, answer with the word "unsubscribe" and we will stop.
`,
    });
    expect(draftOf('email_generation', situationOf(TIER_1_BUYER))).toEqual(
      draftOf('outreach_push', situationOf(TIER_1_BUYER)),
    );
  });

  test('differs by persona, and by what the person did', () => {
    for (const signal of SIGNALS) {
      expect(new Set(PERSONAS.map((persona) => emailOf(signal, persona).body)).size).toBe(PERSONAS.length);
    }
    const did = [
      'web.page_viewed',
      'web.form_submitted',
      'chat.message_received',
      'chat.handoff_requested',
      'intent.surge',
      null,
    ] as const;
    expect(new Set(did.map((signal) => emailOf(signal, 'champion').body)).size).toBe(did.length);
  });

  test.each(MESSAGES)(
    'always says how to stop it and has no other placeholder, $signal to $persona',
    ({ signal, persona }) => {
      const { subject, body } = emailOf(signal, persona);
      expect(body).toContain(UNSUBSCRIBE_LINE);
      const left = `${subject}${body}`.replaceAll('{{first_name}}', '').replaceAll('{{company}}', '');
      expect(left).not.toMatch(/[{}\d%€$]|undefined|null/);
    },
  );
});

test.each(MESSAGES)('a LinkedIn note has room for the names, $signal to $persona', ({ signal, persona }) => {
  expect(linkedinMessageOf(signal, persona).length).toBeLessThan(LINKEDIN_NOTE_MAX - 60);
});

describe('the other drafts', () => {
  test('name an audience by tier and segment', () => {
    expect(draftOf('paid_audience_push', situationOf(TIER_1_BUYER))).toEqual({
      audience: 'fit-t1-mid_market',
      operation: 'add',
    });
    expect(draftOf('paid_audience_push', situationOf(UNKNOWN_LEAD))).toEqual({
      audience: 'fit-unscored-any',
      operation: 'add',
    });
  });

  test('stop e-mail for as long as the relation lasts', () => {
    const of = (relation: string) =>
      draftOf('suppress_channel', situationOf({ ...TIER_1_BUYER, relations: { [relation]: true } }));
    expect(of('customer')).toEqual({ channel: 'email', days: 90 });
    expect(of('competitor')).toEqual({ channel: 'email', days: 365 });
    expect(of('employee')).toEqual({ channel: 'email', days: 365 });
  });

  test('choose a track of nurture, write a note, or do nothing', () => {
    const situation = situationOf({ ...TIER_1_BUYER, accountFacts: TIER_2_FACTS });
    expect(draftOf('nurture_enrollment', situation)).toEqual({ track: 'executive', tier: 't2' });
    expect(draftOf('linkedin_push', situation)).toEqual({
      message:
        'Hello {{first_name}}, I would like to get to know the people at {{company}}. May I send you price and terms on one page?',
    });
    expect(draftOf('none', situation)).toBeNull();
  });
});
