/**
 * The pursuit of one person. States follow the funnel; a signal is triaged in every state, so that the reason for doing nothing is
 * recorded too. Won, lost and opted out are closed: nothing is decided there, but facts are still taken in. Of a person who objected
 * nothing more is scored, and of one who was erased nothing is remembered.
 */
import { assign, setup } from 'xstate';

import type { Effect } from '../../domain/effects.ts';
import type { MachineEvent } from '../../domain/event-types.ts';
import { MAX_ITERATIONS } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';
import {
  awaitsExecution,
  changesObjections,
  EMPTY_SUBJECT,
  isStanding,
  funnelStateOf,
  withDecision,
  withExecution,
  withJoined,
  withLinkedOutcome,
  withoutJoined,
  withNote,
  withoutObjections,
  withOutcome,
  withProfile,
  withRestored,
  withSignal,
  withTriage,
} from '../subject-context.ts';
import type { SubjectContext } from '../subject-context.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

/** States in which nothing more is decided for the person. */
export const CLOSED_LEAD_STATES: ReadonlySet<string> = new Set(['won', 'lost', 'opted_out', 'objected', 'erased']);

/** Where outcomes can put a person. */
const FUNNEL_STATES = ['opted_out', 'won', 'lost', 'meeting', 'qualified', 'engaged', 'new'] as const;

const leadSetup = setup({
  types: { context: {} as SubjectContext, events: {} as MachineEvent },
  actions: {
    triage: (_, _params: Params<'triage'>) => {},
    decide: () => {},
    start_timer: (_, _params: Params<'start_timer'>) => {},
    cancel_timer: (_, _params: Params<'cancel_timer'>) => {},
    link_outcome: () => {},
    record_outcome_evidence: () => {},
    withdraw: () => {},
  },
});

export const leadMachine = leadSetup.createMachine({
  id: 'lead',
  context: EMPTY_SUBJECT,
  initial: 'new',
  options: { maxIterations: MAX_ITERATIONS },
  on: {
    'signal.received': {
      actions: [
        assign(({ context, event }) => withSignal(context, event.data)),
        { type: 'triage', params: { trigger: 'signal' } },
      ],
    },
    'profile.updated': { actions: assign(({ context, event }) => withProfile(context, event.data)) },
    'identity.joined': { actions: assign(({ context, event }) => withJoined(context, event.data)) },
    'identity.parted': { actions: assign(({ context, event }) => withoutJoined(context, event.data)) },
    'identity.restored': { actions: assign(({ context, event }) => withRestored(context, event.data)) },
    'identity.reparented': { actions: assign({ account: ({ event }) => event.data.account }) },
    'note.recorded': {
      guard: ({ context, event }) => changesObjections(context, event.data),
      actions: assign(({ context, event }) => withNote(context, event.data)),
    },
    'note.retracted': {
      guard: ({ context, event }) => isStanding(context, event.data.note),
      actions: assign(({ context, event }) => withoutObjections(context, [event.data.note])),
    },
    'retriage.due': { actions: { type: 'triage', params: { trigger: 'retriage' } } },
    'signal.triaged': [
      {
        guard: ({ event }) => event.data.verdict === 'act',
        actions: [
          { type: 'cancel_timer', params: ({ context }) => ({ name: 'retriage', pending: context.look_pending }) },
          assign(({ context, event }) => withTriage(context, event.data, event.at)),
          'decide',
        ],
      },
      {
        guard: ({ event }) => event.data.verdict === 'later',
        actions: [
          assign(({ context, event }) => withTriage(context, event.data, event.at)),
          { type: 'start_timer', params: ({ event }) => ({ name: 'retriage', at: event.data.again_at ?? event.at }) },
        ],
      },
      { actions: assign(({ context, event }) => withTriage(context, event.data, event.at)) },
    ],
    'decision.made': { actions: assign(({ context, event }) => withDecision(context, event.data, event.at)) },
    'decision.executed': {
      guard: ({ context, event }) => awaitsExecution(context, event.data.decision),
      actions: assign(({ context, event }) => withExecution(context, event.data)),
    },
    'subject.held': {
      actions: assign({ hold: ({ event }) => ({ by: event.data.by, reason: event.data.reason, at: event.at }) }),
    },
    'subject.released': { actions: assign({ hold: undefined }) },
    'outcome.corrected': {
      target: '.sorting',
      actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
    },
    'outcome.retracted': {
      target: '.sorting',
      actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
    },
    'outcome.linked': {
      actions: [assign(({ context, event }) => withLinkedOutcome(context, event.data)), 'record_outcome_evidence'],
    },
    'subject.objected': {
      target: '.objected',
      actions: [
        { type: 'cancel_timer', params: ({ context }) => ({ name: 'retriage', pending: context.look_pending }) },
        assign(({ context }) => unscored(context)),
        'withdraw',
      ],
    },
    'subject.erased': {
      target: '.erased',
      actions: [
        { type: 'cancel_timer', params: ({ context }) => ({ name: 'retriage', pending: context.look_pending }) },
        assign(({ context }) => forgotten(context)),
        'withdraw',
      ],
    },
    'outcome.recorded': [
      {
        guard: ({ event }) => event.data.standing === true,
        target: '.sorting',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'unsubscribe' || event.data.outcome_type === 'complaint',
        target: '.opted_out',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'won',
        target: '.won',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'lost',
        target: '.lost',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'meeting_booked',
        target: '.meeting',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) =>
          event.data.outcome_type === 'reply_positive' || event.data.outcome_type === 'opportunity_created',
        target: '.qualified',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      { actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'] },
    ],
  },
  states: {
    new: {
      on: {
        'signal.received': {
          target: 'engaged',
          actions: [
            assign(({ context, event }) => withSignal(context, event.data)),
            { type: 'triage', params: { trigger: 'signal' } },
          ],
        },
      },
    },
    engaged: {},
    qualified: {},
    meeting: {},
    won: {},
    lost: {},
    opted_out: {
      on: {
        // An opt-out is final as long as it stands: a later good outcome is remembered, but does not reopen the person.
        'outcome.recorded': {
          actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
        },
      },
    },
    /** Decides at once where the outcomes that stand put the person. */
    sorting: {
      always: FUNNEL_STATES.map((state) => ({
        guard: ({ context }: { readonly context: SubjectContext }) => funnelStateOf(context) === state,
        target: state,
      })),
    },
    objected: {
      on: {
        'signal.received': { actions: { type: 'triage', params: { trigger: 'signal' } } },
        'outcome.recorded': {
          actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
        },
        'outcome.corrected': {
          actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
        },
        'outcome.retracted': {
          actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
        },
        'subject.objected': {},
      },
    },
    erased: {
      on: {
        'signal.received': { actions: { type: 'triage', params: { trigger: 'signal' } } },
        'profile.updated': {},
        'note.recorded': {},
        'decision.made': {},
        'decision.executed': {},
        'outcome.recorded': {},
        'outcome.corrected': {},
        'outcome.retracted': {},
        'outcome.linked': {},
        'subject.objected': {},
        'subject.erased': {},
        'subject.held': {},
      },
    },
  },
});

/** Without the interest that was computed of the person. */
function unscored(context: SubjectContext): SubjectContext {
  return {
    ...context,
    intent: EMPTY_SUBJECT.intent,
    later_count: 0,
    look_pending: false,
    ...(context.objections === undefined ? {} : { objections: [] }),
  };
}

/** What is left of an erased person: that there was one, whose account it was, and which decisions must not be made again. */
function forgotten({
  account,
  first_seen_at,
  decisions,
  joined,
  outcome_log: log,
  objections,
}: SubjectContext): SubjectContext {
  // A machine keeps a member that its new context leaves out, so these are emptied.
  return {
    ...EMPTY_SUBJECT,
    account,
    first_seen_at,
    decisions,
    ...(joined === undefined ? {} : { joined: [] }),
    ...(log === undefined ? {} : { outcome_log: [] }),
    ...(objections === undefined ? {} : { objections: [] }),
  };
}

export const leadDefinition: MachineDefinition = {
  kind: 'lead',
  version: 4,
  machine: leadMachine,
  // Version 2 has two more states, version 3 remembers legal holds and takes corrections in, version 4 remembers what was executed; none
  // changes a state that is stored.
  migrate: (state) => state,
};
