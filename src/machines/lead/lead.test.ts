/** The pursuit of one person: what moves it, what closes it, and what it asks for on the way. */
import { describe, expect, test } from 'vitest';

import type { MachineEvent } from '../../domain/event-types.ts';
import { OUTCOME_TYPES } from '../../domain/outcome-types.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { carriedBy, EMPTY_SUBJECT, REMEMBERED_DECISIONS, unitedSubject } from '../subject-context.ts';
import type { SubjectContext } from '../subject-context.ts';
import {
  AT,
  decided,
  executed,
  linked,
  outcome,
  profile,
  retriageDue,
  signal,
  triaged,
} from '../subject-events.fixture.ts';
import { CLOSED_LEAD_STATES, leadDefinition } from './lead.machine.ts';

const given = givenFor(leadDefinition);
const triageSignal = { type: 'triage', trigger: 'signal' } as const;
const link = { type: 'link_outcome' } as const;

const objected = eventOf('subject.objected', { by: 'person:ada', reason: 'asked' });
const erased = eventOf('subject.erased', { by: 'person:ada', reason: 'asked' });
const forget = { type: 'cancel_timer', name: 'retriage' } as const;

const WAYS = {
  new: [],
  engaged: [signal()],
  qualified: [signal(), outcome('reply_positive')],
  meeting: [signal(), outcome('meeting_booked')],
  won: [outcome('won')],
  lost: [outcome('lost')],
  opted_out: [outcome('unsubscribe')],
  objected: [signal(), objected],
  erased: [signal(), decided(), erased],
} as const;
type State = keyof typeof WAYS;
const STATES = Object.keys(WAYS) as readonly State[];
/** In which a person is pursued, or was. */
const PURSUED = STATES.filter((state) => state !== 'objected' && state !== 'erased');

/** Where an outcome leads; the others leave the person where it is. */
const LEADS_TO: Partial<Record<OutcomeType, State>> = {
  unsubscribe: 'opted_out',
  complaint: 'opted_out',
  won: 'won',
  lost: 'lost',
  meeting_booked: 'meeting',
  reply_positive: 'qualified',
  opportunity_created: 'qualified',
};

test('the ways lead where they say, into every state', () => {
  expect([...STATES, 'sorting'].toSorted()).toEqual(statesOf(leadDefinition).toSorted());
  for (const state of STATES) expect(given(...WAYS[state]).state.value).toBe(state);
  for (const state of CLOSED_LEAD_STATES) expect(STATES).toContain(state);
});

test('these are all events that it takes', () => {
  expect(eventTypesOf(leadDefinition)).toEqual([
    'decision.executed',
    'decision.made',
    'identity.joined',
    'identity.parted',
    'identity.reparented',
    'identity.restored',
    'note.recorded',
    'note.retracted',
    'outcome.corrected',
    'outcome.linked',
    'outcome.recorded',
    'outcome.retracted',
    'profile.updated',
    'retriage.due',
    'signal.received',
    'signal.triaged',
    'subject.erased',
    'subject.held',
    'subject.objected',
    'subject.released',
  ]);
});

describe.each(PURSUED)('in %s', (state) => {
  const way = WAYS[state];

  test('a signal is triaged, so that the reason for doing nothing is recorded too', () => {
    given(...way)
      .when(signal())
      .then({ value: state === 'new' ? 'engaged' : state, effects: [triageSignal], context: { last_signal_at: AT } });
  });
  test('a second look is triaged', () => {
    given(...way)
      .when(retriageDue)
      .then({ value: state, effects: [{ type: 'triage', trigger: 'retriage' }] });
  });
  test('a triage that says act asks for a decision and ends the wait for a second look', () => {
    given(...way, triaged('later'))
      .when(triaged('act'))
      .then({
        value: state,
        effects: [{ type: 'cancel_timer', name: 'retriage', pending: true }, { type: 'decide' }],
        context: { look_pending: false, last_triage: { verdict: 'act' } },
      });
  });
  test('a triage that says later sets a timer', () => {
    given(...way)
      .when(triaged('later'))
      .then({
        value: state,
        effects: [{ type: 'start_timer', name: 'retriage', at: AT + 500 }],
        context: { look_pending: true, later_count: 1 },
      });
  });
  test('a triage that says none is remembered, and nothing else', () => {
    given(...way)
      .when(triaged('none'))
      .then({ value: state, context: { last_triage: { verdict: 'none', reason: 'no_interest', at: AT } } });
  });
  test('a decision is remembered', () => {
    given(...way)
      .when(decided())
      .then({ value: state, context: { decisions: [{ decision: 'dec_1', action: 'act_1', at: AT }] } });
  });
  test('of a decision that waits for it, the execution is remembered once', () => {
    given(...way, decided('dec_1', true))
      .when(executed())
      .then({ value: state, context: { decisions: [{ decision: 'dec_1', message: true, executed_at: AT + 5 }] } });
    for (const before of [[], [decided()], [decided('dec_2', true)], [decided('dec_1', true), executed()]])
      given(...way, ...before)
        .when(executed())
        .thenNothing();
  });
  test('a linked outcome is evidence', () => {
    given(...way)
      .when(linked)
      .then({ value: state, effects: [{ type: 'record_outcome_evidence' }] });
  });
  test('facts are taken in', () => {
    given(...way)
      .when(profile({ contact_facts: { country: 'FR' }, account: 'acc_1' }))
      .then({ value: state, context: { contact_facts: { country: 'FR' }, account: 'acc_1' } });
  });
  test.each(OUTCOME_TYPES)('the outcome %s is counted and linked', (type) => {
    // An opt-out is final: not even a won deal reopens the person.
    const value = state === 'opted_out' ? 'opted_out' : (LEADS_TO[type] ?? state);
    const before = (given(...way).state.context['outcomes'] as Record<string, number>)[type] ?? 0;
    given(...way)
      .when(outcome(type))
      .then({
        value,
        effects: [link],
        context: { outcomes: { [type]: before + 1 }, dimensions: { origin: 'organic' } },
      });
  });
  test('what is no business of a person changes nothing', () => {
    given(...way)
      .when(eventOf('kill_switch.released', { by: 'person:ada', reason: '' }))
      .thenNothing();
    given(...way)
      .when(eventOf('touch.recorded', { channel: 'email', occurred_at: AT, source: 'crm' }))
      .thenNothing();
  });
});

describe.each(PURSUED)('from %s', (state) => {
  test.each([
    ['objected', objected],
    ['erased', erased],
  ] as const)('a person who is %s waits for nothing more, and what is open is withdrawn', (value, event) => {
    given(...WAYS[state])
      .when(event)
      .then({ value, effects: [{ ...forget, pending: false }, { type: 'withdraw' }] });
  });
});

describe('of a person who objected', () => {
  test('a signal is triaged and not scored', () => {
    given(...WAYS.objected)
      .when(signal({ strength: 80 }))
      .then({ value: 'objected', effects: [triageSignal], context: { intent: { score: 0, at: 0 }, signals: 1 } });
  });
  test.each(OUTCOME_TYPES)('the outcome %s is counted, and pursues nobody again', (type) => {
    given(...WAYS.objected)
      .when(outcome(type))
      .then({ value: 'objected', effects: [link], context: { outcomes: { [type]: 1 } } });
  });
  test('the same again changes nothing', () => {
    given(...WAYS.objected)
      .when(objected)
      .thenNothing();
  });
  test('everything may still be erased', () => {
    given(...WAYS.objected)
      .when(erased)
      .then({ value: 'erased', effects: [{ ...forget, pending: false }, { type: 'withdraw' }] });
  });
});

describe('of a person who was erased', () => {
  test('no fact is left but which decisions there were', () => {
    given(signal(), profile({ contact_facts: { country: 'FR' } }), decided())
      .when(erased)
      .then({
        value: 'erased',
        effects: [{ ...forget, pending: false }, { type: 'withdraw' }],
        context: { contact_facts: {}, dimensions: {}, signals: 0, decisions: [{ decision: 'dec_1' }] },
      });
  });
  test('a signal is triaged and not remembered', () => {
    given(...WAYS.erased)
      .when(signal())
      .then({ value: 'erased', effects: [triageSignal], context: { signals: 0, dimensions: {} } });
  });
  test.each([
    ['facts', profile({ contact_facts: { country: 'FR' } })],
    ['an outcome', outcome('won')],
    ['a decision', decided('dec_2')],
    ['the execution of a decision', executed('dec_3')],
    ['an objection', objected],
    ['another erasure', erased],
  ] as const)('%s changes nothing', (_what, event) => {
    given(decided('dec_3', true), ...WAYS.erased)
      .when(event)
      .thenNothing();
  });
});

test('a signal after a wait begins to count looks again', () => {
  given(signal(), triaged('later'), triaged('later', 'retriage'))
    .when(signal())
    .then({ value: 'engaged', effects: [triageSignal], context: { later_count: 0, signals: 2, look_pending: true } });
});

test('a second look that finds nothing is the last one', () => {
  given(signal(), triaged('later'))
    .when(triaged('none', 'retriage'))
    .then({ value: 'engaged', context: { look_pending: false } });
});

test('without a pending look nobody asks the database to forget one', () => {
  given(signal())
    .when(triaged('act'))
    .then({
      value: 'engaged',
      effects: [{ type: 'cancel_timer', name: 'retriage', pending: false }, { type: 'decide' }],
    });
});

test('signals in any order give the same first and last time', () => {
  given(signal({ occurred_at: AT + 5 }))
    .when(signal({ occurred_at: AT - 5, strength: 0 }))
    .then({
      value: 'engaged',
      effects: [triageSignal],
      context: { first_seen_at: AT - 5, last_signal_at: AT + 5, signals: 2 },
    });
});

test('it remembers the newest decisions only', () => {
  const decisions = Array.from({ length: REMEMBERED_DECISIONS }, (_, index) => decided(`dec_${index}`));
  const { context } = given(...decisions, decided('dec_new')).state;
  const remembered = (context['decisions'] as { decision: string }[]).map((item) => item.decision);
  expect(remembered).toHaveLength(REMEMBERED_DECISIONS);
  expect([remembered[0], remembered.at(-1)]).toEqual(['dec_1', 'dec_new']);
});

describe('outcomes that stand together', () => {
  const standing = (type: OutcomeType, id: string = type, at = AT): MachineEvent => {
    const { data } = outcome(type) as Extract<MachineEvent, { type: 'outcome.recorded' }>;
    return eventOf('outcome.recorded', { ...data, outcome: id, occurred_at: at, standing: true }, AT);
  };
  const retracted = (id: string) => eventOf('outcome.retracted', { outcome: id, by: 'key:crm', reason: 'wrong' }, AT);
  const becomes = (id: string, type: OutcomeType) =>
    eventOf(
      'outcome.corrected',
      { outcome: id, changes: { outcome_type: type }, known_at: AT, act: 'a', by: 'key:crm', reason: 'wrong' },
      AT,
    );
  const valueAfter = (...events: MachineEvent[]) => given(signal(), ...events).state.value;

  test.each(['won', 'lost'] as const)('what was %s is not moved on by a later good outcome', (closed) => {
    for (const later of ['meeting_booked', 'reply_positive', 'opportunity_created'] as const)
      expect(valueAfter(standing(closed), standing(later, later, AT + 1))).toBe(closed);
  });
  test('the deal that was closed last counts, whichever is heard of first', () => {
    expect(valueAfter(standing('lost', 'a', AT + 2), standing('won', 'b', AT + 1))).toBe('lost');
    expect(valueAfter(standing('lost', 'a', AT + 1), standing('won', 'b', AT + 2))).toBe('won');
  });
  test('a step back in the funnel is none', () => {
    expect(valueAfter(standing('meeting_booked'), standing('reply_positive'))).toBe('meeting');
  });
  test('a retraction leaves what the others say', () => {
    expect(valueAfter(standing('won'), standing('reply_positive'), retracted('won'))).toBe('qualified');
    expect(valueAfter(standing('unsubscribe'), retracted('unsubscribe'))).toBe('engaged');
    expect(given(signal(), standing('won'), retracted('won')).state.context['outcomes']).toEqual({});
  });
  test('a correction moves it to what it was', () => {
    expect(valueAfter(standing('won'), becomes('won', 'lost'))).toBe('lost');
    expect(valueAfter(becomes('won', 'lost'), standing('won'))).toBe('lost');
    expect(valueAfter(retracted('won'), standing('won'))).toBe('engaged');
  });
  test('nobody who objected or was erased is moved', () => {
    expect(valueAfter(standing('won'), objected, retracted('won'))).toBe('objected');
    expect(valueAfter(standing('won'), erased, retracted('won'), becomes('won', 'lost'))).toBe('erased');
    expect(given(signal(), standing('won'), erased).state.context['outcome_log']).toEqual([]);
  });
});

test('what came along with a merge goes with the split, and with an erasure', () => {
  const carried = carriedBy({ ...EMPTY_SUBJECT, contact_facts: { country: 'FR' }, signals: 4 });
  const joins = eventOf('identity.joined', { merge: 'mrg_1', absorbed: 'per_2', carried }, AT);
  const parts = eventOf('identity.parted', { merge: 'mrg_1', absorbed: 'per_2', scope: 'acc_2', since: AT }, AT);
  const known = (...events: MachineEvent[]) =>
    unitedSubject(given(signal(), joins, ...events).state.context as unknown as SubjectContext);
  expect(known()).toMatchObject({ signals: 5, contact_facts: { country: 'FR' } });
  expect(known(parts)).toMatchObject({ signals: 1, contact_facts: {} });
  expect(known(erased)).toMatchObject({ signals: 0, contact_facts: {} });
});

test('what was decided before a merge is remembered as executed after it', () => {
  const { context } = given(decided('dec_1', true)).state;
  const joins = eventOf(
    'identity.joined',
    { merge: 'mrg_1', absorbed: 'per_2', carried: carriedBy(context as unknown as SubjectContext) },
    AT,
  );
  const after = given(joins, executed()).state.context as unknown as SubjectContext;
  expect(unitedSubject(after).decisions).toMatchObject([{ decision: 'dec_1', executed_at: AT + 5 }]);
});
