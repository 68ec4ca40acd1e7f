/**
 * One owner at a time. A lane that acts holds its account for a window, so that no other lane crosses it; a person who takes over
 * holds it until release, or until a time that they said. What ends by itself is waited for; else others are held. The lock of the
 * account and the lock of the contact both count.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { GuardState, OwnershipLock } from '../../domain/guard.ts';
import { UNTIL_RELEASED } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { roughlyWords } from '../duration-words.ts';
import { held, missing, passed, scheduled } from '../gate-check.ts';
import type { CheckInputs } from '../gate-check.ts';
import { freeSince, placeOf, TURN_MS } from '../ownership-queue.ts';
import type { OrderPolicy, Place } from '../ownership-queue.ts';
import { reachesOut, specOf } from '../reach.ts';

type Claimant = Pick<GateRequest, 'lane' | 'proposer' | 'at'>;

function liveLockOf(guard: GuardState | undefined, at: number): OwnershipLock | undefined {
  if (guard === undefined || guard.lock === undefined) return undefined;
  return guard.lock.until > at ? guard.lock : undefined;
}

/** Who stands in the way: a person, another lane, or nobody. A person's own lock and the lane's own lock stand in nobody's way. */
export function rivalOf(lock: OwnershipLock, claimant: Claimant): 'person' | 'lane' | null {
  if (lock.person) return lock.owner === claimant.proposer ? null : 'person';
  return lock.lane === claimant.lane ? null : 'lane';
}

/** When the last of the locks in the way has ended; null when one of them ends by release only. */
function lastEnd(rivals: readonly OwnershipLock[]): Instant | null {
  const end = Math.max(...rivals.map((lock) => lock.until));
  return end < UNTIL_RELEASED ? end : null;
}

/**
 * The result for the locks of account and contact alone, or null when none stands in the way. A person's goes before a lane's, and
 * of two lanes' the one that ends later.
 */
export function lockConflict(claimant: Claimant, facts: Pick<GateFacts, 'account' | 'contact'>): CheckResult | null {
  const { at } = claimant;
  const locks = [liveLockOf(facts.account, at), liveLockOf(facts.contact, at)].filter((lock) => lock !== undefined);
  const rivals = locks.filter((lock) => rivalOf(lock, claimant) !== null);
  const personal = rivals.find((lock) => rivalOf(lock, claimant) === 'person');
  if (personal !== undefined) {
    const end = lastEnd(rivals);
    const inputs = { held_by: 'person', ends_in_ms: personal.until - at };
    return end === null
      ? held('ownership', { code: 'owned_by_person', comparison: 'a person has taken over', inputs })
      : scheduled(
          'ownership',
          {
            code: 'owned_by_person',
            comparison: `a person has taken over for another ${roughlyWords(end - at)}`,
            inputs,
          },
          end,
        );
  }
  const lane = rivals.reduce<OwnershipLock | null>(
    (last, lock) => (last === null || lock.until > last.until ? lock : last),
    null,
  );
  if (lane === null) return null;
  const endsIn = lane.until - at;
  return scheduled(
    'ownership',
    {
      code: 'owned_by_other_lane',
      comparison: `the ${lane.lane} lane owns it for another ${roughlyWords(endsIn)}`,
      inputs: { held_by: 'lane', lane: lane.lane, ends_in_ms: endsIn },
    },
    lane.until,
  );
}

/** The guard whose lock and line count: that of the account, and that of the person where there is no account. */
function ownedGuard(request: GateRequest, facts: GateFacts): GuardState | undefined {
  return request.account === null ? facts.contact : facts.account;
}

/** Nobody stands in the way any more, but others have waited longer: each before it has a turn. Null when it is its own. */
function yieldTo(
  { rivals }: Place,
  guard: GuardState | undefined,
  at: Instant,
  inputs: CheckInputs,
): CheckResult | null {
  const since = guard === undefined ? null : freeSince(guard, at);
  if (since === null || rivals === 0) return null;
  const turnAt = since + rivals * TURN_MS;
  if (at >= turnAt) return null;
  const opensIn = turnAt - at;
  return scheduled(
    'ownership',
    {
      code: 'ownership_queue',
      comparison: `${rivals} of another lane ${rivals === 1 ? 'goes' : 'go'} first; its turn is in ${roughlyWords(opensIn)}`,
      inputs: { held_by: null, ...inputs, opens_in_ms: opensIn },
    },
    turnAt,
  );
}

/**
 * Who is kept waiting by the lock of somebody else is told their place in line; and whoever comes when it has just ended lets those before go
 * first.
 *
 * Source: GTM harness 3 A, ownership lock: one active owner of an entity in a decision window.
 */
export function ownershipCheck(request: GateRequest, facts: GateFacts, policy: OrderPolicy): CheckResult {
  if (!reachesOut(specOf(request))) return passed('ownership', 'not applicable: nobody outside is reached');
  if (request.account === null && request.person === null) return missing('ownership', 'account');
  if (request.account !== null && facts.account === undefined) return missing('ownership', 'account');
  if (request.person !== null && facts.contact === undefined) return missing('ownership', 'contact');

  const guard = ownedGuard(request, facts);
  const place = placeOf({ action: request.action, lane: request.lane, since: request.at }, guard?.queue ?? [], policy);
  const line: CheckInputs = { position: place.position, waiting: place.waiting };
  const conflict = inLine(lockConflict(request, facts), line, (at) => yieldTo(place, guard, at, line)?.next_at ?? at);
  // No lock that ends makes up for an account in another partition.
  if (conflict?.outcome === 'hold') return facts.scope_linked === true ? conflict : { ...conflict, next_at: null };
  if (facts.scope_linked === undefined) return missing('ownership', 'scope_linked');
  if (!facts.scope_linked) {
    return held('ownership', {
      code: 'scope_unlinked',
      comparison: 'the account of the contact is kept in another partition',
      inputs: { scope_linked: false },
    });
  }
  const waits = conflict ?? yieldTo(place, guard, request.at, line);
  return waits ?? passed('ownership', `no one but the ${request.lane} lane owns it`, { held_by: null });
}

/** What is kept waiting until a lock ends, and then until its turn. */
function inLine(
  conflict: CheckResult | null,
  line: CheckInputs,
  turnFrom: (end: Instant) => Instant,
): CheckResult | null {
  if (conflict === null) return null;
  const { comparison, inputs, next_at: end } = conflict;
  return {
    ...conflict,
    comparison: `${comparison}; number ${String(line['position'])} of ${String(line['waiting'])} in line`,
    inputs: { ...inputs, ...line },
    next_at: end === null ? null : turnFrom(end),
  };
}
