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
 * | 4 | Where several clocks are possible, the hours that are right on all of them count; before, such a contact was held. Holidays and the hours of senders are asked, and so is how well a sender is taken. Who waits for a lock stands in line. |
 */
import { GATE_VERSION } from '../domain/gate.ts';
import type { CheckResult, GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { held } from './gate-check.ts';
import type { GateCheckFunction } from './gate-check.ts';
import { CHECKS, evaluateChecks, evaluateGate } from './gate.ts';
import type { CheckTable } from './gate.ts';
import { isPromotion, specOf } from './reach.ts';
import { zoneOfCountry } from './single-zone-countries.ts';
import { zoneOffsetMs } from './zone-offset.ts';

/** No check drew days by lot then, so a few rounds always found a time if there was one. */
const ROUNDS_BEFORE_4 = 10;

/** Null when this program has no gate of that version. */
export function evaluateReleasedGate(
  version: number,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
): Verdict | null {
  if (version === GATE_VERSION) return evaluateGate(request, facts, policy);
  if (version === 3) return evaluateChecks(CHECKS_3, request, facts, policy, ROUNDS_BEFORE_4);
  if (version === 2) return evaluateChecks(CHECKS_2, request, facts, policy, ROUNDS_BEFORE_4);
  if (version === 1) return evaluateChecks(CHECKS_2, request, countedFromGrant(facts), policy, ROUNDS_BEFORE_4);
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

/** A zone had to be recorded, or be the only one of the country, and there were neither holidays nor hours of senders. */
const quietHours3: GateCheckFunction = (request, facts, policy) => {
  const { contact } = facts;
  if (contact === undefined || request.person === null || !isPromotion(specOf(request)))
    return CHECKS.quiet_hours(request, facts, policy);
  const { country, ...guard } = contact;
  const zone = contact.time_zone ?? (country === undefined ? null : zoneOfCountry(country));
  const isZone = zone !== null && zoneOffsetMs(zone, request.at) !== null;
  return isZone
    ? CHECKS.quiet_hours(
        request,
        { ...facts, contact: { ...guard, time_zone: zone } },
        { sending_hours: policy.sending_hours },
      )
    : held('quiet_hours', {
        code: 'time_zone_unknown',
        comparison: zone === null ? 'the time zone is not known' : `there is no time zone ${zone}`,
        inputs: { zone, country: country ?? null },
      });
};

const { sender_health: _sender, ...SINCE_BEFORE_4 } = CHECKS;
/** A person's lock held others also when it had an end, nobody stood in line, and results did not say a place in it. */
const ownership3: GateCheckFunction = (request, facts, policy) => {
  const before: GateFacts = {
    ...facts,
    ...(facts.account === undefined ? {} : { account: withoutLine(facts.account) }),
    ...(facts.contact === undefined ? {} : { contact: withoutLine(facts.contact) }),
  };
  const locked = withoutPlace(CHECKS.ownership(request, { ...before, scope_linked: true }, policy));
  if (locked.code === 'owned_by_person')
    return { ...locked, outcome: 'hold', next_at: facts.scope_linked === true ? locked.next_at : null };
  return withoutPlace(CHECKS.ownership(request, before, policy));
};

function withoutPlace(result: CheckResult): CheckResult {
  const { position: _, waiting: __, ...inputs } = result.inputs;
  return { ...result, inputs };
}

function withoutLine({ queue: _, freed_at: __, ...guard }: GuardState): GuardState {
  return guard;
}

const CHECKS_3: CheckTable = { ...SINCE_BEFORE_4, quiet_hours: quietHours3, ownership: ownership3 };

const { message_class: _class, sync_freshness: _sync, reengagement: _again, ...SINCE_BEFORE_3 } = CHECKS_3;

const CHECKS_2: CheckTable = {
  ...SINCE_BEFORE_3,
  duplicate: withTime(CHECKS.duplicate, () => null),
  trust: withTime(CHECKS.trust, () => null),
  ownership: withTime(ownership3, ({ inputs }, request) => after(request, inputs['ends_in_ms'])),
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
