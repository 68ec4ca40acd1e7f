/**
 * The guards of one company or person that was kept under several names, read as one. Touches, open actions and fingerprints of all
 * count, and wherever the sides differ the stricter holds. With a single guard the answer is that guard, so nothing changes for
 * those who were never merged.
 */
import type { Relation } from './entity.ts';
import type { GuardState, OwnershipLock, Touch } from './guard.ts';
import { BASES_BY_STRICTNESS, stricterBases } from './lawful-basis.ts';

function touchKey({ action, at, channel, source }: Touch): string {
  return action === null ? `${at}/${channel}/${source}` : `${action}/${channel}`;
}

/** Copies of one touch, as both sides of an earlier merge may hold, count once, at the latest moment that any of them names. */
function unitedTouches(states: readonly GuardState[]): GuardState['touches'] {
  const byKey = new Map<string, Touch>();
  for (const { touches } of states) {
    for (const touch of touches) {
      const known = byKey.get(touchKey(touch));
      if (known === undefined || (known.until ?? known.at) < (touch.until ?? touch.at))
        byKey.set(touchKey(touch), touch);
    }
  }
  return [...byKey.values()].toSorted((a, b) => a.at - b.at);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A person's lock goes before a lane's, then the one that ends later. One that has ended holds nobody. */
export function strictestLock(states: readonly GuardState[], at: number): OwnershipLock | undefined {
  return states
    .flatMap(({ lock }) => (lock === undefined || lock.until <= at ? [] : [lock]))
    .toSorted((a, b) => Number(b.person) - Number(a.person) || b.until - a.until || (a.owner < b.owner ? -1 : 1))[0];
}

/** Every relation is a reason not to prospect, so true on either side is true, and what neither side knows stays unknown. */
function unitedRelations(states: readonly GuardState[]): GuardState['relations'] {
  const united: Partial<Record<Relation, boolean>> = {};
  for (const { relations } of states)
    for (const [name, value] of Object.entries(relations ?? {}) as [Relation, boolean | undefined][])
      if (value !== undefined) united[name] = (united[name] ?? false) || value;
  return Object.keys(united).length === 0 ? undefined : united;
}

/** Whoever waits for one waits for all of them. */
function unitedQueue(states: readonly GuardState[]): GuardState['queue'] {
  const queue = [...new Map(states.flatMap((state) => state.queue ?? []).map((item) => [item.action, item])).values()];
  return queue.length === 0 ? undefined : queue.toSorted((a, b) => a.since - b.since || (a.action < b.action ? -1 : 1));
}

/** `states` with the survivor first: what cannot be compared, such as a time zone, is taken from the first that knows it. */
export function stricterGuard(states: readonly [GuardState, ...GuardState[]], at: number): GuardState {
  const [first] = states;
  if (states.length === 1) return first;
  const some = <Key extends keyof GuardState>(key: Key, value: GuardState[Key]) =>
    value === undefined ? {} : { [key]: value };
  const consents = new Set(states.map((state) => state.consent));
  const abm = states.flatMap((state) => (state.abm_active === undefined ? [] : [state.abm_active]));
  return {
    touches: unitedTouches(states),
    open: [...new Map(states.flatMap(({ open }) => open).map((item) => [item.action, item])).values()],
    prints: [
      ...new Map(
        states.flatMap(({ prints }) => prints).map((print) => [`${print.fingerprint}/${print.at}`, print]),
      ).values(),
    ].toSorted((a, b) => a.at - b.at),
    lock_epoch: states.reduce((sum, state) => sum + state.lock_epoch, 0),
    spent_minor: first.spent_minor,
    ...some('replied_at', latest(states.map((state) => state.replied_at))),
    ...some('wrote_at', latest(states.map((state) => state.wrote_at))),
    ...some('opted_out_at', earliest(states.map((state) => state.opted_out_at))),
    ...some('bounced_at', latest(states.map((state) => state.bounced_at))),
    ...some('rejected_at', latest(states.map((state) => state.rejected_at))),
    ...some('lost_at', latest(states.map((state) => state.lost_at))),
    ...some('lawful', stricterBases(states.map((state) => state.lawful))),
    ...some(
      'consent',
      BASES_BY_STRICTNESS.find((basis) => consents.has(basis)),
    ),
    ...some('country', states.find((state) => state.country !== undefined)?.country),
    ...some('time_zone', states.find((state) => state.time_zone !== undefined)?.time_zone),
    ...some('relations', unitedRelations(states)),
    ...some('abm_active', abm.length === 0 ? undefined : abm.includes(true)),
    ...some('lock', strictestLock(states, at)),
    ...some('queue', unitedQueue(states)),
    ...some('freed_at', latest(states.map((state) => state.freed_at))),
  };
}

export interface GuardMember {
  readonly key: string;
  readonly state: GuardState;
}

/** The keys of the guards that are read together with this one, itself first. */
export function keysReadWith({ key, state }: GuardMember): readonly string[] {
  return [key, ...(state.joined ?? []).map((peer) => peer.key)];
}

/** All guards of one company or person as one: the survivor's first, then by key, so that the order of loading does not matter. */
export function asOne(members: readonly [GuardMember, ...GuardMember[]], at: number): GuardState {
  const [only] = members;
  if (members.length === 1) return only.state;
  const [first = only, ...others] = members.toSorted(
    (a, b) => Number(a.state.into !== undefined) - Number(b.state.into !== undefined) || (a.key < b.key ? -1 : 1),
  );
  return stricterGuard([first.state, ...others.map((member) => member.state)], at);
}
