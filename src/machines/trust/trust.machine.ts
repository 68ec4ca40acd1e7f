/**
 * One trust cell. Its state is the autonomy level that it has earned; its context the decayed evidence. Levels move by an event of
 * their own, so that each promotion and demotion stands on the ledger with its reason.
 */
import { assign, setup } from 'xstate';

import type { Effect } from '../../domain/effects.ts';
import type { MachineEvent } from '../../domain/event-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { Evidence } from '../../domain/trust.ts';
import { MAX_ITERATIONS, neverMigrated } from '../definition.ts';
import type { MachineDefinition } from '../definition.ts';

type Params<Type extends Effect['type']> = Omit<Extract<Effect, { type: Type }>, 'type'>;

export interface TrustContext {
  /** Decayed sums as of `at`. */
  readonly good: number;
  readonly bad: number;
  readonly at: number;
  readonly half_life_days: number;
  readonly evidence: number;
}

/** The sums as of a later moment: s·2^(−Δ/h). Source: Jøsang and Ismail 2002, with exponential forgetting. */
export function decayedTrust(context: TrustContext, at: number): { readonly good: number; readonly bad: number } {
  const factor = at <= context.at ? 1 : 2 ** (-(at - context.at) / (context.half_life_days * DAY_MS));
  return { good: context.good * factor, bad: context.bad * factor };
}

const trustSetup = setup({
  types: { context: {} as TrustContext, events: {} as MachineEvent },
  actions: { review_level: (_, _params: Params<'review_level'>) => {} },
});

function withEvidence(context: TrustContext, data: Evidence): TrustContext {
  const at = Math.max(context.at, data.at);
  const sums = decayedTrust({ ...context, half_life_days: data.half_life_days }, at);
  return {
    good: sums.good + data.good,
    bad: sums.bad + data.bad,
    at,
    half_life_days: data.half_life_days,
    evidence: context.evidence + 1,
  };
}

export const trustMachine = trustSetup.createMachine({
  id: 'trust',
  context: { good: 0, bad: 0, at: 0, half_life_days: 30, evidence: 0 },
  /** A cell that has no level yet has the initial level of its action type. */
  initial: 'initial',
  options: { maxIterations: MAX_ITERATIONS },
  on: {
    'trust.evidence': {
      actions: [
        assign(({ context, event }) => withEvidence(context, event.data)),
        // Only a complaint costs the level at once: single opt-outs happen to good senders too, and count by their weight.
        { type: 'review_level', params: ({ event }) => ({ harm: event.data.kind === 'harm' && event.data.bad >= 10 }) },
      ],
    },
    'trust.leveled': [
      { guard: ({ event }) => event.data.to === 'blocked', target: '.blocked' },
      { guard: ({ event }) => event.data.to === 'suggest', target: '.suggest' },
      { guard: ({ event }) => event.data.to === 'approve_each', target: '.approve_each' },
      { guard: ({ event }) => event.data.to === 'sample_review', target: '.sample_review' },
      { guard: ({ event }) => event.data.to === 'auto', target: '.auto' },
    ],
  },
  states: { initial: {}, blocked: {}, suggest: {}, approve_each: {}, sample_review: {}, auto: {} },
});

export const trustDefinition: MachineDefinition = {
  kind: 'trust',
  version: 1,
  machine: trustMachine,
  migrate: neverMigrated,
};
