/**
 * The gate: whether a proposed action may leave, now, later, after somebody has looked, or never. Every check is run and every result
 * kept, so that people see all reasons and not only the first. Whatever goes wrong inside the gate holds the action: nothing leaves
 * because something failed.
 */
import { GATE_CHECKS } from '../domain/gate.ts';
import type { CheckResult, GateCheck, GateFacts, GateRequest, Verdict } from '../domain/gate.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { abmBackstopCheck } from './checks/abm-backstop.check.ts';
import { authorizationCheck } from './checks/authorization.check.ts';
import { budgetCheck } from './checks/budget.check.ts';
import { channelCheck } from './checks/channel.check.ts';
import { confidenceCheck } from './checks/confidence.check.ts';
import { consentCheck } from './checks/consent.check.ts';
import { cooldownCheck } from './checks/cooldown.check.ts';
import { doNotProspectCheck } from './checks/do-not-prospect.check.ts';
import { duplicateCheck } from './checks/duplicate.check.ts';
import { killSwitchCheck } from './checks/kill-switch.check.ts';
import { messageClassCheck } from './checks/message-class.check.ts';
import { ownershipCheck } from './checks/ownership.check.ts';
import { quietHoursCheck } from './checks/quiet-hours.check.ts';
import { reengagementCheck } from './checks/reengagement.check.ts';
import { replyStopCheck } from './checks/reply-stop.check.ts';
import { senderHealthCheck } from './checks/sender-health.check.ts';
import { suppressionCheck } from './checks/suppression.check.ts';
import { syncFreshnessCheck } from './checks/sync-freshness.check.ts';
import { tenantRulesCheck } from './checks/tenant-rules.check.ts';
import { touchCapCheck } from './checks/touch-cap.check.ts';
import { trustCheck } from './checks/trust.check.ts';
import { held } from './gate-check.ts';
import type { GateCheckFunction } from './gate-check.ts';
import { holdQueueOf } from './hold-queue.ts';

/** The checks of one version of the gate. One that it does not have yet is not run. */
export type CheckTable = Readonly<Partial<Record<GateCheck, GateCheckFunction>>>;

export const CHECKS = {
  kill_switch: killSwitchCheck,
  authorization: authorizationCheck,
  channel: channelCheck,
  sender_health: senderHealthCheck,
  suppression: suppressionCheck,
  consent: consentCheck,
  message_class: messageClassCheck,
  ownership: ownershipCheck,
  do_not_prospect: doNotProspectCheck,
  sync_freshness: syncFreshnessCheck,
  duplicate: duplicateCheck,
  cooldown: cooldownCheck,
  touch_cap: touchCapCheck,
  reply_stop: replyStopCheck,
  reengagement: reengagementCheck,
  abm_backstop: abmBackstopCheck,
  quiet_hours: quietHoursCheck,
  budget: budgetCheck,
  tenant_rules: tenantRulesCheck,
  confidence: confidenceCheck,
  trust: trustCheck,
} as const satisfies Readonly<Record<GateCheck, GateCheckFunction>>;

/** The checks that can put an action off, and so must also pass at the time that it is put off to. */
const TIMED_CHECKS = [
  'sender_health',
  'ownership',
  'cooldown',
  'touch_cap',
  'reengagement',
  'quiet_hours',
  'budget',
] as const satisfies readonly GateCheck[];

/**
 * Rounds in search of a time. A throttled sender's day is drawn by lot, and a week may have few hours, so many weeks may have to be asked; with one hour
 * a week and the share of days that is usual, two hundred rounds miss a time once in 10^12.
 */
const SCHEDULE_ROUNDS_MAX = 200;

const ERROR_TEXT_MAX = 200;

function gateError(check: GateCheck, error: string): CheckResult {
  return held(check, {
    code: 'gate_error',
    comparison: 'the check could not be evaluated',
    inputs: { error: error.slice(0, ERROR_TEXT_MAX) },
  });
}

/** One check, closed on failure: an exception, or a time to come back at that is not in the future, holds. */
function runCheck(
  table: CheckTable,
  check: GateCheck,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
): CheckResult {
  try {
    // A time that is no number would make every comparison of times false, which reads as `long ago`.
    if (!Number.isFinite(request.at)) return gateError(check, 'the time of the request is not a number');
    const run = table[check];
    if (run === undefined) return gateError(check, 'this gate has no such check');
    const result = run(request, facts, policy);
    if (result.outcome !== 'schedule') return result;
    const { next_at: nextAt } = result;
    const isLater = nextAt !== null && nextAt > request.at && nextAt < Number.POSITIVE_INFINITY;
    return isLater ? result : gateError(check, 'the check was put off to no later time');
  } catch (error) {
    return gateError(check, error instanceof Error ? error.message : String(error));
  }
}

function holdVerdict(checks: readonly CheckResult[]): Verdict {
  const codes = checks.filter((result) => result.outcome === 'hold').map((result) => result.code);
  return { kind: 'hold', queue: holdQueueOf(codes), checks };
}

function latestOf(results: readonly CheckResult[]): Instant {
  return Math.max(...results.map((result) => result.next_at ?? Number.NEGATIVE_INFINITY));
}

/** Puts results in the place of those that passed; what was found at the time of the request itself stays. */
function completed(
  checks: readonly CheckResult[],
  later: readonly CheckResult[],
  evaluatedInMs: number,
): readonly CheckResult[] {
  return checks.map((result) => {
    const other = later.find(({ check }) => check === result.check);
    if (other === undefined || (result.outcome !== 'pass' && other.outcome === 'schedule')) return result;
    // A denial that lies in the future is no denial now.
    const outcome = other.outcome === 'deny' ? 'hold' : other.outcome;
    return { ...other, outcome, inputs: { ...other.inputs, evaluated_in_ms: evaluatedInMs } };
  });
}

/**
 * The earliest time at which every timed check passes: a cooldown that ends at three in the morning is followed by quiet hours, which
 * no check has seen at the time of the request. The timed checks are asked again at each time found until none moves it.
 */
function scheduleVerdict(
  table: CheckTable,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
  found: readonly CheckResult[],
  roundsMax: number,
): Verdict {
  let checks = found;
  let at = latestOf(found.filter((result) => result.outcome === 'schedule'));
  for (let round = 0; round < roundsMax; round += 1) {
    const later = { ...request, at };
    const open = TIMED_CHECKS.filter((check) => table[check] !== undefined)
      .map((check) => runCheck(table, check, later, facts, policy))
      .filter((result) => result.outcome !== 'pass');
    if (open.length === 0) return { kind: 'schedule', at, checks };
    checks = completed(checks, open, at - request.at);
    if (open.some((result) => result.outcome !== 'schedule')) return holdVerdict(checks);
    at = latestOf(open);
  }
  const last = checks.findLast((result) => result.outcome === 'schedule');
  return holdVerdict(
    checks.map((result) =>
      result === last ? gateError(result.check, 'no time was found at which every check passes') : result,
    ),
  );
}

/**
 * Runs every check and combines them: one denial denies; else one hold holds, in the queue that its reasons call for; else what can
 * only wait is scheduled for the first time at which all would pass; else it passes. Results stand in the order of `GATE_CHECKS`. A
 * check that passed at the time of the request but stands in the way of a scheduled time shows the latter, with `evaluated_in_ms`
 * saying from when. Never throws.
 *
 * Source: GTM harness 3, concurrency, trust and execution safety.
 */
export function evaluateGate(request: GateRequest, facts: GateFacts, policy: Policy): Verdict {
  return evaluateChecks(CHECKS, request, facts, policy);
}

/** As `evaluateGate`, with the checks of another version, and as many rounds in search of a time as it had. */
export function evaluateChecks(
  table: CheckTable,
  request: GateRequest,
  facts: GateFacts,
  policy: Policy,
  roundsMax = SCHEDULE_ROUNDS_MAX,
): Verdict {
  const checks = GATE_CHECKS.filter((check) => table[check] !== undefined).map((check) =>
    runCheck(table, check, request, facts, policy),
  );
  if (checks.some((result) => result.outcome === 'deny')) return { kind: 'deny', checks };
  if (checks.some((result) => result.outcome === 'hold')) return holdVerdict(checks);
  if (checks.some((result) => result.outcome === 'schedule'))
    return scheduleVerdict(table, request, facts, policy, checks, roundsMax);
  return { kind: 'pass', checks };
}
