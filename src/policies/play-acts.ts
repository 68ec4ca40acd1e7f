/**
 * What may be done to a play, by whom, and when. The planner asks under the locks of the guards, so of two acts at one moment the second one is
 * refused. Source: SalesPlayLibrary, state machine and volume cap.
 */
import type { Authority } from '../domain/authority.ts';
import { DAY_MS } from '../domain/instant.ts';
import { COLD_DAYS, dayOf, PLAY_CAP, PLAY_EDITS_MAX } from '../domain/play.ts';
import type { PlayApprover, PlayState, RetireReason } from '../domain/play.ts';
import type { Policy } from '../domain/policy.ts';

/** RevOps and sales leaders work plays out; both sides approve; RevOps ends them and measures what they brought. */
export const PLAY_AUTHORITIES = {
  pick_up: ['RevOps', 'SLM', 'FLM', 'CRO'],
  edit: ['RevOps', 'SLM', 'FLM', 'CRO'],
  reject: ['RevOps', 'SLM', 'FLM', 'CRO'],
  approve: ['SLM', 'RevOps'],
  retire: ['RevOps'],
  measure: ['RevOps'],
} as const satisfies Readonly<Record<string, readonly Authority[]>>;
export type PlayVerb = keyof typeof PLAY_AUTHORITIES;

/** What of a play decides about an act. */
export interface PlayStanding {
  readonly state: PlayState;
  /** False before a brain has drafted it, and after it was deleted. */
  readonly isDrafted: boolean;
  readonly retiredAt: number | null;
  readonly revision: number;
  readonly edits: number;
  readonly approvals: { readonly [Approver in PlayApprover]: string | null };
  readonly activePeriod: { readonly start: string | null; readonly end: string | null };
}

/** How full the segment or account of a play is. `active` begins with the play that has been active longest. */
export interface PlayCapacity {
  readonly what: string;
  readonly cap: number;
  readonly active: readonly string[];
}

export type PlayAct =
  | { readonly kind: 'propose' }
  | { readonly kind: 'pick_up' }
  | { readonly kind: 'edit'; readonly revision: number }
  | { readonly kind: 'approve'; readonly by: string; readonly authority: PlayApprover; readonly revision: number }
  | { readonly kind: 'retire'; readonly reason: RetireReason }
  | { readonly kind: 'measure' }
  | { readonly kind: 'purge' };

export interface PlayWorld {
  readonly at: number;
  readonly capacity: PlayCapacity;
  /** One person may approve for both authorities. */
  readonly singleOperator: boolean;
}

/** The cap of a segment under a policy. */
export function segmentCapOf({ plays }: Pick<Policy, 'plays'>, segment: string): number {
  return plays?.caps[segment] ?? plays?.cap ?? PLAY_CAP.default;
}

/** Whether an approval counts: it is of what stands, by an authority that has not approved yet. */
export function isApproval(
  play: Pick<PlayStanding, 'approvals' | 'revision'>,
  act: { readonly authority: PlayApprover; readonly revision: number },
): boolean {
  return act.revision === play.revision && play.approvals[act.authority] === null;
}

/** Whether nothing but this approval is missing. */
export function completesApproval(
  play: Pick<PlayStanding, 'approvals' | 'revision'>,
  act: { readonly authority: PlayApprover; readonly revision: number },
): boolean {
  return isApproval(play, act) && play.approvals[otherApprover(act.authority)] !== null;
}

function otherApprover(authority: PlayApprover): PlayApprover {
  return authority === 'SLM' ? 'RevOps' : 'SLM';
}

const ENDED = 'It is retired, and there is no way back: a brain can draft the play anew.';

/** Why an act on a play is not possible now, in words that say what to do instead; null when it is. */
export function playRefusal(play: PlayStanding, act: PlayAct, world: PlayWorld): string | null {
  switch (act.kind) {
    case 'propose':
      return play.isDrafted ? 'A play with this id was drafted before.' : null;
    case 'pick_up':
      if (play.state === 'retired') return ENDED;
      return play.state === 'draft' && play.isDrafted ? null : `It is ${play.state} already.`;
    case 'edit':
      return play.state === 'under_review' ? editRefusal(play, act.revision) : notUnderReview(play, 'edited');
    case 'approve':
      return play.state === 'under_review' ? approvalRefusal(play, act, world) : notUnderReview(play, 'approved');
    case 'retire':
      return retireRefusal(play, act.reason);
    case 'purge':
      return purgeRefusal(play, world.at);
    case 'measure':
      return play.isDrafted && (play.state === 'active' || play.state === 'retired')
        ? null
        : `It is ${play.state}; only a play that was active can be measured.`;
  }
}

function notUnderReview({ state }: PlayStanding, what: string): string {
  if (state === 'retired') return ENDED;
  if (state === 'active') return `It is active and can no longer be ${what}. Retire it, and let a brain draft another.`;
  return `It is still a draft. Take it up first (gatehouse play review ID); then it can be ${what}.`;
}

function changedMeanwhile(play: PlayStanding, revision: number): string {
  return `It was changed meanwhile: you read revision ${revision}, and it is at revision ${play.revision}. Read it again.`;
}

function editRefusal(play: PlayStanding, revision: number): string | null {
  if (revision !== play.revision) return changedMeanwhile(play, revision);
  return play.edits < PLAY_EDITS_MAX
    ? null
    : `It was edited ${PLAY_EDITS_MAX} times. Reject it, and let a brain draft it anew.`;
}

function approvalRefusal(
  play: PlayStanding,
  act: Extract<PlayAct, { kind: 'approve' }>,
  { at, capacity, singleOperator }: PlayWorld,
): string | null {
  if (act.revision !== play.revision) return changedMeanwhile(play, act.revision);
  const other = otherApprover(act.authority);
  if (play.approvals[act.authority] !== null)
    return `It is approved for ${act.authority} already; ${other} is missing.`;
  if (play.approvals[other] === act.by && !singleOperator)
    return `You approved it for ${other}; somebody else must approve it for ${act.authority}.`;
  const { start, end } = play.activePeriod;
  const from = start ?? dayOf(at);
  if (end !== null && (end < from || end < dayOf(at)))
    return `Its period ends on ${end}, before it could begin. Edit active_period_end first.`;
  if (!completesApproval(play, act) || capacity.active.length < capacity.cap) return null;
  const [oldest = ''] = capacity.active;
  const count = capacity.active.length === 1 ? '1 active play' : `${capacity.active.length} active plays`;
  return `${capacity.what} has ${count} and a cap of ${capacity.cap}. Retire one first, for example ${oldest}, which has been active longest: gatehouse play retire ${oldest} --reason replaced. Then approve again.`;
}

function purgeRefusal({ state, isDrafted, retiredAt }: PlayStanding, at: number): string | null {
  if (state !== 'retired' || retiredAt === null) return `It is ${state}; only what was retired is deleted.`;
  if (!isDrafted) return 'It was deleted before.';
  return at - retiredAt >= COLD_DAYS * DAY_MS ? null : 'It was retired less than 7 years ago.';
}

const REASON_STATES: Readonly<Record<RetireReason, PlayState>> = {
  rejected_at_draft: 'draft',
  rejected_at_review: 'under_review',
  completed: 'active',
  replaced: 'active',
  poor_performance: 'active',
  auto_sunset: 'active',
};

function retireRefusal(play: PlayStanding, reason: RetireReason): string | null {
  if (play.state === 'retired') return ENDED;
  if (play.isDrafted && play.state === REASON_STATES[reason]) return null;
  return play.state === 'active'
    ? 'It is active: retire it, with the reason completed, replaced or poor_performance.'
    : `It is ${play.state}: reject it instead (gatehouse play reject ID).`;
}
