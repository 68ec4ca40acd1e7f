import { expect, test } from 'vitest';

import { EMAIL, FACTS, OPEN_POLICY, policyWith, requestOf } from '../gate.fixture.ts';
import { authorizationCheck } from './authorization.check.ts';

test('a lane may propose what the policy lists', () => {
  expect(authorizationCheck(EMAIL, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'pass',
    comparison: 'the operator lane may use outreach_push by email',
  });
});

test.each([
  ['an action of another lane', requestOf('linkedin_push', { lane: 'marketing' }), /^the marketing lane may not use/],
  ['another channel than the catalogue has', { ...EMAIL, channel: 'linkedin' as const }, /leaves by email/],
  ['less risk than the catalogue says', { ...EMAIL, risk_class: 'low' as const }, /of high risk, not low/],
])('%s is denied', (_, request, comparison) => {
  const result = authorizationCheck(request, FACTS, OPEN_POLICY);
  expect(result).toMatchObject({ outcome: 'deny', code: 'not_authorized' });
  expect(result.comparison).toMatch(comparison);
});

test('lane, action and channel must stand in one entry', () => {
  const authorizations = [
    { lane: 'operator' as const, action_types: ['outreach_push' as const], channels: ['crm' as const] },
    { lane: 'operator' as const, action_types: ['crm_update' as const], channels: ['email' as const] },
  ];
  expect(authorizationCheck(EMAIL, FACTS, policyWith({ authorizations })).outcome).toBe('deny');
});
