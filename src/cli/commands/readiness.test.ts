import { expect, test } from 'vitest';

import { READINESS } from '../../gateway/gate-facts.fake.ts';
import { readinessText } from './readiness.ts';

const WHOLE = { ...READINESS, contacts: 1, ready: 1, held: 0, refused: 0, gaps: [], refusals: [], limited_senders: [] };

test('without contacts it says what to do first', () => {
  expect(readinessText({ ...WHOLE, contacts: 0, ready: 0 })).toBe(
    'There are no contacts yet. Import some with gatehouse import FILE --map map.json, or send them with PUT /v1/contacts/{id}.',
  );
});

test('where nothing is missing it says so', () => {
  expect(readinessText(WHOLE)).toBe(
    'Of 1 contact, 1 is ready for a sales message, 0 would be held for want of a fact, and 0 would be refused on what is known.\nThe gate knows all that it asks for.',
  );
});

test('names the fact where the reason does not, and writes ids so that a terminal is safe', () => {
  const [gap] = READINESS.gaps;
  if (gap === undefined) throw new Error('the fake has a gap');
  const odd = { ...gap, reason: 'fact_missing', fact: 'abm_active', examples: ['c-\u001B[2J'] } as const;
  const text = readinessText({ ...READINESS, gaps: [odd] });
  expect(text).toContain('fact_missing (abm_active): 4 contacts, 50.0 %');
  expect(text).not.toContain('\u001B');
});

test('says what forbids a message to those refused, and which senders are limited', () => {
  const text = readinessText(READINESS);
  expect(text).toContain('Refused, because:\n\nopted_out: 1 contact, 12.5 %; nothing else forbids 1');
  expect(text).toContain('the sender default on email is stopped. See gatehouse sender list.');
});
