/**
 * The touches of one play for one person, one after the other. Each is an action of its own that goes through the gate; the sequence knows
 * which is next and when, and waits for the one before to end. It knows no way to send anything.
 * Source: GTM OS AGT-302, v22 and v29.
 */
import { assign, setup } from 'xstate';

import { isMade } from '../../domain/cadence.ts';
import type { CadenceType, SequenceEnd, SequenceStep, SequenceType, TouchResult } from '../../domain/cadence.ts';
import type { Effect } from '../../domain/effects.ts';
import type { EventData, MachineEvent } from '../../domain/event-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { MAX_ITERATIONS, neverMigrated } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

export interface SequenceContext {
  readonly play: string | null;
  readonly originating_proposal_id: string | null;
  /** Where the play lives, and its segment; null for a play of one account. */
  readonly play_scope: string | null;
  readonly segment: string | null;
  readonly person: string | null;
  readonly account: string | null;
  readonly cadence_type: CadenceType | null;
  readonly sequence_type: SequenceType | null;
  readonly steps: readonly SequenceStep[];
  readonly started_at: number | null;
  /** The touch that is next or under way, from 1. */
  readonly step: number;
  /** Since when this touch is due; what is tried again stays due since then. */
  readonly due_at: number | null;
  /** Whether the coordinator has taken this touch up, and with which score; that is said once. */
  readonly registered: boolean;
  readonly score: number | null;
  /** Why it was held back the last time. */
  readonly suppressed_reason: string | null;
  /** The action of the touch that is under way. */
  readonly action: string | null;
  readonly ended_because: SequenceEnd | null;
}

const EMPTY_SEQUENCE: SequenceContext = {
  play: null,
  originating_proposal_id: null,
  play_scope: null,
  segment: null,
  person: null,
  account: null,
  cadence_type: null,
  sequence_type: null,
  steps: [],
  started_at: null,
  step: 1,
  due_at: null,
  registered: false,
  score: null,
  suppressed_reason: null,
  action: null,
  ended_because: null,
};

const sequenceSetup = setup({
  types: { context: {} as SequenceContext, events: {} as MachineEvent },
  actions: {
    coordinate: () => {},
    start_timer: (_, _params: Params<'start_timer'>) => {},
    cancel_timer: (_, _params: Params<'cancel_timer'>) => {},
    close_sequence: (_, _params: Params<'close_sequence'>) => {},
  },
});

type Started = EventData<'sequence.started'>;
type TouchEnded = EventData<'sequence.touch_ended'>;

function dayOf(steps: readonly SequenceStep[], step: number): number {
  return steps[step - 1]?.day ?? 0;
}

function firstDueAt({ steps }: Started, at: number): number {
  return at + dayOf(steps, 1) * DAY_MS;
}

/** As many days after this touch as the cadence has between the two. */
function nextDueAt({ steps, step }: SequenceContext, { ended_at: endedAt }: TouchEnded): number {
  return endedAt + (dayOf(steps, step + 1) - dayOf(steps, step)) * DAY_MS;
}

function begun(data: Started, at: number): Partial<SequenceContext> {
  const { active_period_start: _start, active_period_end: _end, ...rest } = data;
  return { ...rest, started_at: at, due_at: firstDueAt(data, at) };
}

function endOf(result: TouchResult): SequenceEnd {
  switch (result) {
    case 'executed':
    case 'shadowed':
      return 'completed';
    case 'denied':
    case 'rejected':
    case 'cancelled':
    case 'expired':
    case 'failed':
      return `touch_${result}`;
  }
}

/** What was said before the sequence began stops nothing. */
function isNews(context: SequenceContext, data: EventData<'sequence.stopped'>): boolean {
  return data.because === 'opted_out' || data.since >= (context.started_at ?? 0);
}

const NO_TIMER = { type: 'cancel_timer', params: { name: 'step', pending: true } } as const;
const KEEP_TOUCH = { type: 'close_sequence', params: { withdraw: null } } as const;

export const sequenceMachine = sequenceSetup.createMachine({
  id: 'sequence',
  context: EMPTY_SEQUENCE,
  initial: 'idle',
  options: { maxIterations: MAX_ITERATIONS },
  states: {
    idle: {
      on: {
        'sequence.started': {
          target: 'waiting',
          actions: [
            assign(({ event }) => begun(event.data, event.at)),
            {
              type: 'start_timer',
              params: ({ event }) => ({ name: 'step', at: firstDueAt(event.data, event.at) }),
            },
          ],
        },
      },
    },
    /** For the day of the next touch, or to try it again. */
    waiting: {
      on: {
        'sequence.step_due': { actions: 'coordinate' },
        'sequence.touch_proposed': {
          target: 'touching',
          actions: assign({
            action: ({ event }) => event.data.action,
            registered: true,
            score: ({ event }) => event.data.priority_score_at_queue,
            suppressed_reason: null,
          }),
        },
        'sequence.touch_suppressed': {
          actions: [
            assign({
              registered: true,
              score: ({ event }) => event.data.priority_score_at_queue,
              suppressed_reason: ({ event }) => event.data.suppressed_reason,
            }),
            { type: 'start_timer', params: ({ event }) => ({ name: 'step', at: event.data.again_at }) },
          ],
        },
        'sequence.stopped': {
          guard: ({ context, event }) => isNews(context, event.data),
          target: 'ended',
          actions: [assign({ ended_because: ({ event }) => event.data.because }), NO_TIMER, KEEP_TOUCH],
        },
        'sequence.ended': {
          target: 'ended',
          actions: [assign({ ended_because: ({ event }) => event.data.because }), KEEP_TOUCH],
        },
      },
    },
    /** A touch is before the gate, in review, scheduled or under way. */
    touching: {
      on: {
        'sequence.touch_ended': [
          {
            guard: ({ context, event }) =>
              event.data.action === context.action && isMade(event.data.result) && context.step < context.steps.length,
            target: 'waiting',
            actions: [
              {
                type: 'start_timer',
                params: ({ context, event }) => ({ name: 'step', at: nextDueAt(context, event.data) }),
              },
              assign({
                due_at: ({ context, event }) => nextDueAt(context, event.data),
                step: ({ context }) => context.step + 1,
                registered: false,
                score: null,
                action: null,
              }),
            ],
          },
          {
            guard: ({ context, event }) => event.data.action === context.action,
            target: 'ended',
            actions: [assign({ ended_because: ({ event }) => endOf(event.data.result) }), KEEP_TOUCH],
          },
        ],
        'sequence.stopped': {
          guard: ({ context, event }) => isNews(context, event.data),
          target: 'ended',
          actions: [
            assign({ ended_because: ({ event }) => event.data.because }),
            { type: 'close_sequence', params: ({ context }) => ({ withdraw: context.action }) },
          ],
        },
      },
    },
    ended: {},
  },
});

export const sequenceDefinition: MachineDefinition = {
  kind: 'sequence',
  version: 1,
  machine: sequenceMachine,
  migrate: neverMigrated,
};
