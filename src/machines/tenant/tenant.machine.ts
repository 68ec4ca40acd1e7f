/**
 * The registry of one tenant: kill switch, modes, clock, policy in force. Its number of events is the registry's version, which
 * every evaluation by the gate records.
 */
import { assign, setup } from 'xstate';

import type { MachineEvent } from '../../domain/event-types.ts';
import type { Mode, TenantClock } from '../../domain/mode.ts';
import type { Pause } from '../../domain/pause.ts';
import { MAX_ITERATIONS, neverMigrated } from '../definition.ts';
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
  /** Absent as long as nothing was ever paused. */
  readonly pauses?: readonly Pause[];
  readonly kill_switch: { readonly by: string; readonly reason: string; readonly at: number } | null;
}

const EMPTY_TENANT: TenantContext = {
  mode: 'sandbox',
  channel_modes: {},
  clock: 'real',
  policy: '',
  single_operator: false,
  suppressions: 0,
  kill_switch: null,
};

const tenantSetup = setup({ types: { context: {} as TenantContext, events: {} as MachineEvent } });

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
    'policy.applied': { actions: assign({ policy: ({ event }) => event.data.policy }) },
    'suppression.added': { actions: assign({ suppressions: ({ context }) => context.suppressions + 1 }) },
    'suppression.removed': {
      actions: assign({ suppressions: ({ context }) => Math.max(0, context.suppressions - 1) }),
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
  version: 1,
  machine: tenantMachine,
  migrate: neverMigrated,
};
