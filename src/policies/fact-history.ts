/**
 * When each of several claims about one thing held, if only one value can hold at a time. The answer depends on the claims alone and not on
 * the order in which they came, so a late claim takes its place in the past and a corrected one the place of the one before it.
 */
import { NOTE_AUTHORITIES } from '../domain/note.ts';
import type { NoteAuthority } from '../domain/note.ts';

export interface Claim {
  readonly id: string;
  readonly validFrom: number;
  /** When it ends by its own words; null when it says nothing of an end. */
  readonly validTo: number | null;
  readonly observedAt: number;
  readonly authority: NoteAuthority;
  readonly confidence: number;
}

/** From when to when a claim held; null when nothing has ended it. */
export interface Holding {
  readonly id: string;
  readonly from: number;
  readonly to: number | null;
}

const rankOf = (authority: NoteAuthority): number => NOTE_AUTHORITIES.indexOf(authority);

/**
 * The order of claims: by the time from which they hold. Of those that hold from the same time, the one that was observed later goes last, then
 * the one of the stronger authority, then of the higher confidence, then of the greater id; the last one is believed.
 */
export function compareClaims(a: Claim, b: Claim): number {
  return (
    a.validFrom - b.validFrom ||
    a.observedAt - b.observedAt ||
    rankOf(a.authority) - rankOf(b.authority) ||
    a.confidence - b.confidence ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/**
 * The history that the claims make, in order of time. Each claim holds from its own start to its own end or to the start of the next, whichever
 * comes first; a claim that another one with the same start outdoes holds never and is left out. A claim that ended does not come back.
 */
export function historyOf(claims: readonly Claim[]): readonly Holding[] {
  const ordered = claims.toSorted(compareClaims);
  const believed = ordered.filter((claim, index) => ordered[index + 1]?.validFrom !== claim.validFrom);
  return believed.map((claim, index) => {
    const next = believed[index + 1]?.validFrom ?? null;
    const to = next === null || (claim.validTo !== null && claim.validTo < next) ? claim.validTo : next;
    return { id: claim.id, from: claim.validFrom, to };
  });
}
