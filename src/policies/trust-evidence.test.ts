import { expect, test } from 'vitest';

import { OUTCOME_TYPES } from '../domain/outcome-types.ts';
import { evidenceOf, evidenceOfOutcome, evidenceOfReview } from './trust-evidence.ts';

test.each([
  ['bounce', 0, 1],
  ['complaint', 0, 10],
  ['unsubscribe', 0, 3],
  ['reply_positive', 1, 0],
  ['reply_hostile', 0, 3],
  ['wrong_owner', 0, 3],
  ['meeting_booked', 3, 0],
  ['opportunity_created', 3, 0],
  ['won', 3, 0],
] as const)('%s counts %f good and %f bad', (type, good, bad) => {
  expect(evidenceOfOutcome(type)).toEqual({ kind: good > 0 ? 'outcome_good' : 'harm', good, bad });
});

test('neutral outcomes say nothing', () => {
  expect(OUTCOME_TYPES.filter((type) => evidenceOfOutcome(type) === null)).toEqual(['reply_neutral', 'lost']);
});

test.each([
  ['approve', 'review', 'approved_unedited', 0.5, 0],
  ['approve', 'blocked', 'approved_unedited', 0.5, 0],
  ['approve', 'sampled', 'audit_approved', 1, 0],
  ['edit', 'review', 'approved_edited', 0.25, 0.4],
  ['edit', 'sampled', 'approved_edited', 0.25, 0.4],
  ['reject', 'sampled', 'rejected', 0, 1],
] as const)('%s out of %s is %s', (decision, queue, kind, good, bad) => {
  expect(evidenceOfReview(decision, queue, 0.4)).toEqual({ kind, good, bad });
});

test('a cancellation judges nothing', () => {
  expect(evidenceOfReview('cancel', 'review')).toBeNull();
});

test('what is no review and no outcome has its weight, and a share is one', () => {
  expect(evidenceOf('matured_clean')).toEqual({ kind: 'matured_clean', good: 0.05, bad: 0 });
  expect(evidenceOf('reverted', 0.5)).toEqual({ kind: 'reverted', good: 0, bad: 2 });
  expect(evidenceOf('approved_edited', 1.7).bad).toBe(1);
  expect(evidenceOf('approved_edited', -1).bad).toBe(0);
});
