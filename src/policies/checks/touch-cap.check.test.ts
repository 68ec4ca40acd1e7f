import { expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import {
  contactWith,
  CRM,
  EMAIL,
  FACTS,
  factsWithout,
  NOW,
  OPEN_POLICY,
  policyWith,
  touchAgo,
} from '../gate.fixture.ts';
import { touchCapCheck } from './touch-cap.check.ts';

const touched = (...daysAgo: readonly number[]) =>
  contactWith({ touches: daysAgo.map((days) => touchAgo(days * DAY_MS)) });

test('two touches this week leave room for a third', () => {
  expect(touchCapCheck(EMAIL, touched(1, 6), OPEN_POLICY)).toMatchObject({
    outcome: 'pass',
    comparison: '2 touches < 3 allowed in 7 days',
    inputs: { touches: 2, max: 3, window_ms: 7 * DAY_MS },
  });
});

test('three put the fourth off until the oldest leaves', () => {
  expect(touchCapCheck(EMAIL, touched(5, 1, 6), OPEN_POLICY)).toMatchObject({
    outcome: 'schedule',
    code: 'touch_cap',
    comparison: '3 touches ≥ 3 allowed in 7 days',
    next_at: NOW + DAY_MS,
  });
});

test('above the cap, as many must leave as are too many', () => {
  expect(touchCapCheck(EMAIL, touched(6, 5, 4, 3, 2), OPEN_POLICY).next_at).toBe(NOW + 3 * DAY_MS);
});

test('touches made elsewhere and on other channels count', () => {
  const touches = [touchAgo(1), touchAgo(2, { channel: 'linkedin' }), touchAgo(3, { action: null, source: 'crm' })];
  expect(touchCapCheck(EMAIL, contactWith({ touches }), OPEN_POLICY).outcome).toBe('schedule');
});

test('a touch leaves at the end of the window, and the own reservation never counted', () => {
  const touches = [touchAgo(1), touchAgo(2), touchAgo(7 * DAY_MS), touchAgo(3, { action: EMAIL.action })];
  expect(touchCapCheck(EMAIL, contactWith({ touches }), OPEN_POLICY).inputs).toMatchObject({ touches: 2 });
});

test('a cap of none denies', () => {
  const policy = policyWith({ touch_cap: { max: 0, window_ms: DAY_MS } });
  expect(touchCapCheck(EMAIL, FACTS, policy)).toMatchObject({
    outcome: 'deny',
    code: 'touch_cap',
    comparison: '0 touches ≥ 0 allowed in 1 day',
    next_at: null,
  });
});

test('a contact that is not known holds; what touches nobody is not concerned', () => {
  expect(touchCapCheck(EMAIL, factsWithout('contact'), OPEN_POLICY).code).toBe('fact_missing');
  expect(touchCapCheck({ ...EMAIL, person: null }, FACTS, OPEN_POLICY).code).toBe('fact_missing');
  expect(touchCapCheck(CRM, touched(1, 2, 3), OPEN_POLICY).outcome).toBe('pass');
});
