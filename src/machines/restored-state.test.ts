/** Going back to a checkpoint: what was known goes back, what was done and who said no does not. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { MachineEvent } from '../domain/event-types.ts';
import { createRunners } from './catalogue.ts';
import type { MachineState } from './definition.ts';
import { eventOf } from './given.fixture.ts';
import { isSameState, PROTECTED_STATES, restoredState } from './restored-state.ts';
import { EMPTY_SUBJECT } from './subject-context.ts';
import { AT, decided, outcome, profile, retriageDue, signal, triaged } from './subject-events.fixture.ts';

const runners = createRunners();
const KINDS = ['account', 'lead'] as const;

function after(kind: (typeof KINDS)[number], events: readonly MachineEvent[]): MachineState {
  return events.reduce((state, event) => runners[kind].step(state, event).state, runners[kind].initial());
}

const lead = (...events: readonly MachineEvent[]) => after('lead', events);

test('state and facts go back; decisions and outcomes stay, so that what was sent is still linked', () => {
  const then = lead(signal());
  const now = lead(signal(), signal(), decided(), outcome('meeting_booked'));
  expect(now.value).not.toBe(then.value);
  const restored = restoredState(then, now);
  expect(restored.value).toBe(then.value);
  const { decisions, outcomes, outcome_log } = now.context;
  expect(restored.context).toEqual({
    ...then.context,
    decisions,
    outcomes,
    ...(outcome_log === undefined ? {} : { outcome_log }),
  });
  expect([decisions, outcomes]).toEqual([expect.arrayContaining([expect.anything()]), { meeting_booked: 1 }]);
});

test('who said no stays where they are', () => {
  const then = lead(signal());
  for (const type of ['unsubscribe', 'complaint'] as const) {
    const now = lead(signal(), outcome(type));
    expect(PROTECTED_STATES.has(now.value)).toBe(true);
    expect(restoredState(then, now)).toBe(now);
  }
});

test('a legal hold stays, and one that was lifted does not come back', () => {
  const held = eventOf('subject.held', { by: 'operator', reason: 'a lawsuit' });
  const now = lead(signal(), held);
  expect(restoredState(lead(signal()), now).context['hold']).toEqual(now.context['hold']);
  expect(restoredState(now, lead(signal())).context).not.toHaveProperty('hold');
});

test('a second look that still waits goes on waiting, one that was taken does not come back', () => {
  const later = triaged('later');
  const then = lead(signal(), later);
  expect(then.context['look_pending']).toBe(true);
  expect(restoredState(then, then).context['look_pending']).toBe(true);
  const looked = lead(signal(), later, retriageDue, { ...triaged('none', 'retriage'), at: AT + 500 });
  expect(restoredState(then, looked).context['look_pending']).toBe(false);
});

test('what a merge brought along, and whose person it is, follow from now', () => {
  const then = lead(signal());
  const joined = [{ id: 'con_2', carried: {} }];
  const now = { ...then, context: { ...then.context, account: 'acc_new', joined } as MachineState['context'] };
  expect(restoredState(then, now).context).toEqual(now.context);
  const merged = { ...then, context: { ...then.context, joined } as MachineState['context'] };
  expect(restoredState(merged, then).context).toEqual(then.context);
});

test('one that came later goes back to where everybody begins', () => {
  const now = lead(signal(), decided());
  const restored = restoredState(runners.lead.initial(), now);
  expect(restored.value).toBe('new');
  const { account, decisions } = now.context;
  expect(restored.context).toEqual({ ...EMPTY_SUBJECT, account, decisions });
});

/** One event of each kind that moves a subject, with times of its own. */
const anEvent = fc
  .tuple(
    fc.constantFrom(
      signal(),
      signal({ strength: 90, account_facts: { relations: { competitor: true } } }),
      profile({ account_facts: { relations: { customer: true } } }),
      triaged('act'),
      triaged('later'),
      triaged('none', 'retriage'),
      decided('dec_1'),
      decided('dec_2'),
      retriageDue,
      outcome('unsubscribe'),
      outcome('won'),
      eventOf('subject.held', { by: 'operator', reason: 'a lawsuit' }),
      outcome('meeting_booked'),
      eventOf('subject.objected', { by: 'operator', reason: 'asked' }),
      eventOf('subject.erased', { by: 'operator', reason: 'asked' }),
    ),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([event, later]) => ({ ...event, at: AT + later }));

test('whatever happened, going back twice is going back once, and nobody leaves a protected state', () => {
  const story = fc.array(anEvent, { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), story, story, (kind, early, late) => {
      const then = after(kind, early);
      const now = after(kind, [...early, ...late]);
      const once = restoredState(then, now);
      expect(isSameState(restoredState(then, once), once)).toBe(true);
      expect(once === now || !PROTECTED_STATES.has(now.value)).toBe(true);
    }),
  );
});
