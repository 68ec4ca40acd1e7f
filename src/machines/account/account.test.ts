/** One company: what the CRM says of it decides where it is, and outcomes of its people move it along. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { RELATIONS } from '../../domain/entity.ts';
import { OUTCOME_TYPES } from '../../domain/outcome-types.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import {
  AT,
  decided,
  executed,
  linked,
  outcome,
  profile,
  retriageDue,
  signal,
  signalData,
  triaged,
} from '../subject-events.fixture.ts';
import { accountDefinition, CLOSED_ACCOUNT_STATES } from './account.machine.ts';

const given = givenFor(accountDefinition);
const triageSignal = { type: 'triage', trigger: 'signal' } as const;
const link = { type: 'link_outcome' } as const;
const relations = (known: Partial<Record<(typeof RELATIONS)[number], boolean>>) =>
  profile({ account_facts: { relations: known } });

const WAYS = {
  prospect: [],
  engaged: [signal()],
  opportunity: [relations({ open_opportunity: true })],
  customer: [relations({ customer: true })],
  excluded: [relations({ competitor: true })],
} as const;
type State = keyof typeof WAYS;
const STATES = Object.keys(WAYS) as readonly State[];

test('the ways lead where they say, into every state but the one that decides at once', () => {
  expect([...STATES, 'sorting'].toSorted()).toEqual(statesOf(accountDefinition).toSorted());
  for (const state of STATES) expect(given(...WAYS[state]).state.value).toBe(state);
  for (const state of CLOSED_ACCOUNT_STATES) expect(STATES).toContain(state);
});

test('these are all events that it takes', () => {
  expect(eventTypesOf(accountDefinition)).toEqual([
    'decision.executed',
    'decision.made',
    'identity.joined',
    'identity.parted',
    'identity.restored',
    'note.recorded',
    'note.retracted',
    'outcome.corrected',
    'outcome.linked',
    'outcome.recorded',
    'outcome.retracted',
    'profile.updated',
    'retriage.due',
    'signal.observed',
    'signal.received',
    'signal.triaged',
  ]);
});

describe.each(STATES)('in %s', (state) => {
  const way = WAYS[state];
  const afterSignal = state === 'prospect' ? 'engaged' : state;

  test('a signal is triaged', () => {
    given(...way)
      .when(signal({ signal_type: 'intent.surge', lane: 'tam' }))
      .then({
        value: afterSignal,
        effects: [triageSignal],
        context: { last_signal: { type: 'intent.surge', lane: 'tam' } },
      });
  });
  test('a signal of one of its people is remembered and not triaged a second time', () => {
    given(...way)
      .when(eventOf('signal.observed', signalData(), AT))
      .then({ value: afterSignal, context: { last_signal_at: AT } });
  });
  test('a second look is triaged', () => {
    given(...way)
      .when(retriageDue)
      .then({ value: state, effects: [{ type: 'triage', trigger: 'retriage' }] });
  });
  test('each verdict of triage has its effect', () => {
    given(...way)
      .when(triaged('act'))
      .then({
        value: state,
        effects: [{ type: 'cancel_timer', name: 'retriage', pending: false }, { type: 'decide' }],
      });
    given(...way)
      .when(triaged('later'))
      .then({ value: state, effects: [{ type: 'start_timer', name: 'retriage', at: AT + 500 }] });
    given(...way)
      .when(triaged('none'))
      .then({ value: state });
  });
  test('decisions are remembered and linked outcomes are evidence', () => {
    given(...way)
      .when(decided())
      .then({ value: state, context: { decisions: [{ decision: 'dec_1' }] } });
    given(...way)
      .when(linked)
      .then({ value: state, effects: [{ type: 'record_outcome_evidence' }] });
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
  test.each(OUTCOME_TYPES)('the outcome %s is counted and linked', (type) => {
    const value = { won: 'customer', opportunity_created: 'opportunity' }[type as string] ?? state;
    given(...way)
      .when(outcome(type))
      .then({ value, effects: [link], context: { outcomes: { [type]: 1 } } });
  });
  test('what is no business of a company changes nothing', () => {
    given(...way)
      .when(eventOf('ownership.released', { by: 'person:ada' }))
      .thenNothing();
  });
});

describe('what the CRM says', () => {
  test.each(['competitor', 'partner', 'employee'] as const)('%s excludes it', (relation) => {
    given(signal())
      .when(relations({ [relation]: true }))
      .then({ value: 'excluded' });
  });
  test('a customer that competes is excluded all the same', () => {
    given(relations({ customer: true }))
      .when(relations({ competitor: true }))
      .then({ value: 'excluded' });
  });
  test('it comes back when the CRM takes the relation back', () => {
    given(signal(), relations({ competitor: true }))
      .when(relations({ competitor: false }))
      .then({ value: 'engaged', context: { account_facts: { relations: { competitor: false } } } });
  });
  test('relations add up: one that is not named stays', () => {
    given(relations({ customer: true }))
      .when(relations({ open_escalation: true }))
      .then({
        value: 'customer',
        context: { account_facts: { relations: { customer: true, open_escalation: true } } },
      });
  });
  test('a signal that brings a new relation is marked, one that repeats it is not', () => {
    const carrier = signal({ account_facts: { relations: { customer: true } } });
    given()
      .when(carrier)
      .then({ value: 'customer', effects: [triageSignal], context: { last_signal: { relations_changed: true } } });
    given(carrier)
      .when(carrier)
      .then({ value: 'customer', effects: [triageSignal], context: { last_signal: { relations_changed: false } } });
  });
});

describe('a won deal', () => {
  test('makes a customer that stays one with the next signal', () => {
    given(outcome('won'))
      .when(signal())
      .then({ value: 'customer', effects: [triageSignal] });
  });
  test('gives way to what the CRM says', () => {
    given(outcome('won'))
      .when(relations({ customer: false }))
      .then({ value: 'prospect' });
  });
  test('an opportunity stays one with the next signal, until the CRM closes it', () => {
    given(outcome('opportunity_created'))
      .when(signal())
      .then({ value: 'opportunity', effects: [triageSignal] });
    given(outcome('opportunity_created'), signal())
      .when(relations({ open_opportunity: false }))
      .then({ value: 'engaged' });
  });
});

test('whatever the relations, it never rests in the state that only decides', () => {
  const known = fc.record(
    Object.fromEntries(RELATIONS.map((name) => [name, fc.option(fc.boolean(), { nil: undefined })])),
  );
  fc.assert(
    fc.property(fc.array(known, { maxLength: 5 }), (sets) => {
      const events = sets.map((set) =>
        relations(Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))),
      );
      expect(STATES).toContain(given(...events).state.value);
    }),
  );
});
