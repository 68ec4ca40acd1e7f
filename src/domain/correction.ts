/** What people decided about drafts, and the classes that drafts are told apart by when corrections repeat. */
import type { ActionType } from './action-types.ts';

/** A review that a person has decided. */
export interface DecidedReview {
  readonly id: string;
  /** When, in milliseconds. */
  readonly at: number;
  readonly state: 'approved' | 'edited' | 'rejected';
  readonly actionType: ActionType;
  /** Those of the proposal. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it was rejected, as the person said; null when nothing was said. */
  readonly reason: string | null;
}

export interface PatternClass {
  readonly action_type: ActionType;
  /** Null: all drafts of this type. */
  readonly attribute: string | null;
  readonly value: string | null;
}
