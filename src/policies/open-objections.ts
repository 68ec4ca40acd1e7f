/** Which objections of an account or person still stand, for a decision: the newest few that are not too old. */
import type { Instant } from '../domain/instant.ts';
import { DAY_MS } from '../domain/instant.ts';
import type { StandingObjection } from '../domain/note.ts';

/** After this nobody is held to what they once said. */
const STANDS_MS = 90 * DAY_MS;

/** How many a decision is shown. */
const SHOWN_MAX = 3;

export function openObjections(known: readonly StandingObjection[], at: Instant): readonly StandingObjection[] {
  const byId = new Map(known.map((objection) => [objection.note, objection]));
  return [...byId.values()]
    .filter((objection) => at - objection.at <= STANDS_MS)
    .toSorted((a, b) => b.at - a.at || (a.note < b.note ? -1 : 1))
    .slice(0, SHOWN_MAX);
}
