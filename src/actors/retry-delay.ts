/**
 * When an attempt that certainly did nothing is made again. The waits double, so that a channel in trouble is not pressed, and differ from
 * permit to permit, so that those which failed together do not come back together. They end with the permit and not with a number of attempts:
 * a channel that is away for some minutes should cost its messages minutes.
 */
import type { Instant } from '../domain/instant.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/instant.ts';
import { uniformOf } from '../stats/random.ts';

const FIRST_MS = 2 * SECOND_MS;
/** The longest wait is this part of the permit's life, within the bounds, so that a permit of days is not tried every other minute. */
const LONGEST_SHARE = 1 / 20;
const LONGEST_MIN_MS = 2 * MINUTE_MS;
const LONGEST_MAX_MS = HOUR_MS;

/** In milliseconds. Each wait lies between half and the whole of its bound. `attempts` is how many were made before the one that failed. */
export function retryDelayMs(permit: {
  readonly id: string;
  readonly attempts: number;
  readonly grantedAt: Instant;
  readonly expiresAt: Instant;
}): number {
  const life = (permit.expiresAt - permit.grantedAt) * LONGEST_SHARE;
  const longest = Math.min(Math.max(life, LONGEST_MIN_MS), LONGEST_MAX_MS);
  const bound = Math.min(FIRST_MS * 2 ** permit.attempts, longest);
  return Math.round((bound * (1 + uniformOf(`again\n${permit.id}\n${permit.attempts}`))) / 2);
}
