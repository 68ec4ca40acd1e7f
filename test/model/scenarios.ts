/**
 * The situations in which the model runs: which actions compete for one contact, who proposes them, what may happen to the tenant
 * meanwhile, and for how long.
 */
import type { ActionType } from '../../src/domain/action-types.ts';
import { HOUR_MS } from '../../src/domain/instant.ts';
import type { Lane } from '../../src/domain/lane.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

/** The moments of the model are this far apart. */
export const TICK_MS = HOUR_MS;
/** Wednesday, 18 November 2026, 10:00 UTC. */
export const START_AT = Date.UTC(2026, 10, 18, 10);

/** The time after so many ticks. */
export function atOf(now: number): number {
  return START_AT + now * TICK_MS;
}

/** What stands for the content of an action: as it was proposed, or as somebody edited it. */
export function fingerprintOfContent(index: number, edited: boolean): string {
  return edited ? `fp_${index}_edited` : `fp_${index}`;
}

export interface Proposal {
  readonly type: ActionType;
  readonly lane: Lane;
  readonly proposer: string;
}

/** What may happen to the tenant and the contact while actions are under way. */
export type Disturbance = 'kill' | 'release' | 'take' | 'give_back' | 'suppress' | 'opt_out' | 'shadow';

export interface Scenario {
  readonly name: string;
  readonly proposals: readonly Proposal[];
  /** Action types that need no person. */
  readonly granted: readonly ActionType[];
  readonly ticks: number;
  /** The most disturbances in one run, and which. */
  readonly disturbances: number;
  readonly kinds: readonly Disturbance[];
  /** Whether reviewers decide anything but the draft that lies open before them, and whether agents try to. */
  readonly carelessReviewers: boolean;
  /** Whether processes die and answers of the channel are lost. */
  readonly crashes: boolean;
  /** Whether messages to actions come a second time. */
  readonly repeats: boolean;
  /** Attempts that are made when the channel certainly did not act. */
  readonly attemptsMax: number;
}

export const DRAFTER = 'person:bob';
export const REVIEWER = 'person:ada';
const ENGINE = 'engine:rules@1';
const ALL: readonly Disturbance[] = ['kill', 'release', 'take', 'give_back', 'suppress', 'opt_out', 'shadow'];

export function policyOf(scenario: Scenario): Policy {
  return {
    ...DEFAULT_POLICY,
    grants: scenario.granted.map((type) => ({ action_type: type, level: 'auto', max_risk: 'high' })),
    cooldown: { contact_ms: 2 * TICK_MS, account_ms: 2 * TICK_MS, domain_ms: 0, channel_ms: {} },
    touch_cap: { max: 3, window_ms: 24 * TICK_MS },
    sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
    ownership_window_ms: TICK_MS,
    permit_ttl_ms: TICK_MS,
    review_ttl_ms: 2 * TICK_MS,
    // By the calendar, as a model has no weekends; approvals can be undone as by default.
    review: {},
    trust: { ...DEFAULT_POLICY.trust, audit_share: 0 },
  };
}

/** One action that a person drafted, and everything that can come between. */
export const REVIEWED: Scenario = {
  name: 'one reviewed action',
  proposals: [{ type: 'outreach_push', lane: 'operator', proposer: DRAFTER }],
  granted: [],
  ticks: 3,
  disturbances: 1,
  kinds: ALL,
  carelessReviewers: true,
  crashes: true,
  repeats: true,
  attemptsMax: 2,
};

/** Two actions of one lane that nobody has to approve. */
export const COMPETING: Scenario = {
  name: 'two actions of one lane',
  proposals: [
    { type: 'outreach_push', lane: 'tam', proposer: ENGINE },
    { type: 'linkedin_push', lane: 'tam', proposer: ENGINE },
  ],
  granted: ['outreach_push', 'linkedin_push'],
  ticks: 4,
  disturbances: 0,
  kinds: [],
  carelessReviewers: false,
  crashes: true,
  repeats: false,
  attemptsMax: 2,
};

/** A reviewed action of one lane against an automatic one of another. */
export const CROSSING: Scenario = {
  name: 'two lanes',
  proposals: [
    { type: 'outreach_push', lane: 'operator', proposer: DRAFTER },
    { type: 'nurture_enrollment', lane: 'marketing', proposer: ENGINE },
  ],
  granted: ['nurture_enrollment'],
  ticks: 3,
  disturbances: 1,
  kinds: ['take'],
  carelessReviewers: false,
  crashes: false,
  repeats: false,
  attemptsMax: 1,
};

export const SCENARIOS: readonly Scenario[] = [REVIEWED, COMPETING, CROSSING];
