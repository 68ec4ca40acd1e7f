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
  message: true,
  executed_at: NOW - daysAgo * DAY_MS,
});
const BASE: OutcomeLinkInput = {
  follows: 'message',
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

const held = (id: string, daysAgo: number) => {
  const { executed_at: _, ...rest } = decision(id, daysAgo);
  return rest;
};

test.each(['message', 'action', 'decision'] as const)(
  'what follows from a %s goes to what was executed, not to a later decision that was not',
  (follows) => {
    const later = [held('held', 1), { ...held('nothing', 0.5), action: null, cell: null, message: undefined }];
    expect(linkOutcome({ ...BASE, follows, decisions: [...later, ...BASE.decisions] }).decision).toBe('dec_b');
  },
);

test('of several that were executed, the one that was executed last gets it', () => {
  const late = { ...decision('late', 6), executed_at: NOW - DAY_MS };
  expect(linkOutcome({ ...BASE, decisions: [decision('b', 3), late] }).decision).toBe('dec_late');
  expect(linkOutcome({ ...BASE, occurredAt: NOW - 2 * DAY_MS, decisions: [decision('b', 3), late] }).decision).toBe(
    'dec_b',
  );
});

test('nobody answers what is no message, or what was never sent', () => {
  const task = { ...decision('task', 1), message: false };
  expect(linkOutcome({ ...BASE, decisions: [task, decision('b', 3)] }).decision).toBe('dec_b');
  expect(linkOutcome({ ...BASE, decisions: [task, held('b', 3)] })).toEqual({ status: 'unlinked', ...NOTHING });
  expect(linkOutcome({ ...BASE, follows: 'action', decisions: [task, decision('b', 3)] }).decision).toBe('dec_task');
  expect(linkOutcome({ ...BASE, follows: 'action', decisions: [held('b', 3)] }).status).toBe('unlinked');
});

test('a deal without any act of ours follows from the latest decision, and its action gets nothing of it', () => {
  const decisions = [held('a', 8), held('b', 3)];
  expect(linkOutcome({ ...BASE, follows: 'decision', decisions })).toEqual({
    ...NOTHING,
    status: 'linked',
    decision: 'dec_b',
    decidedAt: NOW - 3 * DAY_MS,
    sequence: 'seq_b',
  });
});

test('a decision of before executions were remembered counts as executed when it was made', () => {
  const { message: _, ...old } = held('old', 2);
  expect(linkOutcome({ ...BASE, decisions: [old, decision('b', 3)] })).toMatchObject({
    decision: 'dec_old',
    action: 'act_old',
  });
});

test('the clock of whoever reports an outcome may be a little behind', () => {
  const one = (aheadMs: number) => [{ ...decision('b', 1), executed_at: NOW + aheadMs }];
  expect(linkOutcome({ ...BASE, decisions: one(5 * 60_000) }).status).toBe('linked');
  expect(linkOutcome({ ...BASE, decisions: one(5 * 60_000 + 1) }).status).toBe('unlinked');
});

test('an outcome of a subject that nobody had seen yet precedes it', () => {
  expect(linkOutcome({ ...BASE, decisions: [], firstSeenAt: null }).status).toBe('preceding');
});
