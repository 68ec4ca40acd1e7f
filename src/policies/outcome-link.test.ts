import { expect, test } from 'vitest';

import { DAY_MS } from '../domain/instant.ts';
import { NOW } from './gate.fixture.ts';
import { linkOutcome } from './outcome-link.ts';
import type { OutcomeLinkInput } from './outcome-link.ts';

const decision = (id: string, daysAgo: number) => ({
  decision: `dec_${id}`,
  action: `act_${id}`,
  at: NOW - daysAgo * DAY_MS,
  cell: `cell_${id}`,
  sequence: `seq_${id}`,
});
const BASE: OutcomeLinkInput = {
  occurredAt: NOW,
  windowMs: 10 * DAY_MS,
  firstSeenAt: NOW - 90 * DAY_MS,
  decisions: [decision('b', 3), decision('a', 8), decision('c', -1)],
  hint: null,
};
const NOTHING = { decision: null, action: null, cell: null, decidedAt: null, sequence: null, play: null };

test('the latest decision that could have caused it gets it', () => {
  expect(linkOutcome(BASE)).toEqual({
    status: 'linked',
    decision: 'dec_b',
    action: 'act_b',
    cell: 'cell_b',
    decidedAt: NOW - 3 * DAY_MS,
    sequence: 'seq_b',
    play: null,
  });
});

test.each([
  ['at the very decision', 3, 'linked'],
  ['at the end of the window', -7, 'linked'],
  ['a moment after it', -7 - 1 / DAY_MS, 'unlinked'],
])('%s it is %s', (_, daysAgo, status) => {
  const input = { ...BASE, decisions: [decision('b', 3)], occurredAt: NOW - daysAgo * DAY_MS };
  expect(linkOutcome(input).status).toBe(status);
});

test.each(['dec_a', 'act_a'])('a hint of %s wins, also out of the window', (hint) => {
  expect(linkOutcome({ ...BASE, hint }).decision).toBe('dec_a');
  expect(linkOutcome({ ...BASE, hint, windowMs: 0 }).decision).toBe('dec_a');
});

test('a hint that is not listed is ignored', () => {
  expect(linkOutcome({ ...BASE, hint: 'dec_x' }).decision).toBe('dec_b');
});

test('of two at the same time, the last by id gets it, in whatever order they are listed', () => {
  const both = [decision('a', 3), decision('b', 3)];
  expect(linkOutcome({ ...BASE, decisions: both }).decision).toBe('dec_b');
  expect(linkOutcome({ ...BASE, decisions: both.toReversed() }).decision).toBe('dec_b');
});

test('what came before the first decision, or before the subject was seen, precedes', () => {
  expect(linkOutcome({ ...BASE, occurredAt: NOW - 9 * DAY_MS })).toEqual({ status: 'preceding', ...NOTHING });
  expect(linkOutcome({ ...BASE, decisions: [], occurredAt: NOW - 91 * DAY_MS }).status).toBe('preceding');
});

test('without a decision in the window it is linked to none', () => {
  expect(linkOutcome({ ...BASE, windowMs: DAY_MS })).toEqual({ status: 'unlinked', ...NOTHING });
  expect(linkOutcome({ ...BASE, decisions: [] }).status).toBe('unlinked');
});

test('an outcome of a subject that nobody had seen yet precedes it', () => {
  expect(linkOutcome({ ...BASE, decisions: [], firstSeenAt: null }).status).toBe('preceding');
});
