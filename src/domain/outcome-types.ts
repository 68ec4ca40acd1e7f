/**
 * What can follow an action. `valence` says how trust reads it; `windowMs` how long after a decision it may still be linked to it,
 * unless the tenant's policy says otherwise.
 */
import { z } from 'zod';

import { DAY_MS } from './instant.ts';

export const OUTCOME_TYPES = [
  'bounce',
  'complaint',
  'unsubscribe',
  'reply_positive',
  'reply_neutral',
  'reply_hostile',
  'wrong_owner',
  'meeting_booked',
  'opportunity_created',
  'won',
  'lost',
] as const;
export const outcomeTypeSchema = z.enum(OUTCOME_TYPES);
export type OutcomeType = z.infer<typeof outcomeTypeSchema>;

export interface OutcomeTypeSpec {
  readonly title: string;
  readonly valence: 'good' | 'neutral' | 'harm';
  /** Weight of the evidence for trust; statistics of trust name the same figures. */
  readonly trustWeight: number;
  readonly windowMs: number;
  /** A reply from a person stops what is running. */
  readonly isReply: boolean;
}

export const OUTCOME_TYPE_SPECS: Record<OutcomeType, OutcomeTypeSpec> = {
  bounce: { title: 'Delivery failed', valence: 'harm', trustWeight: 1, windowMs: 7 * DAY_MS, isReply: false },
  complaint: { title: 'Marked as spam', valence: 'harm', trustWeight: 10, windowMs: 30 * DAY_MS, isReply: false },
  unsubscribe: { title: 'Opted out', valence: 'harm', trustWeight: 3, windowMs: 90 * DAY_MS, isReply: false },
  reply_positive: { title: 'Positive reply', valence: 'good', trustWeight: 1, windowMs: 45 * DAY_MS, isReply: true },
  reply_neutral: {
    title: 'Neutral or automatic reply',
    valence: 'neutral',
    trustWeight: 0,
    windowMs: 45 * DAY_MS,
    isReply: true,
  },
  reply_hostile: { title: 'Hostile reply', valence: 'harm', trustWeight: 3, windowMs: 45 * DAY_MS, isReply: true },
  wrong_owner: {
    title: 'Reached by the wrong owner',
    valence: 'harm',
    trustWeight: 3,
    windowMs: 45 * DAY_MS,
    isReply: false,
  },
  meeting_booked: { title: 'Meeting booked', valence: 'good', trustWeight: 3, windowMs: 90 * DAY_MS, isReply: false },
  opportunity_created: {
    title: 'Opportunity created',
    valence: 'good',
    trustWeight: 3,
    windowMs: 180 * DAY_MS,
    isReply: false,
  },
  won: { title: 'Deal won', valence: 'good', trustWeight: 3, windowMs: 365 * DAY_MS, isReply: false },
  lost: { title: 'Deal lost', valence: 'neutral', trustWeight: 0, windowMs: 365 * DAY_MS, isReply: false },
};
