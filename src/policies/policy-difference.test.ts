/** What differs between two policies, and which part of it matters. */
import { expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../domain/policy.ts';
import { changedMembers, membersThatChange } from './policy-difference.ts';

const NOW = { ...DEFAULT_POLICY, name: 'now', exploration: 0.2, permit_ttl_ms: 1 };

test('the name is no difference', () => {
  expect(changedMembers(DEFAULT_POLICY, { ...DEFAULT_POLICY, name: 'other' })).toEqual([]);
  expect(changedMembers(DEFAULT_POLICY, NOW).toSorted()).toEqual(['exploration', 'permit_ttl_ms']);
});

test('a member that changes the answer by itself is the cause', () => {
  expect(membersThatChange(DEFAULT_POLICY, NOW, ({ exploration }) => exploration > 0)).toEqual(['exploration']);
});

test('where it takes several together, all that differ are named', () => {
  const causes = membersThatChange(
    DEFAULT_POLICY,
    NOW,
    ({ exploration, permit_ttl_ms: ttl }) => exploration > 0 && ttl === 1,
  );
  expect(causes.toSorted()).toEqual(['exploration', 'permit_ttl_ms']);
});
