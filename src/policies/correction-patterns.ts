/**
 * What people correct again and again: equal corrections of one class of drafts become a pattern, with the rule that would have
 * said so before. A pattern decides nothing: a person confirms, edits or dismisses it.
 *
 * Source: GTM agent harness, sections 3 and 4 (pattern learning, policy hints from rejection reasons).
 */
import type { DecidedReview, PatternClass } from '../domain/correction.ts';
import type { Digest } from '../domain/json.ts';
import { canonicalJson } from '../domain/json.ts';
import type { TenantRule } from '../domain/policy.ts';
import { wilsonInterval } from '../stats/interval.ts';

export const PATTERN_TERMS = {
  /** Reviews of so many days are looked at. */
  days: 90,
  /** Equal corrections that make a pattern, and that bring a dismissed one back. */
  corrections_min: 3,
  /** Least share of the reviews of a class that were corrected so. */
  share_min: 0.5,
  /** Reviews that a pattern names; its counts are whole. */
  evidence_max: 20,
  /** Patterns that are listed, the strongest first. */
  listed_max: 200,
} as const;

/** What a class is told apart by, of all that proposals carry. Ids and scores make no classes. */
const CLASS_ATTRIBUTES = ['fit_tier', 'persona', 'play', 'segment', 'stage'] as const;
const TITLE_MAX = 200;
const VALUE_MAX = 100;

export interface CorrectionPattern {
  /** The same for the same class and correction. */
  readonly id: string;
  readonly class: PatternClass;
  readonly correction: 'rejected' | 'edited';
  /** As it was said last; null for edits. */
  readonly reason: string | null;
  readonly words: string;
  readonly corrections: number;
  /** Decided reviews of the class, the corrections among them. */
  readonly reviews: number;
  /** Reviews that were corrected so, newest first. */
  readonly evidence: readonly string[];
  /** When each correction was made, newest first. */
  readonly times: readonly number[];
  readonly rule: TenantRule;
}

/** Letters and digits of a reason in lower case, so that spelling makes no other correction; null when nothing is left. */
export function normalisedReason(reason: string): string | null {
  const words = reason
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return words.length === 0 ? null : words.join(' ');
}

/** Reviews with equal keys were corrected in the same way; null for those that were not. */
function correctionKey({ state, reason }: DecidedReview): string | null {
  if (state === 'edited') return state;
  const normalised = state === 'rejected' && reason !== null ? normalisedReason(reason) : null;
  return normalised === null ? null : `rejected ${normalised}`;
}

function classesOf({ actionType, attributes }: DecidedReview): readonly PatternClass[] {
  const whole = { action_type: actionType, attribute: null, value: null };
  const parts = CLASS_ATTRIBUTES.flatMap((attribute) => {
    const value = attributes[attribute];
    return typeof value === 'string' && value.length <= VALUE_MAX ? [{ ...whole, attribute, value }] : [];
  });
  return [whole, ...parts];
}

interface Candidate {
  readonly key: string;
  readonly of: PatternClass;
  readonly correction: string;
  /** Newest first. */
  readonly corrected: readonly DecidedReview[];
  readonly reviews: number;
  /** Lower bound of the share, so that few reviews do not look stronger than many. */
  readonly strength: number;
}

function candidatesOf(newestFirst: readonly DecidedReview[]): readonly Candidate[] {
  const classes = new Map<string, { of: PatternClass; reviews: number; corrected: Map<string, DecidedReview[]> }>();
  for (const review of newestFirst) {
    const correction = correctionKey(review);
    for (const of of classesOf(review)) {
      const key = canonicalJson({ ...of });
      const known = classes.get(key) ?? { of, reviews: 0, corrected: new Map<string, DecidedReview[]>() };
      known.reviews += 1;
      if (correction !== null) {
        const same = known.corrected.get(correction) ?? [];
        same.push(review);
        known.corrected.set(correction, same);
      }
      classes.set(key, known);
    }
  }
  return [...classes].flatMap(([key, { of, reviews, corrected }]) =>
    [...corrected].flatMap(([correction, found]): Candidate[] => {
      const share = found.length / reviews;
      if (found.length < PATTERN_TERMS.corrections_min || share < PATTERN_TERMS.share_min) return [];
      const strength = wilsonInterval(found.length, reviews).low;
      return [{ key: `${key} ${correction}`, of, correction, corrected: found, reviews, strength }];
    }),
  );
}

/**
 * The patterns in these reviews, the strongest first. Where several classes explain the same corrections the strongest is taken, and
 * of equally strong ones the narrower; another is a pattern beside it only if it explains enough that is left.
 */
export function correctionPatterns(reviews: readonly DecidedReview[], digest: Digest): readonly CorrectionPattern[] {
  const newestFirst = reviews.toSorted((a, b) => b.at - a.at || compare(a.id, b.id));
  const strongestFirst = candidatesOf(newestFirst).toSorted(
    (a, b) =>
      b.strength - a.strength ||
      Number(a.of.attribute === null) - Number(b.of.attribute === null) ||
      compare(a.key, b.key),
  );
  const explained = new Set<string>();
  const taken: Candidate[] = [];
  for (const candidate of strongestFirst) {
    const left = candidate.corrected.filter(({ id }) => !explained.has(id));
    if (left.length < PATTERN_TERMS.corrections_min) continue;
    for (const { id } of left) explained.add(id);
    taken.push(candidate);
  }
  return taken.slice(0, PATTERN_TERMS.listed_max).map((candidate) => patternOf(candidate, digest));
}

/** Whether a pattern that was dismissed at this time has come again since: as many corrections as make one. */
export function isBackSince({ times }: Pick<CorrectionPattern, 'times'>, dismissedAt: number): boolean {
  return times.filter((at) => at > dismissedAt).length >= PATTERN_TERMS.corrections_min;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function patternOf(
  { key, of, correction, corrected, reviews, strength }: Candidate,
  digest: Digest,
): CorrectionPattern {
  const hash = digest(key).slice(0, 16);
  const reason = correction === 'edited' ? null : (corrected[0]?.reason ?? null);
  const which = of.attribute === null ? '' : ` with ${of.attribute} ${of.value}`;
  const what = reason === null ? 'edited' : `rejected: ${reason}`;
  const { length: count } = corrected;
  return {
    id: `pat_${hash}`,
    class: of,
    correction: reason === null ? 'edited' : 'rejected',
    reason,
    words: `${count} of ${reviews} ${of.action_type}${which} were ${what}`,
    corrections: count,
    reviews,
    evidence: corrected.slice(0, PATTERN_TERMS.evidence_max).map(({ id }) => id),
    times: corrected.map(({ at }) => at),
    rule: {
      id: `pattern-${hash}`,
      title: clipped(`${of.action_type}${which}: ${what}`),
      when: [
        { attribute: 'action_type', operator: 'eq', value: of.action_type },
        // A proposal that has no such attribute is of another class, and the rule must not hold it as undecided.
        ...(of.attribute === null || of.value === null
          ? []
          : [
              { attribute: of.attribute, operator: 'exists' as const },
              { attribute: of.attribute, operator: 'eq' as const, value: of.value },
            ]),
      ],
      // Nothing is denied unless the 95 % interval of the share lies above what makes a pattern at all.
      then: reason !== null && strength >= PATTERN_TERMS.share_min ? 'deny' : 'hold',
    },
  };
}

/** Never splits a character in two. */
function clipped(text: string): string {
  return text.length <= TITLE_MAX
    ? text
    : `${text
        .slice(0, TITLE_MAX - 1)
        .toWellFormed()
        .replaceAll('\uFFFD', '')}…`;
}
