import { describe, expect, test } from 'vitest';

import { DAY_MS } from '../domain/instant.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { TRIAGE_REASONS } from '../domain/reason-codes.ts';
import { SIGNAL_TYPE_NAMES } from '../domain/signal-types.ts';
import { NOW } from './gate.fixture.ts';
import { triage } from './triage.ts';
import type { TriageInput } from './triage.ts';

/** A page view of somebody who shows enough interest. */
const HOT: TriageInput = {
  trigger: 'signal',
  signalType: 'web.page_viewed',
  history: false,
  closed: false,
  openActions: 0,
  intent: 40,
  laterCount: 0,
  relationsChanged: false,
  at: NOW,
  policy: DEFAULT_POLICY.triage,
};
const AGAIN: Partial<TriageInput> = { trigger: 'retriage', signalType: null };

test.each<[string, Partial<TriageInput>, string, string]>([
  ['enough interest', {}, 'act', 'interest'],
  ['enough interest on a second look', AGAIN, 'act', 'retriage'],
  ['interest that is not enough yet', { intent: 39.9 }, 'later', 'weak_interest'],
  ['interest on the lower threshold', { intent: 5 }, 'later', 'weak_interest'],
  ['no interest', { intent: 4.9 }, 'none', 'no_interest'],
  ['no interest left on a second look', { ...AGAIN, intent: 4.9 }, 'none', 'faded'],
  ['the last look too many', { ...AGAIN, intent: 20, laterCount: 5 }, 'none', 'faded'],
  ['the last look but one', { ...AGAIN, intent: 20, laterCount: 4 }, 'later', 'weak_interest'],
  ['interest that is no number', { intent: Number.NaN }, 'none', 'no_interest'],
  ['an open action', { openActions: 1 }, 'later', 'action_open'],
  ['an open action on a second look', { ...AGAIN, openActions: 2 }, 'later', 'action_open'],
  ['history', { history: true, signalType: 'web.form_submitted' }, 'none', 'history'],
  ['a closed subject', { closed: true, signalType: 'web.form_submitted' }, 'none', 'closed'],
  ['an account update', { signalType: 'crm.account_updated' }, 'none', 'fact_only'],
  ['a contact update', { signalType: 'crm.contact_updated' }, 'none', 'fact_only'],
  ['a logged conversation', { signalType: 'crm.conversation_logged' }, 'none', 'fact_only'],
  ['an update of a relation', { signalType: 'crm.account_updated', relationsChanged: true }, 'act', 'relation_changed'],
  ['an opportunity', { signalType: 'crm.opportunity_updated', intent: 0 }, 'act', 'relation_changed'],
  ['a look that is due', { signalType: 'schedule.review_due', intent: 0 }, 'act', 'look_due'],
  ['a form', { signalType: 'web.form_submitted', intent: 0, openActions: 1 }, 'act', 'asked_for_contact'],
  ['a handoff', { signalType: 'chat.handoff_requested', intent: 0 }, 'act', 'asked_for_contact'],
])('%s', (_, changes, verdict, reason) => {
  expect(triage({ ...HOT, ...changes })).toEqual({
    verdict,
    reason,
    againAt: verdict === 'later' ? NOW + DAY_MS : null,
  });
});

describe('every', () => {
  test('reason is given above', () => {
    const given = new Set<string>();
    for (const trigger of ['signal', 'retriage'] as const) {
      for (const signalType of [...SIGNAL_TYPE_NAMES, null]) {
        for (const intent of [0, 20, 90]) {
          for (const openActions of [0, 1]) {
            for (const flags of [0, 1, 2, 3]) {
              const input = {
                ...HOT,
                trigger,
                signalType,
                intent,
                openActions,
                history: flags === 1,
                closed: flags === 2,
                relationsChanged: flags === 3,
              };
              given.add(triage(input).reason);
            }
          }
        }
      }
    }
    expect([...given].toSorted()).toEqual(Object.keys(TRIAGE_REASONS).toSorted());
  });
});

test('the signal that asked for contact is not acted on again by a second look', () => {
  expect(triage({ ...HOT, trigger: 'retriage', signalType: 'web.form_submitted', intent: 20 }).reason).toBe(
    'weak_interest',
  );
});
