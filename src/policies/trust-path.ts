/**
 * What would bring a trust cell to its next level, counted exactly: the least number of pieces of one kind that, had they come at once,
 * would meet what the next level asks. Time passes in truth and evidence decays, so it may take a few more.
 */
import type { TrustLevel } from '../domain/action-types.ts';
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { ActionType, ActionTypeSpec } from '../domain/action-types.ts';
import type { TrustPrior } from '../domain/trust.ts';
import { EVIDENCE_WEIGHTS } from './trust-evidence.ts';
import { nextLevel } from './trust.ts';

/** What people and outcomes can give, with what it weighs. */
const WAYS = {
  unedited_approval: EVIDENCE_WEIGHTS.approved_unedited.good,
  audit_approval: EVIDENCE_WEIGHTS.audit_approved.good,
  positive_reply: 1,
  meeting: 3,
} as const;
export type TrustWay = keyof typeof WAYS;

/** More than this is said to be out of reach. */
export const WAY_MOST = 10_000;

export interface TrustPath {
  readonly next: TrustLevel;
  /** How many of each alone would be enough; null where even `WAY_MOST` are not. */
  readonly ways: Readonly<Record<TrustWay, number | null>>;
}

/** Null where evidence leads no higher. */
export function pathUp(
  level: TrustLevel,
  good: number,
  bad: number,
  spec: Pick<ActionTypeSpec, 'theta' | 'minEvidence' | 'initialLevel'>,
  policy: { readonly trust: TrustPrior },
): TrustPath | null {
  if (level === 'auto' || level === 'blocked') return null;
  // What speaks against a level is weighed before it is left upwards, so the way begins where the level holds.
  const after = (extra: number) => nextLevel(level, good + extra, bad, spec, policy, false).level;
  const next = NEXT[level];
  const least = (weight: number): number | null => {
    if (after(WAY_MOST * weight) !== next) return null;
    let [low, high] = [0, WAY_MOST];
    // More good evidence never lowers trust, so the least number is found by halving.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (after(middle * weight) === next) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    next,
    ways: {
      unedited_approval: least(WAYS.unedited_approval),
      audit_approval: least(WAYS.audit_approval),
      positive_reply: least(WAYS.positive_reply),
      meeting: least(WAYS.meeting),
    },
  };
}

const NEXT = { suggest: 'approve_each', approve_each: 'sample_review', sample_review: 'auto' } as const;

/** Approvals out of the queue come only where people approve each draft; audits only where drafts execute. */
function usualWays(level: TrustLevel, isTouch: boolean): readonly TrustWay[] {
  const byPeople: TrustWay = level === 'sample_review' ? 'audit_approval' : 'unedited_approval';
  return isTouch ? [byPeople, 'positive_reply'] : [byPeople];
}

const NOUNS: Readonly<Record<TrustWay, readonly [string, string]>> = {
  unedited_approval: ['unedited approval', 'unedited approvals'],
  audit_approval: ['approval in an audit', 'approvals in audits'],
  positive_reply: ['positive reply', 'positive replies'],
  meeting: ['meeting', 'meetings'],
};

const LEVEL_WORDS: Readonly<Record<TrustLevel, string>> = {
  blocked: 'blocked',
  suggest: 'suggestions',
  approve_each: 'approval of each',
  sample_review: 'sample review',
  auto: 'full autonomy',
};

/** `18 more unedited approvals, or 9 positive replies, would reach sample review.` */
export function pathWords(path: TrustPath | null, level: TrustLevel, actionType: ActionType): string {
  if (level === 'blocked') return 'A person blocked it, and only a person lets it go.';
  if (path === null) return 'There is no level above.';
  const next = LEVEL_WORDS[path.next];
  const parts = usualWays(level, ACTION_TYPE_SPECS[actionType].touch).flatMap((way) => {
    const count = path.ways[way];
    return count === null ? [] : [`${count} more ${NOUNS[way][count === 1 ? 0 : 1]}`];
  });
  if (parts.length === 0) return `No number of approvals or replies would reach ${next} now.`;
  const [first = '', ...rest] = parts;
  const others = rest.map((part) => `, or ${part.replace(' more', '')}`).join('');
  return `${first}${others}${rest.length > 0 ? ',' : ''} would reach ${next}.`;
}
