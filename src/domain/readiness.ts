/** Which contacts the gate knows enough of for a message, and which facts stand between the others and a message. */
import type { ActionType } from './action-types.ts';
import type { Lane } from './lane.ts';
import type { GateReason } from './reason-codes.ts';

export const READINESS_PURPOSES = ['sales', 'marketing'] as const;
export type ReadinessPurpose = (typeof READINESS_PURPOSES)[number];

/** The message that stands for all of its purpose, and the lane that sends it. */
export const READINESS_ACTIONS: Readonly<
  Record<ReadinessPurpose, { readonly action: ActionType; readonly lane: Lane }>
> = {
  sales: { action: 'outreach_push', lane: 'operator' },
  marketing: { action: 'nurture_enrollment', lane: 'marketing' },
};

/** Something that the gate asks for and nobody has told. */
export interface Gap {
  readonly reason: GateReason;
  /** The name of the fact where the reason does not say it; else null. */
  readonly fact: string | null;
}

/** A gap of one or more contacts that are held. */
export interface GapCount extends Gap {
  readonly contacts: number;
  /** Of all contacts, 0 to 1. */
  readonly share: number;
  /** For how many of them it is the only one: they would be ready, or no longer refused, without it. */
  readonly alone: number;
  /** A few of the contacts. */
  readonly examples: readonly string[];
}

/** What forbids a message to one or more contacts that are refused. */
export type RefusalCount = Omit<GapCount, 'fact'>;

/** Every contact is ready, held or refused. */
export interface ReadinessCounts {
  readonly contacts: number;
  /** Nothing that the gate asks for is unknown. A cooldown, quiet hours or a review may still make a message wait. */
  readonly ready: number;
  /** At least one fact is missing, and nothing known speaks against a message. */
  readonly held: number;
  /** What is known forbids a message, such as an opt-out; further facts would not help. */
  readonly refused: number;
  /** Of those held, the most frequent first. */
  readonly gaps: readonly GapCount[];
  /** What forbids a message to those refused, the most frequent first. */
  readonly refusals: readonly RefusalCount[];
}
