/**
 * One trust cell. Its state is the autonomy level that it has earned; its context the decayed evidence. Levels move by an event of
 * their own, so that each promotion and demotion stands on the ledger with its reason.
 */
import { assign, setup } from 'xstate';

import type { Effect } from '../../domain/effects.ts';
import type { MachineEvent } from '../../domain/event-types.ts';
import type { Evidence } from '../../domain/trust.ts';
import { decayedEvidence } from '../../policies/trust.ts';
import { MAX_ITERATIONS } from '../definition.ts';
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

/**
 * The sums as of a later moment: s·2^(−Δ/h). Evidence that is taken back may be heard of before the evidence itself, so the sums themselves
 * may be below zero for a moment; nobody reads less than nothing.
 *
 * Source: Jøsang and Ismail 2002, with exponential forgetting.
 */
export function decayedTrust(context: TrustContext, at: number): { readonly good: number; readonly bad: number } {
  const { good, bad } = decayedEvidence(context, at, context.half_life_days);
  return { good: Math.max(0, good), bad: Math.max(0, bad) };
}

const trustSetup = setup({
  types: { context: {} as TrustContext, events: {} as MachineEvent },
  actions: { review_level: (_, _params: Params<'review_level'>) => {} },
});

/** Adds evidence, or takes it back with `sign` −1. What happened earlier counts for what is left of it, so the order does not matter. */
function withEvidence(context: TrustContext, data: Evidence, sign: 1 | -1): TrustContext {
  const { half_life_days } = data;
  const at = Math.max(context.at, data.at);
  const sums = decayedEvidence(context, at, half_life_days);
  const piece = decayedEvidence({ good: data.good, bad: data.bad, at: data.occurred_at ?? at }, at, half_life_days);
  return {
    good: sums.good + sign * piece.good,
    bad: sums.bad + sign * piece.bad,
    at,
    half_life_days,
    evidence: context.evidence + sign,
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
        assign(({ context, event }) => withEvidence(context, event.data, 1)),
        // Only a complaint costs the level at once: single opt-outs happen to good senders too, and count by their weight.
        { type: 'review_level', params: ({ event }) => ({ harm: event.data.kind === 'harm' && event.data.bad >= 10 }) },
      ],
    },
    'trust.evidence_withdrawn': {
      actions: [
        assign(({ context, event }) => withEvidence(context, event.data, -1)),
        { type: 'review_level', params: { harm: false } },
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
  version: 2,
  machine: trustMachine,
  // Version 2 takes evidence back, and changes no state that is stored.
  migrate: (state) => state,
};
