import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { DecidedReview } from '../domain/correction.ts';
import { tenantRuleSchema } from '../domain/policy.ts';
import { correctionPatterns, isBackSince, normalisedReason } from './correction-patterns.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const patternsIn = (reviews: readonly DecidedReview[]) => correctionPatterns(reviews, digest);

let made = 0;
function review(changes: Partial<DecidedReview> = {}): DecidedReview {
  made += 1;
  return {
    id: `rev_${made}`,
    at: made,
    state: 'rejected',
    actionType: 'outreach_push',
    attributes: { persona: 'user', stage: 'new', fit_score: 12 },
    reason: 'Never buys',
    ...changes,
  };
}
const approved = (attributes: DecidedReview['attributes']) => review({ state: 'approved', reason: null, attributes });
const times = (count: number, make: () => DecidedReview) => Array.from({ length: count }, make);

describe('what makes a pattern', () => {
  test('three equal corrections of one class, however their reason is spelt', () => {
    const reviews = [
      review(),
      review({ reason: 'never buys.' }),
      review({ reason: 'NEVER  buys!' }),
      approved({ persona: 'champion', stage: 'new' }),
    ];
    const found = patternsIn(reviews);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      class: { action_type: 'outreach_push', attribute: 'persona', value: 'user' },
      correction: 'rejected',
      words: '3 of 3 outreach_push with persona user were rejected: NEVER  buys!',
      corrections: 3,
      reviews: 3,
      evidence: [reviews[2]?.id, reviews[1]?.id, reviews[0]?.id],
      rule: {
        when: [
          { attribute: 'action_type', operator: 'eq', value: 'outreach_push' },
          { attribute: 'persona', operator: 'exists' },
          { attribute: 'persona', operator: 'eq', value: 'user' },
        ],
        then: 'hold',
      },
    });
    expect(patternsIn(reviews.slice(1))).toEqual([]);
  });

  test('rejections for other reasons, or for none, are other corrections', () => {
    expect(patternsIn([review(), review(), review({ reason: 'too early' })])).toEqual([]);
    expect(patternsIn(times(4, () => review({ reason: null })))).toEqual([]);
    expect(patternsIn(times(4, () => review({ reason: '…' })))).toEqual([]);
  });

  test('less than half of the reviews of a class is none', () => {
    const corrected = times(3, () => review());
    const same = { persona: 'user', stage: 'new' };
    expect(patternsIn([...corrected, ...times(3, () => approved(same))])).toHaveLength(1);
    expect(patternsIn([...corrected, ...times(4, () => approved(same))])).toEqual([]);
  });

  test('edits make a rule that holds, and so do few rejections', () => {
    const edits = patternsIn(times(9, () => review({ state: 'edited', reason: null })));
    expect(edits.map(({ rule, reason, correction }) => [rule.then, reason, correction])).toEqual([
      ['hold', null, 'edited'],
    ]);
    const thenOf = (count: number) => patternsIn(times(count, () => review()))[0]?.rule.then;
    expect([thenOf(3), thenOf(4)]).toEqual(['hold', 'deny']);
  });
});

describe('where several classes explain the same corrections', () => {
  test('the strongest is taken', () => {
    const found = patternsIn([
      ...times(4, () => review()),
      ...times(2, () => approved({ persona: 'champion', stage: 'new' })),
    ]);
    expect(found.map((pattern) => pattern.class)).toEqual([
      { action_type: 'outreach_push', attribute: 'persona', value: 'user' },
    ]);
  });

  test('another stands beside it when it explains enough of what is left', () => {
    const elsewhere = { persona: 'champion', stage: 'replied' };
    const found = patternsIn([
      ...times(4, () => review()),
      ...times(3, () => review({ attributes: elsewhere })),
      ...times(9, () => approved({ persona: 'influencer', stage: 'engaged' })),
    ]);
    expect(found.map((pattern) => pattern.class.value)).toEqual(['user', 'champion']);
  });

  test('drafts without attributes are a class by their type', () => {
    const [found] = patternsIn(times(3, () => review({ attributes: {} })));
    expect(found).toMatchObject({
      class: { attribute: null, value: null },
      rule: { when: [{ attribute: 'action_type', operator: 'eq', value: 'outreach_push' }] },
    });
  });
});

test('its id and that of its rule stay when more corrections come', () => {
  const first = times(3, () => review());
  const [before] = patternsIn(first);
  const [after] = patternsIn([...first, review()]);
  expect(before?.id).toMatch(/^pat_[0-9a-f]{16}$/);
  expect([after?.id, after?.rule.id]).toEqual([before?.id, before?.rule.id]);
});

test('names no more than twenty reviews, and counts all', () => {
  const [found] = patternsIn(times(25, () => review()));
  expect([found?.corrections, found?.evidence.length]).toEqual([25, 20]);
});

test.each(['no', 'not'])('a long reason after %j makes a title that a rule may have', (word) => {
  const [found] = patternsIn(times(3, () => review({ reason: `${word}${'😀'.repeat(900)}` })));
  expect(tenantRuleSchema.safeParse(found?.rule).success).toBe(true);
  expect(found?.rule.title).toMatch(/😀…$/u);
});

test('a dismissed one is back with as many corrections as make a pattern', () => {
  expect(isBackSince({ times: [13, 12, 11, 9, 8, 7] }, 10)).toBe(true);
  expect(isBackSince({ times: [12, 11, 10, 9, 8, 7] }, 10)).toBe(false);
});

test('reasons are compared by letters and digits', () => {
  expect(normalisedReason('  Déjà-vu, 2× ')).toBe('deja vu 2');
  expect(normalisedReason('…')).toBeNull();
});
