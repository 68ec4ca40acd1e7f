/** Whether a note should be looked at again: nobody has found it to hold for longer than such a thing usually does. */
import { DAY_MS } from '../domain/instant.ts';
import { PREDICATES } from '../domain/note.ts';
import type { Predicate, StoredNote } from '../domain/note.ts';

/** Days by predicate that differ from those of the catalogue. */
export type StaleDays = Readonly<Partial<Record<Predicate, number>>>;

/** For notes without predicate. */
const STALE_AFTER_DAYS = 365;

export function isStale(
  { predicate, lastVerifiedAt }: Pick<StoredNote, 'predicate' | 'lastVerifiedAt'>,
  days: StaleDays,
  now: number,
): boolean {
  const limit = predicate === null ? STALE_AFTER_DAYS : (days[predicate] ?? PREDICATES[predicate].staleAfterDays);
  return now - lastVerifiedAt > limit * DAY_MS;
}
