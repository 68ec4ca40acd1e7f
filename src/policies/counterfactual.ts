/**
 * What the gate would have said if one thing had been otherwise: without the cooldown, with another owner, or with another threshold of the
 * policy. All else stays as it was recorded. It is a simulation: nobody knows what would have followed from it.
 *
 * Source: Gatehouse console, C2, decision trace.
 */
import { laneOfOwner } from '../domain/counterfactual.ts';
import type { Change, Threshold } from '../domain/counterfactual.ts';
import type { GateFacts, GateRequest } from '../domain/gate.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import type { GuardState, OwnershipLock } from '../domain/guard.ts';
import { DAY_MS, UNTIL_RELEASED } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';

/** What each threshold changes. */
const WITH_THRESHOLD: Readonly<Record<Threshold, (policy: Policy, value: number) => Policy>> = {
  touch_cap: (policy, value) => ({ ...policy, touch_cap: { ...policy.touch_cap, max: value } }),
  touch_cap_days: (policy, value) => ({ ...policy, touch_cap: { ...policy.touch_cap, window_ms: value * DAY_MS } }),
  contact_cooldown_days: (policy, value) => ({
    ...policy,
    cooldown: { ...policy.cooldown, contact_ms: value * DAY_MS },
  }),
  account_cooldown_days: (policy, value) => ({
    ...policy,
    cooldown: { ...policy.cooldown, account_ms: value * DAY_MS },
  }),
  duplicate_days: (policy, value) => ({ ...policy, duplicate_window_ms: value * DAY_MS }),
  reply_stop_days: (policy, value) => ({ ...policy, reply_stop: { ...policy.reply_stop, window_ms: value * DAY_MS } }),
  confidence_floor: (policy, value) => ({ ...policy, confidence_floor: value }),
  budget_per_day_minor: (policy, value) => ({ ...policy, budget: { ...policy.budget, per_day_minor: value } }),
};

const NO_COOLDOWN: Policy['cooldown'] = { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} };

/** What the gate is asked with. The policy that comes of a threshold may be one that nobody could apply: its schema says so. */
export interface GateInput {
  readonly request: GateRequest;
  readonly facts: GateFacts;
  readonly policy: Policy;
}

export function withChange(input: GateInput, change: Change): GateInput {
  const { policy } = input;
  switch (change.kind) {
    case 'no_cooldown':
      return { ...input, policy: { ...policy, cooldown: NO_COOLDOWN } };
    case 'owner':
      return { ...input, facts: ownedBy(input, change.owner) };
    case 'threshold':
      return { ...input, policy: WITH_THRESHOLD[change.threshold](policy, change.value) };
  }
}

/** Who owns it has the lock of the account, or of the contact where there is no account; nobody else has one. */
function ownedBy({ request, facts, policy }: GateInput, owner: string | null): GateFacts {
  const lane = owner === null ? null : laneOfOwner(owner);
  const lock = (guard: GuardState): OwnershipLock | null =>
    owner === null
      ? null
      : {
          owner,
          lane: lane ?? 'operator',
          epoch: guard.lock_epoch + 1,
          until: lane === null ? UNTIL_RELEASED : request.at + policy.ownership_window_ms,
          person: lane === null,
        };
  const locked = (guard: GuardState | undefined, isOwned: boolean): GuardState | undefined => {
    if (guard === undefined && !(isOwned && owner !== null)) return undefined;
    const { lock: _, ...rest } = guard ?? EMPTY_GUARD;
    const next = isOwned ? lock(rest) : null;
    return next === null ? rest : { ...rest, lock: next };
  };
  const account = locked(facts.account, request.account !== null);
  const contact = locked(facts.contact, request.account === null);
  return {
    ...facts,
    ...(account === undefined ? {} : { account }),
    ...(contact === undefined ? {} : { contact }),
  };
}

/** `without the cooldown`, for whoever reads the result. */
export function changeWords(change: Change): string {
  switch (change.kind) {
    case 'no_cooldown':
      return 'without the cooldown';
    case 'owner':
      return change.owner === null ? 'if nobody owned it' : `if ${change.owner} owned it`;
    case 'threshold':
      return `with ${change.threshold} ${change.value}`;
  }
}
