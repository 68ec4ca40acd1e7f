/**
 * One sales play, from a brain's draft to its end. There is no way back: what was rejected or retired is drafted anew. Approvals count for
 * the revision that was read, so an edit takes them back. Source: SalesPlayLibrary, state machine.
 */
import { assign, setup } from 'xstate';

import type { Brain } from '../../domain/brain.ts';
import type { Effect } from '../../domain/effects.ts';
import type { EventData, MachineEvent } from '../../domain/event-types.ts';
import { endOfDay, PLAY_EDITS_MAX } from '../../domain/play.ts';
import type {
  PlayApprover,
  PlayContent,
  PlayScope,
  PlayWorked,
  RetireReason,
  Retrospective,
} from '../../domain/play.ts';
import { completesApproval, isApproval } from '../../policies/play-acts.ts';
import { MAX_ITERATIONS, neverMigrated } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

export type PlayEdit = EventData<'play.edited'> & { readonly at: number };

export interface PlayContext {
  readonly scope: PlayScope | null;
  readonly segment: string | null;
  readonly account: string | null;
  readonly brain: Brain | null;
  readonly originating_proposal_id: string | null;
  readonly created_at: number | null;
  /** As the brain drafted it, word by word. Null until it has. */
  readonly drafted: PlayContent | null;
  readonly worked: PlayWorked | null;
  /** How often it was edited. */
  readonly revision: number;
  readonly edits: readonly PlayEdit[];
  readonly picked_up_by: string | null;
  readonly picked_up_at: number | null;
  readonly approvals: { readonly [Approver in PlayApprover]: string | null };
  readonly activated_at: number | null;
  readonly retired_at: number | null;
  /** Null when the end date retired it. */
  readonly retired_by: string | null;
  readonly retire_reason: RetireReason | null;
  readonly retrospectives: readonly (Retrospective & { readonly by: string; readonly at: number })[];
}

const NO_APPROVALS: PlayContext['approvals'] = { SLM: null, RevOps: null };

const EMPTY_PLAY: PlayContext = {
  scope: null,
  segment: null,
  account: null,
  brain: null,
  originating_proposal_id: null,
  created_at: null,
  drafted: null,
  worked: null,
  revision: 0,
  edits: [],
  picked_up_by: null,
  picked_up_at: null,
  approvals: NO_APPROVALS,
  activated_at: null,
  retired_at: null,
  retired_by: null,
  retire_reason: null,
  retrospectives: [],
};

const playSetup = setup({
  types: { context: {} as PlayContext, events: {} as MachineEvent },
  actions: {
    activate_play: () => {},
    free_play: () => {},
    sunset_play: () => {},
    start_timer: (_, _params: Params<'start_timer'>) => {},
    cancel_timer: (_, _params: Params<'cancel_timer'>) => {},
  },
});

function proposed(data: EventData<'play.proposed'>, at: number): Partial<PlayContext> {
  const { scope, segment, account, brain, originating_proposal_id, content } = data;
  return {
    scope,
    segment,
    account,
    brain,
    originating_proposal_id,
    created_at: at,
    drafted: content,
    worked: { ...content, active_period_start: null, active_period_end: null },
  };
}

const approve = assign<PlayContext, Extract<MachineEvent, { type: 'play.approved' }>, undefined, MachineEvent, never>({
  approvals: ({ context, event }) => ({ ...context.approvals, [event.data.authority]: event.data.by }),
});

const retire = assign<PlayContext, Extract<MachineEvent, { type: 'play.retired' }>, undefined, MachineEvent, never>({
  retired_at: ({ event }) => event.at,
  retired_by: ({ event }) => event.data.by,
  retire_reason: ({ event }) => event.data.retire_reason,
});

const activate = assign<PlayContext, Extract<MachineEvent, { type: 'play.activated' }>, undefined, MachineEvent, never>(
  {
    activated_at: ({ event }) => event.at,
    worked: ({ context, event }) =>
      context.worked === null ? null : { ...context.worked, active_period_start: event.data.active_period_start },
  },
);

/** What is left of a play that was kept long enough: that there was one, for whom, and when it ended. */
function purged({ scope, segment, account, brain, retired_at, retire_reason }: PlayContext): PlayContext {
  return { ...EMPTY_PLAY, scope, segment, account, brain, retired_at, retire_reason };
}

const measured = {
  actions: assign<PlayContext, Extract<MachineEvent, { type: 'play.measured' }>, undefined, MachineEvent, never>({
    retrospectives: ({ context, event }) => [
      ...context.retrospectives.filter((item) => item.quarter !== event.data.outcomes.quarter),
      { ...event.data.outcomes, by: event.data.by, at: event.at },
    ],
  }),
};

export const playMachine = playSetup.createMachine({
  id: 'play',
  context: EMPTY_PLAY,
  initial: 'draft',
  options: { maxIterations: MAX_ITERATIONS },
  states: {
    /** A brain has proposed it. Nobody may change it, and nothing is done under it. */
    draft: {
      on: {
        'play.proposed': {
          guard: ({ context }) => context.drafted === null,
          actions: assign(({ event }) => proposed(event.data, event.at)),
        },
        'play.picked_up': {
          guard: ({ context }) => context.drafted !== null,
          target: 'under_review',
          actions: assign({ picked_up_by: ({ event }) => event.data.by, picked_up_at: ({ event }) => event.at }),
        },
        'play.retired': {
          guard: ({ context, event }) => context.drafted !== null && event.data.retire_reason === 'rejected_at_draft',
          target: 'retired',
          actions: retire,
        },
      },
    },
    /** People work it out. */
    under_review: {
      on: {
        'play.edited': {
          guard: ({ context, event }) =>
            event.data.revision === context.revision && context.edits.length < PLAY_EDITS_MAX,
          actions: assign({
            worked: ({ event }) => event.data.after,
            revision: ({ context }) => context.revision + 1,
            edits: ({ context, event }) => [...context.edits, { ...event.data, at: event.at }],
            approvals: NO_APPROVALS,
          }),
        },
        'play.approved': [
          {
            guard: ({ context, event }) => completesApproval(context, event.data),
            actions: [approve, 'activate_play'],
          },
          { guard: ({ context, event }) => isApproval(context, event.data), actions: approve },
        ],
        'play.activated': [
          {
            guard: ({ context }) => isApproved(context) && sunsetOf(context) !== null,
            target: 'active',
            actions: [
              activate,
              {
                type: 'start_timer',
                params: ({ context, event }) => ({ name: 'sunset', at: sunsetOf(context) ?? event.at }),
              },
            ],
          },
          { guard: ({ context }) => isApproved(context), target: 'active', actions: activate },
        ],
        'play.retired': {
          guard: ({ event }) => event.data.retire_reason === 'rejected_at_review',
          target: 'retired',
          actions: retire,
        },
      },
    },
    /** Carried out. */
    active: {
      on: {
        'play.sunset_due': { actions: 'sunset_play' },
        'play.measured': measured,
        'play.retired': {
          guard: ({ event }) =>
            event.data.retire_reason !== 'rejected_at_draft' && event.data.retire_reason !== 'rejected_at_review',
          target: 'retired',
          actions: [
            retire,
            'free_play',
            {
              type: 'cancel_timer',
              params: ({ context }) => ({ name: 'sunset', pending: sunsetOf(context) !== null }),
            },
          ],
        },
      },
    },
    retired: {
      on: {
        'play.measured': measured,
        'play.purged': {
          guard: ({ context }) => context.drafted !== null,
          actions: assign(({ context }) => purged(context)),
        },
      },
    },
  },
});

function isApproved({ approvals }: PlayContext): boolean {
  return approvals.SLM !== null && approvals.RevOps !== null;
}

/** When the end date is over; null for a play without one. */
function sunsetOf({ worked }: PlayContext): number | null {
  const end = worked?.active_period_end ?? null;
  return end === null ? null : endOfDay(end);
}

export const playDefinition: MachineDefinition = {
  kind: 'play',
  version: 1,
  machine: playMachine,
  migrate: neverMigrated,
};
