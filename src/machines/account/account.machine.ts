/**
 * One company. Its state follows what the CRM says of it and what its people show; a customer that asks for more is still triaged,
 * an excluded account (partner, competitor, employer) is not acted on.
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
  unitedSubject,
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

/** States in which nothing is decided for the account as a whole. */
export const CLOSED_ACCOUNT_STATES: ReadonlySet<string> = new Set(['excluded']);

const accountSetup = setup({
  types: { context: {} as SubjectContext, events: {} as MachineEvent },
  actions: {
    triage: (_, _params: Params<'triage'>) => {},
    decide: () => {},
    start_timer: (_, _params: Params<'start_timer'>) => {},
    cancel_timer: (_, _params: Params<'cancel_timer'>) => {},
    link_outcome: () => {},
    record_outcome_evidence: () => {},
  },
  guards: {
    excluded: ({ context }) => {
      const { relations } = unitedSubject(context).account_facts;
      return relations?.competitor === true || relations?.partner === true || relations?.employee === true;
    },
    customer: ({ context }) => unitedSubject(context).account_facts.relations?.customer === true,
    opportunity: ({ context }) => unitedSubject(context).account_facts.relations?.open_opportunity === true,
    /** An outcome says it as long as the CRM does not say otherwise. */
    hasWon: ({ context }) => {
      const { outcomes, account_facts: facts } = unitedSubject(context);
      return (outcomes['won'] ?? 0) > 0 && facts.relations?.customer === undefined;
    },
    hasOpportunity: ({ context }) => {
      const { outcomes, account_facts: facts } = unitedSubject(context);
      return (outcomes['opportunity_created'] ?? 0) > 0 && facts.relations?.open_opportunity === undefined;
    },
  },
});

export const accountMachine = accountSetup.createMachine({
  id: 'account',
  context: EMPTY_SUBJECT,
  initial: 'prospect',
  options: { maxIterations: MAX_ITERATIONS },
  on: {
    'signal.received': {
      target: '.sorting',
      actions: [
        assign(({ context, event }) => withSignal(context, event.data)),
        { type: 'triage', params: { trigger: 'signal' } },
      ],
    },
    'signal.observed': { target: '.sorting', actions: assign(({ context, event }) => withSignal(context, event.data)) },
    'profile.updated': {
      target: '.sorting',
      actions: assign(({ context, event }) => withProfile(context, event.data)),
    },
    'identity.joined': { target: '.sorting', actions: assign(({ context, event }) => withJoined(context, event.data)) },
    'identity.parted': {
      target: '.sorting',
      actions: assign(({ context, event }) => withoutJoined(context, event.data)),
    },
    'identity.restored': { actions: assign(({ context, event }) => withRestored(context, event.data)) },
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
    'outcome.linked': {
      actions: [assign(({ context, event }) => withLinkedOutcome(context, event.data)), 'record_outcome_evidence'],
    },
    'outcome.corrected': {
      target: '.sorting',
      actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
    },
    'outcome.retracted': {
      target: '.sorting',
      actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
    },
    'outcome.recorded': [
      {
        guard: ({ event }) => event.data.standing === true,
        target: '.sorting',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'won',
        target: '.customer',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      {
        guard: ({ event }) => event.data.outcome_type === 'opportunity_created',
        target: '.opportunity',
        actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'],
      },
      { actions: [assign(({ context, event }) => withOutcome(context, event)), 'link_outcome'] },
    ],
  },
  states: {
    prospect: {},
    engaged: {},
    opportunity: {},
    customer: {},
    excluded: {},
    /** Decides at once which state the known relations put the account in. */
    sorting: {
      always: [
        { guard: 'excluded', target: 'excluded' },
        { guard: 'customer', target: 'customer' },
        { guard: 'opportunity', target: 'opportunity' },
        { guard: 'hasWon', target: 'customer' },
        { guard: 'hasOpportunity', target: 'opportunity' },
        { guard: ({ context }) => unitedSubject(context).signals > 0, target: 'engaged' },
        { target: 'prospect' },
      ],
    },
  },
});

export const accountDefinition: MachineDefinition = {
  kind: 'account',
  version: 3,
  machine: accountMachine,
  // Version 2 takes corrections of outcomes in, version 3 remembers what was executed; neither changes a state that is stored.
  migrate: (state) => state,
};
