/**
 * The last look before an action leaves. A permit is minutes old when it is used; in that time a person may have replied, objected or
 * taken over, an admin may have pulled the kill switch, and the content may have been changed. Everything that can stop an action at
 * once is asked again here, and what cannot be answered stops it too.
 */
import type { ActionType, Channel } from '../domain/action-types.ts';
import type { CheckResult, GateCheck, GateFacts } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import type { Instant } from '../domain/instant.ts';
import type { Lane } from '../domain/lane.ts';
import type { Mode } from '../domain/mode.ts';
import type { Policy } from '../domain/policy.ts';
import type { ExecutionReason, GateReason } from '../domain/reason-codes.ts';
import { consentCheck } from './checks/consent.check.ts';
import { killSwitchCheck } from './checks/kill-switch.check.ts';
import { lockConflict, rivalOf } from './checks/ownership.check.ts';
import { quietHoursCheck } from './checks/quiet-hours.check.ts';
import { replyStopCheck } from './checks/reply-stop.check.ts';
import { stoppedSender } from './checks/sender-health.check.ts';
import { suppressionCheck } from './checks/suppression.check.ts';
import { roughlyWords } from './duration-words.ts';
import { missing } from './gate-check.ts';
import { reachesOut, specOf } from './reach.ts';

/** What a permit was granted for. */
export interface PermitTerms {
  readonly actionType: ActionType;
  readonly lane: Lane;
  readonly channel: Channel;
  /** Permits of before senders were recorded have none. */
  readonly sender?: string | undefined;
  readonly proposer: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly fingerprint: string;
  readonly mode: Mode;
  readonly expiresAt: Instant;
  /** `lock_epoch` of the guards when the permit was granted; null where there was no guard. */
  readonly lockEpochs: { readonly account: number | null; readonly contact: number | null };
}

export type SecondCheckFacts = Pick<
  GateFacts,
  'kill_switch' | 'paused' | 'mode' | 'sender' | 'suppressions' | 'contact' | 'account' | 'scope_linked'
>;

/** What stops an action after all. The shape is that of a gate's result, with the checks and codes that only execution has. */
export interface SecondCheckFailure extends Omit<CheckResult, 'check' | 'code' | 'outcome'> {
  readonly check: GateCheck | 'permit' | 'content' | 'mode';
  readonly outcome: 'schedule' | 'hold' | 'deny';
  readonly code: GateReason | ExecutionReason;
}

type Failure = SecondCheckFailure | null;

function stopped(
  check: SecondCheckFailure['check'],
  code: SecondCheckFailure['code'],
  comparison: string,
  inputs: SecondCheckFailure['inputs'],
): SecondCheckFailure {
  return { check, outcome: 'hold', code, inputs, comparison, next_at: null };
}

function failureOf(result: CheckResult): Failure {
  const { outcome, code } = result;
  return outcome === 'pass' ? null : { ...result, outcome, code: code ?? 'second_check_failed' };
}

function expiry({ expiresAt }: PermitTerms, at: Instant): Failure {
  if (at <= expiresAt) return null;
  const ago = at - expiresAt;
  return stopped('permit', 'permit_expired', `the permit expired ${roughlyWords(ago)} ago`, { expired_ago_ms: ago });
}

function content({ fingerprint }: PermitTerms, contentFingerprint: string): Failure {
  if (fingerprint === contentFingerprint) return null;
  return stopped('content', 'content_changed', 'the content is not the one that was permitted', { same: false });
}

/** A permit that was granted in one mode is void in every other: what was only to be rendered must not be sent. */
function modeChange(permit: PermitTerms, { mode }: SecondCheckFacts): Failure {
  if (mode === permit.mode) return null;
  return stopped(
    'mode',
    mode === undefined ? 'fact_missing' : 'second_check_failed',
    mode === undefined ? 'mode is not known' : `the mode is ${mode}, the permit is for ${permit.mode}`,
    { mode: mode ?? null, permitted: permit.mode },
  );
}

/** True when the lock went to somebody else and back since the permit: a takeover that was released has no lock left to show. */
function changedHands(permit: PermitTerms, guard: GuardState, epoch: number | null, at: Instant): boolean {
  if (epoch === null || guard.lock_epoch === epoch) return false;
  return guard.lock === undefined || rivalOf(guard.lock, { ...permit, at }) !== null;
}

function ownership(permit: PermitTerms, facts: SecondCheckFacts, at: Instant): Failure {
  const { account, contact } = facts;
  if (permit.account !== null && account === undefined) return failureOf(missing('ownership', 'account'));
  if (permit.person !== null && contact === undefined) return failureOf(missing('ownership', 'contact'));
  const conflict = lockConflict({ lane: permit.lane, proposer: permit.proposer, at }, facts);
  if (conflict !== null) return failureOf(conflict);
  if (facts.scope_linked === undefined) return failureOf(missing('ownership', 'scope_linked'));
  if (!facts.scope_linked)
    return stopped('ownership', 'scope_unlinked', 'the contact belongs to another account since the permit', {
      scope_linked: false,
    });
  const moved =
    (account !== undefined && changedHands(permit, account, permit.lockEpochs.account, at)) ||
    (contact !== undefined && changedHands(permit, contact, permit.lockEpochs.contact, at));
  if (!moved) return null;
  return stopped('ownership', 'owned_by_person', 'the lock changed hands since the permit', { lock_changed: true });
}

function closed(check: SecondCheckFailure['check'], ask: () => Failure): Failure {
  try {
    return ask();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return stopped(check, 'gate_error', 'the check could not be evaluated', { error: text });
  }
}

/** Failures that mean another time and not never: the permit is given back, and the action goes before the gate again. */
const FOR_ANOTHER_TIME: ReadonlySet<string> = new Set<GateReason>([
  'quiet_hours',
  'time_zone_unknown',
  'holidays_unknown',
  'sender_hours_apart',
]);

/** Whether nothing but the hour stands in the way. */
export function isOnlyTheHour(codes: readonly string[]): boolean {
  return codes.length > 0 && codes.every((code) => FOR_ANOTHER_TIME.has(code));
}

/**
 * Asks again, at the time of execution, what a permit rests on: its time, content and mode, the kill switch, whether the sender is stopped, and for actions that reach
 * out also suppression, consent, replies, sending hours and ownership. Returns what fails; nothing means go. `policy` is the one in force at
 * execution. Replies are judged by the policy's window and not by the age of the permit, so that one which is heard of late still
 * counts. Never throws.
 *
 * Source: Gatehouse architecture, section 5: the executor checks again after it has claimed the permit.
 */
export function secondCheck(
  permit: PermitTerms,
  facts: SecondCheckFacts,
  policy: Pick<Policy, 'consent' | 'reply_stop' | 'sending_hours' | 'sending'>,
  contentFingerprint: string,
  at: Instant,
): readonly SecondCheckFailure[] {
  const { actionType, person, account, channel, sender = '' } = permit;
  const request = { action_type: actionType, person, account, channel, sender, at };
  const failures = [
    expiry(permit, at),
    content(permit, contentFingerprint),
    modeChange(permit, facts),
    failureOf(killSwitchCheck(request, facts)),
    closed('sender_health', () => {
      const stop = stoppedSender(request, facts);
      return stop === null ? null : failureOf(stop);
    }),
    closed('suppression', () => failureOf(suppressionCheck(request, facts))),
    closed('consent', () => failureOf(consentCheck(request, facts, policy))),
    closed('reply_stop', () => failureOf(replyStopCheck(request, facts, policy))),
    closed('quiet_hours', () => failureOf(quietHoursCheck(request, facts, policy))),
    closed('ownership', () => (reachesOut(specOf(request)) ? ownership(permit, facts, at) : null)),
  ];
  return failures.filter((failure) => failure !== null);
}
