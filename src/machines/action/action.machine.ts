/**
 * One proposed action, from proposal to its end. It can only reach `executed` through `permitted`, and `permitted` only through the
 * gate's own event. A result that arrives for an action in any other state is kept as a fact and changes nothing.
 */
import { assign, setup } from 'xstate';

import type { Effect } from '../../domain/effects.ts';
import type { EventData, MachineEvent } from '../../domain/event-types.ts';
import { MAX_ITERATIONS, neverMigrated } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

export interface ActionContext {
  readonly proposal: EventData<'action.proposed'> | null;
  readonly approval: { readonly by: string; readonly fingerprint: string; readonly at: number } | null;
  /** Position in the partition of the event that carries the content. */
  readonly content_seq: number;
  /** Permits granted so far; the next one is numbered from here. */
  readonly permits: number;
  readonly permit: string | null;
  readonly permit_granted_at: number | null;
  readonly review: string | null;
  readonly queue: string | null;
  readonly receipt: string | null;
  readonly ended_because: string | null;
}

export const ENDED_ACTION_STATES: ReadonlySet<string> = new Set([
  'executed',
  'failed',
  'denied',
  'rejected',
  'cancelled',
  'expired',
  'shadowed',
  'uncertain',
]);

const EMPTY_ACTION: ActionContext = {
  proposal: null,
  approval: null,
  content_seq: 0,
  permits: 0,
  permit: null,
  permit_granted_at: null,
  review: null,
  queue: null,
  receipt: null,
  ended_because: null,
};

const actionSetup = setup({
  types: { context: {} as ActionContext, events: {} as MachineEvent },
  actions: {
    admit: () => {},
    start_timer: (_, _params: Params<'start_timer'>) => {},
    cancel_timer: (_, _params: Params<'cancel_timer'>) => {},
    close_action: (_, _params: Params<'close_action'>) => {},
    revoke_permit: () => {},
    close_review: (_, _params: Params<'close_review'>) => {},
    record_review_evidence: (_, _params: Params<'record_review_evidence'>) => {},
  },
});

/** Only a person can decide a held action, and only the draft that was read. */
function decidesCurrentDraft(
  context: ActionContext,
  data: EventData<'action.reviewed'>,
  decision: 'approve' | 'edit' | 'reject',
): boolean {
  return data.decision === decision && data.by_kind === 'person' && data.fingerprint === context.proposal?.fingerprint;
}

export const actionMachine = actionSetup.createMachine({
  id: 'action',
  context: EMPTY_ACTION,
  initial: 'idle',
  options: { maxIterations: MAX_ITERATIONS },
  states: {
    idle: {
      on: {
        'action.proposed': {
          target: 'proposed',
          actions: [assign({ proposal: ({ event }) => event.data, content_seq: ({ event }) => event.seq }), 'admit'],
        },
      },
    },
    /** Before the gate. */
    proposed: {
      on: {
        'action.passed': {
          target: 'permitted',
          actions: assign({
            permit: ({ event }) => event.data.permit,
            permit_granted_at: ({ event }) => event.at,
            permits: ({ context }) => context.permits + 1,
          }),
        },
        'action.shadowed': { target: 'shadowed', actions: { type: 'close_action', params: { happened: false } } },
        'action.scheduled': {
          target: 'scheduled',
          actions: { type: 'start_timer', params: ({ event }) => ({ name: 'due', at: event.data.due_at }) },
        },
        'action.held': {
          target: 'held',
          actions: [
            assign({
              review: ({ event }) => event.data.review,
              queue: ({ event }) => event.data.queue,
              approval: null,
            }),
            { type: 'start_timer', params: ({ event }) => ({ name: 'review_expiry', at: event.data.expires_at }) },
          ],
        },
        'action.denied': {
          target: 'denied',
          actions: { type: 'close_action', params: { happened: false } },
        },
      },
    },
    scheduled: {
      on: {
        'action.due': { target: 'proposed', actions: 'admit' },
        'action.reviewed': {
          guard: ({ event }) => event.data.decision === 'cancel' && event.data.by_kind === 'person',
          target: 'cancelled',
          actions: [
            { type: 'cancel_timer', params: { name: 'due', pending: true } },
            { type: 'close_action', params: { happened: false } },
          ],
        },
      },
    },
    held: {
      on: {
        'action.reviewed': [
          {
            guard: ({ context, event }) => decidesCurrentDraft(context, event.data, 'approve'),
            target: 'proposed',
            actions: [
              assign({
                approval: ({ event }) => ({ by: event.data.by, fingerprint: event.data.fingerprint, at: event.at }),
              }),
              { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
              { type: 'close_review', params: { state: 'approved' } },
              {
                type: 'record_review_evidence',
                params: ({ context }) => ({
                  kind: context.queue === 'sampled' ? 'audit_approved' : 'approved_unedited',
                  editedShare: 0,
                }),
              },
              'admit',
            ],
          },
          {
            guard: ({ context, event }) =>
              decidesCurrentDraft(context, event.data, 'edit') && event.data.edited_fingerprint !== null,
            target: 'proposed',
            actions: [
              assign({
                proposal: ({ context, event }) =>
                  context.proposal === null
                    ? null
                    : {
                        ...context.proposal,
                        fingerprint: event.data.edited_fingerprint ?? context.proposal.fingerprint,
                      },
                approval: ({ event }) => ({
                  by: event.data.by,
                  fingerprint: event.data.edited_fingerprint ?? '',
                  at: event.at,
                }),
                content_seq: ({ event }) => event.seq,
              }),
              { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
              { type: 'close_review', params: { state: 'edited' } },
              {
                type: 'record_review_evidence',
                params: ({ event }) => ({ kind: 'approved_edited', editedShare: event.data.edited_share }),
              },
              'admit',
            ],
          },
          {
            guard: ({ context, event }) => decidesCurrentDraft(context, event.data, 'reject'),
            target: 'rejected',
            actions: [
              { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
              { type: 'close_review', params: { state: 'rejected' } },
              { type: 'record_review_evidence', params: { kind: 'rejected', editedShare: 0 } },
              { type: 'close_action', params: { happened: false } },
            ],
          },
          {
            guard: ({ event }) => event.data.decision === 'cancel' && event.data.by_kind !== 'agent',
            target: 'cancelled',
            actions: [
              { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
              { type: 'close_review', params: { state: 'cancelled' } },
              { type: 'close_action', params: { happened: false } },
            ],
          },
        ],
        'action.expired': {
          // The expiry of an earlier review may come late; it does not end a later one.
          guard: ({ context, event }) => event.data.what === 'review' && event.data.id === context.review,
          target: 'expired',
          actions: [
            assign({ ended_because: 'review' }),
            { type: 'close_review', params: { state: 'expired' } },
            { type: 'close_action', params: { happened: false } },
          ],
        },
      },
    },
    permitted: {
      on: {
        'action.executed': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'executed',
          actions: [
            assign({ receipt: ({ event }) => event.data.receipt }),
            { type: 'close_action', params: { happened: true } },
          ],
        },
        'action.failed': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'failed',
          actions: [
            assign({ ended_because: ({ event }) => event.data.code }),
            { type: 'close_action', params: { happened: false } },
          ],
        },
        'action.uncertain': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'uncertain',
        },
        'action.expired': {
          guard: ({ context, event }) => event.data.what === 'permit' && event.data.id === context.permit,
          target: 'expired',
          actions: [
            assign({ ended_because: 'permit' }),
            'revoke_permit',
            { type: 'close_action', params: { happened: false } },
          ],
        },
        'action.reviewed': {
          guard: ({ event }) => event.data.decision === 'cancel' && event.data.by_kind !== 'agent',
          target: 'cancelled',
          actions: ['revoke_permit', { type: 'close_action', params: { happened: false } }],
        },
      },
    },
    /** The channel may or may not have acted; only an answer from the channel or a person's word resolves it. */
    uncertain: {
      on: {
        'action.executed': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'executed',
          actions: [
            assign({ receipt: ({ event }) => event.data.receipt }),
            { type: 'close_action', params: { happened: true } },
          ],
        },
        'action.failed': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'failed',
          actions: [
            assign({ ended_because: ({ event }) => event.data.code }),
            { type: 'close_action', params: { happened: false } },
          ],
        },
        'action.resumed': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'permitted',
        },
      },
    },
    executed: {},
    failed: {},
    denied: {},
    rejected: {},
    cancelled: {},
    expired: {},
    shadowed: {},
  },
});

export const actionDefinition: MachineDefinition = {
  kind: 'action',
  version: 1,
  machine: actionMachine,
  migrate: neverMigrated,
};
