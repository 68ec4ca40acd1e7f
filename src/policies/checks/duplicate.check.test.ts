import { expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import {
  accountWith,
  AUDIENCE,
  contactWith,
  CRM,
  EMAIL,
  FACTS,
  factsWithout,
  NOW,
  OPEN_POLICY,
} from '../gate.fixture.ts';
import { duplicateCheck } from './duplicate.check.ts';

const print = (agoMs: number, action: string | null = 'act_other') => ({
  fingerprint: EMAIL.fingerprint,
  at: NOW - agoMs,
  action,
});
const open = (kind: string, action = 'act_other') => ({ action, kind, at: NOW - 3 });

test('new content and nothing open pass', () => {
  expect(duplicateCheck(EMAIL, FACTS, OPEN_POLICY).outcome).toBe('pass');
});

test('the same content within the window is denied, by whomever it was sent', () => {
  for (const action of ['act_other', null]) {
    expect(duplicateCheck(EMAIL, contactWith({ prints: [print(90 * DAY_MS - 1, action)] }), OPEN_POLICY)).toMatchObject(
      {
        outcome: 'deny',
        code: 'duplicate_content',
        inputs: { sent_ago_ms: 90 * DAY_MS - 1, window_ms: 90 * DAY_MS },
      },
    );
  }
});

test('the same content before the window, other content, and what the action reserved itself pass', () => {
  const prints = [print(90 * DAY_MS), print(5, EMAIL.action), { ...print(5), fingerprint: 'fp_other' }];
  expect(duplicateCheck(EMAIL, contactWith({ prints }), OPEN_POLICY).outcome).toBe('pass');
});

test('an open action of the same kind is a duplicate, also inside the company', () => {
  expect(duplicateCheck(EMAIL, contactWith({ open: [open('outreach_push')] }), OPEN_POLICY)).toMatchObject({
    outcome: 'deny',
    code: 'duplicate_open',
    inputs: { opened_ago_ms: 3 },
  });
  expect(duplicateCheck(CRM, contactWith({ open: [open('crm_update')] }), OPEN_POLICY).code).toBe('duplicate_open');
});

test('the action itself and another kind are no duplicates', () => {
  const facts = contactWith({ open: [open('outreach_push', EMAIL.action), open('linkedin_push')] });
  expect(duplicateCheck(EMAIL, facts, OPEN_POLICY).outcome).toBe('pass');
});

test('an action without a person looks at the account', () => {
  const request = { ...AUDIENCE, person: null };
  expect(duplicateCheck(request, accountWith({ prints: [print(5)] }), OPEN_POLICY).code).toBe('duplicate_content');
  expect(duplicateCheck(request, factsWithout('account'), OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
    inputs: { missing: 'account' },
  });
});

test('content is not compared inside the company', () => {
  expect(duplicateCheck(CRM, contactWith({ prints: [print(5)] }), OPEN_POLICY).outcome).toBe('pass');
});

test('a contact that is not known holds; an internal action about nobody needs none', () => {
  expect(duplicateCheck(EMAIL, factsWithout('contact'), OPEN_POLICY).code).toBe('fact_missing');
  expect(duplicateCheck({ ...CRM, person: null, account: null }, {}, OPEN_POLICY).outcome).toBe('pass');
});

test('steps of one sequence may be open beside each other, those of two may not', () => {
  const step = { ...open('outreach_push'), sequence: 's-1' };
  const of = (sequence: string) => ({ ...contactWith({ open: [step] }), attributes: { sequence } });
  expect(duplicateCheck(EMAIL, of('s-1'), OPEN_POLICY).outcome).toBe('pass');
  expect(duplicateCheck(EMAIL, of('s-2'), OPEN_POLICY).code).toBe('duplicate_open');
  expect(duplicateCheck(EMAIL, contactWith({ open: [step] }), OPEN_POLICY).code).toBe('duplicate_open');
});
