/**
 * Who is next when the lock of an account or contact ends: lanes in the order of the policy, and within a lane whoever has waited
 * longest. Each in line has a turn of its own, so that nobody who comes later goes before, and nobody who cannot go keeps the others for long.
 */
import type { GuardState, Waiting } from '../domain/guard.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { Lane } from '../domain/lane.ts';
import type { Policy } from '../domain/policy.ts';

/** A person before both lanes, and who asked us before whom we ask. Lanes that are not named come last, all alike. */
export const DEFAULT_OWNERSHIP_ORDER: readonly Lane[] = ['operator', 'inbound'];

/** How long those behind wait for each in line before it is their turn. */
export const TURN_MS = MINUTE_MS;

export type OrderPolicy = Pick<Policy, 'ownership_order'>;
export type InLine = Pick<Waiting, 'action' | 'lane' | 'since'>;

function rankOf(lane: Lane, order: readonly Lane[]): number {
  const rank = order.indexOf(lane);
  return rank === -1 ? order.length : rank;
}

/** Those who wait, the next one first. */
export function inOrder<Item extends InLine>(waiting: readonly Item[], policy: OrderPolicy): readonly Item[] {
  const order = policy.ownership_order ?? DEFAULT_OWNERSHIP_ORDER;
  return waiting.toSorted(
    (a, b) => rankOf(a.lane, order) - rankOf(b.lane, order) || a.since - b.since || (a.action < b.action ? -1 : 1),
  );
}

export interface Place {
  /** From 1. Somebody who does not wait yet has the place that they would get. */
  readonly position: number;
  readonly waiting: number;
  /** How many of those before are of another lane, so that only one of both can go. */
  readonly rivals: number;
}

export function placeOf(me: InLine, waiting: readonly InLine[], policy: OrderPolicy): Place {
  const known = waiting.find(({ action }) => action === me.action);
  const line = inOrder(known === undefined ? [...waiting, me] : waiting, policy);
  const index = line.findIndex(({ action }) => action === me.action);
  const rivals = line.slice(0, index).filter(({ lane }) => lane !== me.lane).length;
  return { position: index + 1, waiting: line.length, rivals };
}

/** Since when nobody holds it; null while somebody does, and when nobody ever did. */
export function freeSince({ lock, freed_at: freedAt }: GuardState, at: Instant): Instant | null {
  if (lock !== undefined && lock.until > at) return null;
  const since = Math.max(lock?.until ?? Number.NEGATIVE_INFINITY, freedAt ?? Number.NEGATIVE_INFINITY);
  return Number.isFinite(since) ? since : null;
}
