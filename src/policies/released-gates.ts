/**
 * The gate as it was at each version that ever decided something, so that an old verdict can be reached again. What changed between
 * two versions stands here once, as what the earlier one made of the facts or of the result. Checks and facts that a later version
 * added need nothing: an earlier policy does not speak of them, and an earlier gate has no such check.
 *
 * | version | rule |
 * |---|---|
 * | 1 | A permitted touch counts from the grant of its permit. |
 * | 2 | A permitted touch counts from the last moment at which it may happen, until it is known when it did. |
 * | 3 | Classes of messages have rules of their own, a basis may be kept per purpose, and every result says when it could pass. |
 */
import { GATE_VERSION } from '../domain/gate.ts';
import type { CheckResult, GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { GateCheckFunction } from './gate-check.ts';
import { CHECKS, evaluateChecks, evaluateGate } from './gate.ts';
import type { CheckTable } from './gate.ts';

/** Null when this program has no gate of that version. */
export function evaluateReleasedGate(
  version: number,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
): Verdict | null {
  if (version === GATE_VERSION) return evaluateGate(request, facts, policy);
  if (version === 2) return evaluateChecks(CHECKS_2, request, facts, policy);
  if (version === 1) return evaluateChecks(CHECKS_2, request, countedFromGrant(facts), policy);
  return null;
}

/** The check of today with the time at which an earlier version would have said that it could pass. */
function withTime(
  check: GateCheckFunction,
  nextAtOf: (result: CheckResult, request: GateRequest, policy: Policy) => Instant | null,
): GateCheckFunction {
  return (request, facts, policy) => {
    const result = check(request, facts, policy);
    return result.outcome === 'pass' || result.outcome === 'schedule'
      ? result
      : { ...result, next_at: nextAtOf(result, request, policy) };
  };
}

/** A time that stands in the inputs as a length from the request; null for a result that has none. */
function after(request: GateRequest, length: CheckResult['inputs'][string] | undefined): Instant | null {
  return typeof length === 'number' ? request.at + length : null;
}

const { message_class: _class, sync_freshness: _sync, reengagement: _again, ...SINCE_BEFORE_3 } = CHECKS;

const CHECKS_2: CheckTable = {
  ...SINCE_BEFORE_3,
  duplicate: withTime(CHECKS.duplicate, () => null),
  trust: withTime(CHECKS.trust, () => null),
  ownership: withTime(CHECKS.ownership, ({ inputs }, request) => after(request, inputs['ends_in_ms'])),
  reply_stop: withTime(CHECKS.reply_stop, ({ inputs }, request, policy) => {
    const ago = inputs['replied_ago_ms'];
    return after(request, typeof ago === 'number' ? policy.reply_stop.window_ms - ago : undefined);
  }),
};

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
