import { describe, expect, it } from 'vitest';

import { TOUCH_RESULTS } from '../../domain/cadence.ts';
import type { SequenceEnd, TouchResult } from '../../domain/cadence.ts';
import type { EventData } from '../../domain/event-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { sequenceDefinition } from './sequence.machine.ts';
import type { SequenceContext } from './sequence.machine.ts';

const given = givenFor(sequenceDefinition);

const STARTED: EventData<'sequence.started'> = {
  play: 'play_1',
  originating_proposal_id: 'pro_1',
  play_scope: 'segment:default:commercial_mm',
  segment: 'commercial_mm',
  person: 'con_1',
  account: 'acc_1',
  cadence_type: 'standard',
  sequence_type: 'standard',
  steps: [
    { day: 1, channel: 'email', purpose: 'Congratulate.' },
    { day: 4, channel: 'linkedin', purpose: 'Ask again.' },
  ],
  active_period_start: '2026-11-01',
  active_period_end: null,
};
const BEGAN = 100;
const started = eventOf('sequence.started', STARTED, BEGAN);
const due = eventOf('sequence.step_due', { due_at: BEGAN + DAY_MS });
const proposed = (step = 1, action = `act_${step}`) =>
  eventOf('sequence.touch_proposed', {
    step,
    channel: 'email',
    priority_score_at_queue: 60,
    action,
    decision: 'dec_1',
  });
const suppressed = eventOf('sequence.touch_suppressed', {
  step: 1,
  channel: 'email',
  priority_score_at_queue: 60,
  suppressed_reason: 'touch_cap_exceeded',
  reasons: ['touch_cap'],
  again_at: 777,
});
const touchEnded = (result: TouchResult, step = 1, at = 5_000) =>
  eventOf('sequence.touch_ended', { action: `act_${step}`, result, ended_at: at, mode: 'live' });
const stopped = (since: number, because: 'replied' | 'opted_out' = 'replied') =>
  eventOf('sequence.stopped', { because, since });

it('has these states and events', () => {
  expect(statesOf(sequenceDefinition)).toEqual(['idle', 'waiting', 'touching', 'ended']);
  expect(eventTypesOf(sequenceDefinition)).toEqual([
    'sequence.ended',
    'sequence.started',
    'sequence.step_due',
    'sequence.stopped',
    'sequence.touch_ended',
    'sequence.touch_proposed',
    'sequence.touch_suppressed',
  ]);
});

it('waits for the day of its first touch, and begins once', () => {
  given()
    .when(started)
    .then({
      value: 'waiting',
      effects: [{ type: 'start_timer', name: 'step', at: BEGAN + DAY_MS }],
      context: { play: 'play_1', step: 1, started_at: BEGAN, due_at: BEGAN + DAY_MS, registered: false },
    });
  given(started).when(started).thenNothing();
});

it('asks the coordinator when a touch is due', () => {
  given(started)
    .when(due)
    .then({ value: 'waiting', effects: [{ type: 'coordinate' }] });
});

it('tries again what was held back, and remembers since when it was due and with which score', () => {
  given(started)
    .when(suppressed)
    .then({
      value: 'waiting',
      effects: [{ type: 'start_timer', name: 'step', at: 777 }],
      context: { registered: true, score: 60, due_at: BEGAN + DAY_MS, suppressed_reason: 'touch_cap_exceeded' },
    });
});

describe('a touch that is under way', () => {
  it('is followed by the next, as many days after it as the cadence says', () => {
    given(started, proposed())
      .when(touchEnded('executed'))
      .then({
        value: 'waiting',
        effects: [{ type: 'start_timer', name: 'step', at: 5_000 + 3 * DAY_MS }],
        context: { step: 2, due_at: 5_000 + 3 * DAY_MS, registered: false, score: null, action: null },
      });
  });

  it('counts in shadow mode as if it had been made', () => {
    given(started, proposed())
      .when(touchEnded('shadowed'))
      .then({
        value: 'waiting',
        effects: [{ type: 'start_timer', name: 'step', at: 5_000 + 3 * DAY_MS }],
      });
  });

  it('ends the sequence when it was the last', () => {
    given(started, proposed(), touchEnded('executed'), proposed(2))
      .when(touchEnded('executed', 2))
      .then({
        value: 'ended',
        effects: [{ type: 'close_sequence', withdraw: null }],
        context: { ended_because: 'completed' },
      });
  });

  it('ends the sequence when it was not made', () => {
    const ends: Partial<Record<TouchResult, SequenceEnd>> = {
      denied: 'touch_denied',
      rejected: 'touch_rejected',
      cancelled: 'touch_cancelled',
      expired: 'touch_expired',
      failed: 'touch_failed',
    };
    for (const result of TOUCH_RESULTS) {
      const { state } = given(started, proposed(), touchEnded(result));
      expect([result, (state.context as unknown as SequenceContext).ended_because]).toEqual([
        result,
        ends[result] ?? null,
      ]);
    }
  });

  it('is not ended by what happens to another action', () => {
    given(started, proposed()).when(touchEnded('executed', 2)).thenNothing();
  });
});

describe('a reply', () => {
  it('ends the sequence and its timer', () => {
    given(started)
      .when(stopped(BEGAN + 1))
      .then({
        value: 'ended',
        effects: [
          { type: 'cancel_timer', name: 'step', pending: true },
          { type: 'close_sequence', withdraw: null },
        ],
        context: { ended_because: 'replied' },
      });
  });

  it('withdraws a touch that is under way', () => {
    given(started, proposed())
      .when(stopped(BEGAN + 1))
      .then({ value: 'ended', effects: [{ type: 'close_sequence', withdraw: 'act_1' }] });
  });

  it('of before the sequence ends nothing, and an opt-out does whenever it was', () => {
    given(started)
      .when(stopped(BEGAN - 1))
      .thenNothing();
    given(started, stopped(BEGAN - 1, 'opted_out'))
      .when(due)
      .thenNothing();
  });
});

it('never comes back', () => {
  const ended = [started, eventOf('sequence.ended', { because: 'closed', reasons: [] })];
  for (const event of [started, due, proposed(), suppressed, touchEnded('executed'), stopped(BEGAN)])
    given(...ended)
      .when(event)
      .thenNothing();
});
