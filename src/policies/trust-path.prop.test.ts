import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { pathUp, pathWords } from './trust-path.ts';
import { nextLevel } from './trust.ts';

const MAIL = ACTION_TYPE_SPECS.outreach_push;

test('counts what the next level lacks', () => {
  const path = pathUp('approve_each', 11, 0, MAIL, DEFAULT_POLICY);
  expect(path).toEqual({
    next: 'sample_review',
    ways: { unedited_approval: 18, audit_approval: 9, positive_reply: 9, meeting: 3 },
  });
  expect(pathWords(path, 'approve_each', 'outreach_push')).toBe(
    '18 more unedited approvals, or 9 positive replies, would reach sample review.',
  );
  expect(
    pathWords(
      pathUp('approve_each', 9, 0, ACTION_TYPE_SPECS.email_generation, DEFAULT_POLICY),
      'approve_each',
      'email_generation',
    ),
  ).toMatch(/^\d+ more unedited approvals? would reach sample review\.$/);
});

test('says when there is no way up', () => {
  expect(pathUp('auto', 5, 0, MAIL, DEFAULT_POLICY)).toBeNull();
  expect(pathWords(null, 'auto', 'outreach_push')).toBe('There is no level above.');
  expect(pathWords(null, 'blocked', 'outreach_push')).toContain('only a person');
});

test('the count is the least that moves the level', () => {
  const level = fc.constantFrom('suggest', 'approve_each', 'sample_review');
  const amount = fc.double({ min: 0, max: 60, noNaN: true });
  fc.assert(
    fc.property(level, amount, amount, (from, good, bad) => {
      const path = pathUp(from, good, bad, MAIL, DEFAULT_POLICY);
      const count = path?.ways.positive_reply ?? null;
      if (path === null || count === null) return true;
      const levelAfter = (extra: number) => nextLevel(from, good + extra, bad, MAIL, DEFAULT_POLICY, false).level;
      expect(levelAfter(count)).toBe(path.next);
      return count === 0 || levelAfter(count - 1) !== path.next;
    }),
    { numRuns: 60 },
  );
});
