/**
 * The registry of one tenant: kill switch, modes, clock, policy in force. Its number of events is the registry's version, which
 * every evaluation by the gate records.
 */
import { assign, setup } from 'xstate';

import type { EventData, MachineEvent } from '../../domain/event-types.ts';
import type { Mode, TenantClock } from '../../domain/mode.ts';
import type { Pause } from '../../domain/pause.ts';
import { ENDED_PROPOSALS_KEPT } from '../../domain/policy-proposal.ts';
import type { PolicyProposal } from '../../domain/policy-proposal.ts';
import { sameSender } from '../../domain/sender-health.ts';
import type { SenderHealth, SenderName } from '../../domain/sender-health.ts';
import type { SyncTimes } from '../../domain/sync.ts';
import type { TrustPrior } from '../../domain/trust.ts';
import { openSections } from '../../policies/policy-approval.ts';
import { MAX_ITERATIONS } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';

export interface TenantContext {
  readonly mode: Mode;
  readonly channel_modes: { readonly [channel: string]: Mode };
  readonly clock: TenantClock;
  /** Hash of the policy in force. */
  readonly policy: string;
  readonly single_operator: boolean;
  /** Suppressions in force; when it is zero nothing needs to be looked up. */
  readonly suppressions: number;
  /** Up to when each source elsewhere is known. */
  readonly syncs?: SyncTimes | undefined;
  /** Proposed changes of the policy: those that are open or wait for their time, and the last that have ended. */
  readonly proposals: readonly PolicyProposal[];
  /** Absent as long as nothing was ever paused. */
  readonly pauses?: readonly Pause[];
  /** Senders that ever were limited. */
  readonly senders?: readonly SenderHealth[];
  /** What the trust cells lend each other. Absent as long as it was never computed. */
  readonly trust_prior?: { readonly prior: TrustPrior | null; readonly cells: number; readonly at: number };
  readonly kill_switch: { readonly by: string; readonly reason: string; readonly at: number } | null;
}

const EMPTY_TENANT: TenantContext = {
  mode: 'sandbox',
  channel_modes: {},
  clock: 'real',
  policy: '',
  single_operator: false,
  suppressions: 0,
  proposals: [],
  kill_switch: null,
};

const tenantSetup = setup({
  types: { context: {} as TenantContext, events: {} as MachineEvent },
  actions: { settle_policies: () => {} },
});

/** One proposal changed; of those that have ended only the last are kept. */
function changed(
  { proposals }: TenantContext,
  id: string | undefined,
  change: (proposal: PolicyProposal) => PolicyProposal,
): readonly PolicyProposal[] {
  const all = proposals.map((proposal) => (proposal.id === id ? change(proposal) : proposal));
  const ended = all.filter(({ state }) => state !== 'open' && state !== 'approved');
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - ENDED_PROPOSALS_KEPT)));
  return all.filter((proposal) => !dropped.has(proposal));
}

function senderIn({ senders = [] }: TenantContext, name: SenderName): SenderHealth | undefined {
  return senders.find((known) => sameSender(known, name));
}

function withSender({ senders = [] }: TenantContext, health: SenderHealth): readonly SenderHealth[] {
  return [...senders.filter((known) => !sameSender(known, health)), health];
}

function withApproval(proposal: PolicyProposal, data: EventData<'policy.approved'>, at: number): PolicyProposal {
  const approvals = [...proposal.approvals, { by: data.by, sections: data.sections ?? [], at }];
  const isComplete = openSections({ owners: proposal.owners, approvals }).length === 0;
  return { ...proposal, approvals, state: isComplete ? 'approved' : 'open' };
}

export const tenantMachine = tenantSetup.createMachine({
  id: 'tenant',
  context: EMPTY_TENANT,
  initial: 'running',
  options: { maxIterations: MAX_ITERATIONS },
  on: {
    'tenant.created': {
      actions: assign({
        clock: ({ event }) => event.data.clock,
        mode: ({ event }) => event.data.mode,
        policy: ({ event }) => event.data.policy,
      }),
    },
    'tenant.mode_set': [
      // A tenant on a virtual clock can never be live, whoever asks.
      { guard: ({ context, event }) => event.data.mode === 'live' && context.clock === 'virtual' },
      {
        guard: ({ event }) => event.data.channel !== null,
        actions: assign({
          channel_modes: ({ context, event }) => ({
            ...context.channel_modes,
            [event.data.channel ?? '']: event.data.mode,
          }),
        }),
      },
      { actions: assign({ mode: ({ event }) => event.data.mode }) },
    ],
    'tenant.clock_set': {
      actions: assign({
        clock: ({ event }) => event.data.clock,
        mode: ({ context, event }) =>
          event.data.clock === 'virtual' && context.mode === 'live' ? 'sandbox' : context.mode,
      }),
    },
    'tenant.single_operator_set': { actions: assign({ single_operator: ({ event }) => event.data.enabled }) },
    'policy.applied': {
      actions: [
        assign({
          policy: ({ event }) => event.data.policy,
          proposals: ({ context, event }) =>
            changed(context, event.data.proposal, (proposal) => ({ ...proposal, state: 'applied' })),
        }),
        { type: 'settle_policies' },
      ],
    },
    'policy.proposed': {
      actions: assign({
        proposals: ({ context, event }) => {
          const { proposal: id, policy, base, name, owners, effective_from, by } = event.data;
          const made = { id, policy, base, name, owners, effective_from, by, at: event.at } as const;
          return [...context.proposals, { ...made, state: 'open', approvals: [] }];
        },
      }),
    },
    'policy.approved': {
      actions: [
        assign({
          proposals: ({ context, event }) =>
            changed(context, event.data.proposal, (proposal) => withApproval(proposal, event.data, event.at)),
        }),
        { type: 'settle_policies' },
      ],
    },
    'policy.rejected': {
      actions: [
        assign({
          proposals: ({ context, event }) =>
            changed(context, event.data.proposal, (proposal) => ({ ...proposal, state: 'rejected' })),
        }),
        { type: 'settle_policies' },
      ],
    },
    'policy.lapsed': {
      actions: [
        assign({
          proposals: ({ context, event }) =>
            changed(context, event.data.proposal, (proposal) => ({ ...proposal, state: 'lapsed' })),
        }),
        { type: 'settle_policies' },
      ],
    },
    'policy.due': { actions: [{ type: 'settle_policies' }] },
    'suppression.added': { actions: assign({ suppressions: ({ context }) => context.suppressions + 1 }) },
    'suppression.removed': {
      actions: assign({ suppressions: ({ context }) => Math.max(0, context.suppressions - 1) }),
    },
    'sync.reported': {
      actions: assign({
        syncs: ({ context, event }) => {
          const { sync, complete_to: to } = event.data;
          return { ...context.syncs, [sync]: Math.max(to, context.syncs?.[sync] ?? to) };
        },
      }),
    },
    'pause.set': {
      actions: assign({
        pauses: ({ context, event }) => {
          const { pause: id, scope, value, by, reason } = event.data;
          const others = (context.pauses ?? []).filter((pause) => pause.scope !== scope || pause.value !== value);
          return [...others, { id, scope, value, by, reason, at: event.at }];
        },
      }),
    },
    'pause.released': {
      actions: assign({
        pauses: ({ context, event }) => (context.pauses ?? []).filter((pause) => pause.id !== event.data.pause),
      }),
    },
    'sender.assessed': {
      // A stop ends by a person, and what was counted before that does not count any more.
      guard: ({ context, event }) => {
        const known = senderIn(context, event.data);
        const isOver = known?.level === 'stopped' && event.data.level !== 'stopped';
        return !isOver && event.data.since >= (known?.cleared_at ?? 0);
      },
      actions: assign({
        senders: ({ context, event }) => {
          const { since: _, until: __, ...health } = event.data;
          return withSender(context, {
            ...health,
            at: event.at,
            cleared_at: senderIn(context, health)?.cleared_at ?? null,
          });
        },
      }),
    },
    'trust.pooled': {
      actions: assign({ trust_prior: ({ event }) => ({ ...event.data, at: event.at }) }),
    },
    'sender.cleared': {
      actions: assign({
        senders: ({ context, event }) => {
          const { channel, sender } = event.data;
          const nothing = { sent: 0, bounced: 0, complained: 0 };
          return withSender(context, { channel, sender, ...nothing, level: 'ok', at: event.at, cleared_at: event.at });
        },
      }),
    },
    'kill_switch.engaged': {
      target: '.stopped',
      actions: assign({ kill_switch: ({ event }) => ({ by: event.data.by, reason: event.data.reason, at: event.at }) }),
    },
    'kill_switch.released': { target: '.running', actions: assign({ kill_switch: null }) },
  },
  states: {
    running: {},
    stopped: {},
  },
});

export const tenantDefinition: MachineDefinition = {
  kind: 'tenant',
  version: 3,
  machine: tenantMachine,
  // Version 2 keeps proposed policies; version 3 a prior of trust, and changes no state that is stored.
  migrate: (state) => ({ ...state, context: { ...state.context, proposals: state.context['proposals'] ?? [] } }),
};
