/** What is told cannot have happened far ahead of our clock: it would count as the newest until then. */
import { GatehouseError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { DAY_MS, isoOf } from '../domain/instant.ts';

/** How far the clock of a sender may be ahead. */
const AHEAD_MAX_MS = DAY_MS;

/** Throws `time_in_future`. */
export function refuseAhead(at: Instant, now: Instant, pointer: string): void {
  if (at <= now + AHEAD_MAX_MS) return;
  throw new GatehouseError('time_in_future', `${isoOf(at)} is more than 24 hours ahead of the clock here.`, {
    faults: [{ pointer, detail: 'is more than 24 hours ahead of the clock here' }],
  });
}
