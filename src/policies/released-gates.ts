/**
 * The gate as it was at each version that ever decided something, so that an old verdict can be reached again. What changed between
 * two versions stands here once, as what the earlier one made of the facts.
 *
 * | version | rule |
 * |---|---|
 * | 1 | A permitted touch counts from the grant of its permit. |
 * | 2 | A permitted touch counts from the last moment at which it may happen, until it is known when it did. |
 */
import { GATE_VERSION } from '../domain/gate.ts';
import type { GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import type { Policy } from '../domain/policy.ts';
import { evaluateGate } from './gate.ts';

/** Null when this program has no gate of that version. */
export function evaluateReleasedGate(
  version: number,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
): Verdict | null {
  if (version === GATE_VERSION) return evaluateGate(request, facts, policy);
  if (version === 1) return evaluateGate(request, countedFromGrant(facts), policy);
  return null;
}

function countedFromGrant(facts: GateFacts): GateFacts {
  const { contact, account, domain } = facts;
  return {
    ...facts,
    ...(contact === undefined ? {} : { contact: withoutUntil(contact) }),
    ...(account === undefined ? {} : { account: withoutUntil(account) }),
    ...(domain === undefined ? {} : { domain: withoutUntil(domain) }),
  };
}

function withoutUntil(guard: GuardState): GuardState {
  return { ...guard, touches: guard.touches.map(({ until: _, ...touch }) => touch) };
}
