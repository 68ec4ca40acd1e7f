/**
 * One proposed action, from proposal to its end. It can only reach `executed` through `permitted`, and `permitted` only through the
 * gate's own event. A result that arrives for an action in any other state is kept as a fact and changes nothing.
 */
import { assign, setup } from 'xstate';

import type { Effect } from '../../domain/effects.ts';
import type { EventData, MachineEvent, Wait } from '../../domain/event-types.ts';
import { MAX_ITERATIONS } from '../definition.ts';
import type { MachineDefinition, MachineState } from '../definition.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

export interface Approval {
  readonly by: string;
  readonly fingerprint: string;
  readonly at: number;
}

export interface ActionContext {
  readonly proposal: EventData<'action.proposed'> | null;
  /** The approval with which it was approved, once there are enough. */
  readonly approval: Approval | null;
  /** Those of the draft as it is now, each of another person. */
  readonly approvals: readonly Approval[];
  readonly approvals_needed: number;
  /** Position of the event that carries the draft as it was proposed. */
  readonly proposed_seq: number;
  /** How often somebody decided its reviews; the next decision is numbered from here. */
  readonly decided: number;
  readonly review_expires_at: number | null;
  readonly snoozed_until: number | null;
  readonly assigned_to: string | null;
  /** What the last approval told trust, so that it can be taken back. */
  readonly evidence: Params<'withdraw_review_evidence'>['evidence'];
  /** While it is scheduled: until when, and what for when the gate has passed it. */
  readonly due_at: number | null;
  readonly waits: Wait | null;
  /** The end of the time for a veto; it waits once. */
  readonly veto_until: number | null;
  /** A person said that it need not wait any longer. */
  readonly hastened: boolean;
  /** Position in the partition of the event that carries the content. */
  readonly content_seq: number;
  /** Permits granted so far; the next one is numbered from here. */
  readonly permits: number;
  readonly permit: string | null;
  readonly permit_granted_at: number | null;
  readonly review: string | null;
  readonly queue: string | null;
  readonly receipt: string | null;
  /** When it was executed; null when it was not, or before this was kept. */
  readonly executed_at: number | null;
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
  approvals: [],
  approvals_needed: 1,
  proposed_seq: 0,
  decided: 0,
  review_expires_at: null,
  snoozed_until: null,
  assigned_to: null,
  evidence: null,
  due_at: null,
  waits: null,
  veto_until: null,
  hastened: false,
  content_seq: 0,
  permits: 0,
  permit: null,
  permit_granted_at: null,
  review: null,
  queue: null,
  receipt: null,
  executed_at: null,
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
    withdraw_review_evidence: (_, _params: Params<'withdraw_review_evidence'>) => {},
  },
});

type Reviewed = EventData<'action.reviewed'>;

/** Only a person can decide a held action, and only the draft that was read. */
function decidesCurrentDraft(context: ActionContext, data: Reviewed, decision: 'approve' | 'edit' | 'reject'): boolean {
  return data.decision === decision && data.by_kind === 'person' && data.fingerprint === context.proposal?.fingerprint;
}

/** The approvals that there are with this one. Nobody counts twice; where several are needed, who proposed it does not count at all. */
function withApproval(context: ActionContext, data: Reviewed, at: number): readonly Approval[] {
  const fingerprint = data.decision === 'edit' ? (data.edited_fingerprint ?? '') : data.fingerprint;
  const others = context.approvals.filter((item) => item.fingerprint === fingerprint && item.by !== data.by);
  if (context.approvals_needed > 1 && data.by === context.proposal?.proposer) return others;
  return [...others, { by: data.by, fingerprint, at }];
}

function suffices(context: ActionContext, data: Reviewed): boolean {
  return withApproval(context, data, 0).length >= context.approvals_needed;
}

/** The draft as it was edited. */
function edited(context: ActionContext, data: Reviewed): ActionContext['proposal'] {
  if (context.proposal === null) return null;
  return { ...context.proposal, fingerprint: data.edited_fingerprint ?? context.proposal.fingerprint };
}

/** Time that is there for people to say no. */
function isWindow(waits: Wait | null): boolean {
  return waits === 'undo' || waits === 'veto';
}

function editEvidence(data: Reviewed): Params<'record_review_evidence'> {
  return { kind: 'approved_edited', editedShare: data.edited_share };
}

const NOT_WAITING = { due_at: null, waits: null } as const;
const NOT_IN_REVIEW = { snoozed_until: null, review_expires_at: null } as const;

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
          actions: [
            assign({
              proposal: ({ event }) => event.data,
              content_seq: ({ event }) => event.seq,
              proposed_seq: ({ event }) => event.seq,
            }),
            'admit',
          ],
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
          actions: [
            assign({
              due_at: ({ event }) => event.data.due_at,
              waits: ({ event }) => event.data.waits ?? null,
              veto_until: ({ context, event }) =>
                event.data.waits === 'veto' ? event.data.due_at : context.veto_until,
              hastened: false,
            }),
            { type: 'start_timer', params: ({ event }) => ({ name: 'due', at: event.data.due_at }) },
          ],
        },
        'action.held': {
          target: 'held',
          actions: [
            assign({
              review: ({ event }) => event.data.review,
              queue: ({ event }) => event.data.queue,
              approval: null,
              approvals: [],
              approvals_needed: ({ event }) => event.data.approvals_needed ?? 1,
              review_expires_at: ({ event }) => event.data.expires_at,
              evidence: null,
              hastened: false,
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
        'action.due': { target: 'proposed', actions: [assign(NOT_WAITING), 'admit'] },
        'action.called': {
          // A time that people have to say no, or that reviewers lack, goes on.
          guard: ({ context }) => context.waits === null,
          target: 'proposed',
          actions: [assign(NOT_WAITING), { type: 'cancel_timer', params: { name: 'due', pending: true } }, 'admit'],
        },
        'action.moved': {
          // Nobody shortens the time in which others may still say no.
          guard: ({ context, event }) =>
            event.data.by_kind === 'person' && (!isWindow(context.waits) || event.data.due_at >= (context.due_at ?? 0)),
          actions: [
            assign({ due_at: ({ event }) => event.data.due_at }),
            { type: 'start_timer', params: ({ event }) => ({ name: 'due', at: event.data.due_at }) },
          ],
        },
        'action.hastened': {
          guard: ({ event }) => event.data.by_kind === 'person',
          target: 'proposed',
          actions: [
            assign({ ...NOT_WAITING, hastened: true }),
            { type: 'cancel_timer', params: { name: 'due', pending: true } },
            'admit',
          ],
        },
        'action.undone': {
          guard: ({ context, event }) =>
            context.waits === 'undo' && event.data.by_kind === 'person' && event.data.review === context.review,
          target: 'held',
          actions: [
            { type: 'withdraw_review_evidence', params: ({ context }) => ({ evidence: context.evidence }) },
            assign({
              ...NOT_WAITING,
              approval: null,
              approvals: [],
              evidence: null,
              review_expires_at: ({ event }) => event.data.expires_at,
            }),
            { type: 'cancel_timer', params: { name: 'due', pending: true } },
            { type: 'start_timer', params: ({ event }) => ({ name: 'review_expiry', at: event.data.expires_at }) },
          ],
        },
        'action.reviewed': {
          guard: ({ event }) => event.data.decision === 'cancel' && event.data.by_kind !== 'agent',
          target: 'cancelled',
          actions: [
            assign(NOT_WAITING),
            { type: 'cancel_timer', params: { name: 'due', pending: true } },
            { type: 'close_action', params: { happened: false } },
          ],
        },
      },
    },
    held: {
      on: {
        'action.called': {
          // What a person has to read anyway waits for that.
          guard: ({ context }) => context.queue === 'blocked',
          target: 'proposed',
          actions: [
            assign(NOT_IN_REVIEW),
            { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
            { type: 'close_review', params: { state: 'cancelled' } },
            'admit',
          ],
        },
        'action.snoozed': {
          guard: ({ context, event }) => event.data.review === context.review,
          actions: assign({ snoozed_until: ({ event }) => event.data.until }),
        },
        'action.assigned': {
          guard: ({ context, event }) => event.data.review === context.review,
          actions: assign({ assigned_to: ({ event }) => event.data.to }),
        },
        'action.reviewed': [
          {
            guard: ({ context, event }) =>
              decidesCurrentDraft(context, event.data, 'approve') && !suffices(context, event.data),
            actions: assign({
              approvals: ({ context, event }) => withApproval(context, event.data, event.at),
              decided: ({ context }) => context.decided + 1,
            }),
          },
          {
            guard: ({ context, event }) => decidesCurrentDraft(context, event.data, 'approve'),
            target: 'proposed',
            actions: [
              assign({
                approval: ({ event }) => ({ by: event.data.by, fingerprint: event.data.fingerprint, at: event.at }),
                approvals: ({ context, event }) => withApproval(context, event.data, event.at),
                decided: ({ context }) => context.decided + 1,
                evidence: ({ context, event }) => ({
                  kind: context.queue === 'sampled' ? ('audit_approved' as const) : ('approved_unedited' as const),
                  share: 0,
                  at: event.at,
                }),
                ...NOT_IN_REVIEW,
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
            // The new draft still lacks somebody who has read it.
            guard: ({ context, event }) =>
              decidesCurrentDraft(context, event.data, 'edit') &&
              event.data.edited_fingerprint !== null &&
              !suffices(context, event.data),
            actions: [
              { type: 'record_review_evidence', params: ({ event }) => editEvidence(event.data) },
              assign({
                proposal: ({ context, event }) => edited(context, event.data),
                approvals: ({ context, event }) => withApproval(context, event.data, event.at),
                decided: ({ context }) => context.decided + 1,
                content_seq: ({ event }) => event.seq,
              }),
            ],
          },
          {
            guard: ({ context, event }) =>
              decidesCurrentDraft(context, event.data, 'edit') && event.data.edited_fingerprint !== null,
            target: 'proposed',
            actions: [
              assign({
                proposal: ({ context, event }) => edited(context, event.data),
                approvals: ({ context, event }) => withApproval(context, event.data, event.at),
                decided: ({ context }) => context.decided + 1,
                evidence: ({ event }) => ({
                  kind: 'approved_edited' as const,
                  share: event.data.edited_share,
                  at: event.at,
                }),
                ...NOT_IN_REVIEW,
                approval: ({ event }) => ({
                  by: event.data.by,
                  fingerprint: event.data.edited_fingerprint ?? '',
                  at: event.at,
                }),
                content_seq: ({ event }) => event.seq,
              }),
              { type: 'cancel_timer', params: { name: 'review_expiry', pending: true } },
              { type: 'close_review', params: { state: 'edited' } },
              { type: 'record_review_evidence', params: ({ event }) => editEvidence(event.data) },
              'admit',
            ],
          },
          {
            guard: ({ context, event }) => decidesCurrentDraft(context, event.data, 'reject'),
            target: 'rejected',
            actions: [
              assign(NOT_IN_REVIEW),
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
              assign(NOT_IN_REVIEW),
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
            assign({ ended_because: 'review', ...NOT_IN_REVIEW }),
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
            assign({ receipt: ({ event }) => event.data.receipt, executed_at: ({ event }) => event.data.executed_at }),
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
        'action.returned': {
          guard: ({ context, event }) => event.data.permit === context.permit,
          target: 'proposed',
          actions: ['revoke_permit', { type: 'close_action', params: { happened: false } }, 'admit'],
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
            assign({ receipt: ({ event }) => event.data.receipt, executed_at: ({ event }) => event.data.executed_at }),
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

/**
 * Version 1 knew one approval and no windows. Whether its draft had been edited is not known, so the current one counts as the proposed one.
 * Version 2 did not keep when it was executed.
 */
function migrate({ value, context }: MachineState, from: number): MachineState {
  const before = context as unknown as ActionContext;
  const approved = before.approval === null ? [] : [before.approval];
  const after: ActionContext = {
    ...EMPTY_ACTION,
    ...before,
    ...(from === 1 ? { approvals: approved, proposed_seq: before.content_seq } : {}),
  };
  return { value, context: after as unknown as MachineState['context'] };
}

export const actionDefinition: MachineDefinition = {
  kind: 'action',
  version: 3,
  machine: actionMachine,
  migrate,
};
