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

/**
 * What an outcome can follow from. `message`: only from a message that somebody got; `action`: only from something that was really done;
 * `decision`: as with a deal, from the decision to do nothing too, when nothing else was done in the window.
 */
export type OutcomeFollows = 'message' | 'action' | 'decision';

export interface OutcomeTypeSpec {
  readonly title: string;
  readonly follows: OutcomeFollows;
  readonly valence: 'good' | 'neutral' | 'harm';
  /** Weight of the evidence for trust; statistics of trust name the same figures. */
  readonly trustWeight: number;
  readonly windowMs: number;
  /** A reply from a person stops what is running. */
  readonly isReply: boolean;
}

export const OUTCOME_TYPE_SPECS: Record<OutcomeType, OutcomeTypeSpec> = {
  bounce: {
    title: 'Delivery failed',
    follows: 'message',
    valence: 'harm',
    trustWeight: 1,
    windowMs: 7 * DAY_MS,
    isReply: false,
  },
  complaint: {
    title: 'Marked as spam',
    follows: 'message',
    valence: 'harm',
    trustWeight: 10,
    windowMs: 30 * DAY_MS,
    isReply: false,
  },
  unsubscribe: {
    title: 'Opted out',
    follows: 'message',
    valence: 'harm',
    trustWeight: 3,
    windowMs: 90 * DAY_MS,
    isReply: false,
  },
  reply_positive: {
    title: 'Positive reply',
    follows: 'message',
    valence: 'good',
    trustWeight: 1,
    windowMs: 45 * DAY_MS,
    isReply: true,
  },
  reply_neutral: {
    title: 'Neutral or automatic reply',
    follows: 'message',
    valence: 'neutral',
    trustWeight: 0,
    windowMs: 45 * DAY_MS,
    isReply: true,
  },
  reply_hostile: {
    title: 'Hostile reply',
    follows: 'message',
    valence: 'harm',
    trustWeight: 3,
    windowMs: 45 * DAY_MS,
    isReply: true,
  },
  wrong_owner: {
    title: 'Reached by the wrong owner',
    follows: 'action',
    valence: 'harm',
    trustWeight: 3,
    windowMs: 45 * DAY_MS,
    isReply: false,
  },
  meeting_booked: {
    title: 'Meeting booked',
    follows: 'decision',
    valence: 'good',
    trustWeight: 3,
    windowMs: 90 * DAY_MS,
    isReply: false,
  },
  opportunity_created: {
    title: 'Opportunity created',
    follows: 'decision',
    valence: 'good',
    trustWeight: 3,
    windowMs: 180 * DAY_MS,
    isReply: false,
  },
  won: {
    title: 'Deal won',
    follows: 'decision',
    valence: 'good',
    trustWeight: 3,
    windowMs: 365 * DAY_MS,
    isReply: false,
  },
  lost: {
    title: 'Deal lost',
    follows: 'decision',
    valence: 'neutral',
    trustWeight: 0,
    windowMs: 365 * DAY_MS,
    isReply: false,
  },
};
