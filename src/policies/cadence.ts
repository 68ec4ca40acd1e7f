/**
 * What the cadence coordinator makes of a touch that is due, from what the gate says about it: the gates of the coordinator in their order,
 * and the first that stops it is the reason. What only waits for a time or a person passes here and waits as every other action does.
 *
 * Source: GTM OS AGT-302, v22: compliance, ABM backstop, touch cap, conflict resolution.
 */
import { GIVE_UP_MS, queuedUntil, RETRY_MS } from '../domain/cadence.ts';
import type { SequenceType, SuppressedReason } from '../domain/cadence.ts';
import type { CheckResult, GateCheck } from '../domain/gate.ts';

const COMPLIANCE: ReadonlySet<GateCheck> = new Set<GateCheck>([
  'kill_switch',
  'authorization',
  'channel',
  'suppression',
  'consent',
  'message_class',
  'do_not_prospect',
  'sync_freshness',
  'reengagement',
]);
/** A denial by one of these does not change by waiting. */
const FINAL: ReadonlySet<GateCheck> = new Set<GateCheck>(['suppression', 'consent', 'do_not_prospect']);
/** Others, or another sequence, have the person or the account now. */
const CONFLICT: ReadonlySet<GateCheck> = new Set<GateCheck>(['ownership', 'duplicate', 'cooldown']);

export interface DueTouch {
  readonly sequenceType: SequenceType;
  /** Undefined when nobody has told. */
  readonly abmActive: boolean | undefined;
  readonly hasAccount: boolean;
  /** Score of the person when the touch was taken up first. */
  readonly score: number | null;
  readonly dueAt: number;
  readonly at: number;
}

export type Coordination =
  | { readonly kind: 'propose' }
  | {
      readonly kind: 'end';
      readonly because: 'replied' | 'compliance_block' | 'gave_up';
      readonly reasons: readonly string[];
    }
  | {
      readonly kind: 'suppress';
      readonly reason: SuppressedReason;
      readonly reasons: readonly string[];
      readonly againAt: number;
    };

function codesOf(checks: readonly CheckResult[]): readonly string[] {
  return checks.map(({ code, check }) => code ?? check);
}

/** When all of them could pass, as far as they know. */
function freeAt(checks: readonly CheckResult[], fallback: number): number {
  return checks.length === 0 ? fallback : Math.max(...checks.map(({ next_at: nextAt }) => nextAt ?? fallback));
}

export function coordinateTouch(checks: readonly CheckResult[], touch: DueTouch): Coordination {
  const { at, dueAt, score } = touch;
  const stopping = checks.filter(({ outcome }) => outcome !== 'pass');
  const replied = stopping.filter(({ code }) => code === 'replied');
  if (replied.length > 0) return { kind: 'end', because: 'replied', reasons: codesOf(replied) };

  const suppress = (
    reason: SuppressedReason,
    found: readonly CheckResult[],
    reasons: readonly string[],
  ): Coordination => {
    if (at - dueAt > GIVE_UP_MS) return { kind: 'end', because: 'gave_up', reasons };
    const next = freeAt(found, at + RETRY_MS[reason]);
    const againAt = Math.max(next, at + 1);
    return {
      kind: 'suppress',
      reason,
      reasons,
      againAt: reason === 'conflict_resolved_queued' ? queuedUntil(againAt, score) : againAt,
    };
  };

  // A pause is no matter of compliance: the touch waits for its end in the schedule, where people see it.
  const compliance = stopping.filter(({ check, code }) => COMPLIANCE.has(check) && code !== 'paused');
  const final = compliance.filter(({ check, outcome }) => outcome === 'deny' && FINAL.has(check));
  if (final.length > 0) return { kind: 'end', because: 'compliance_block', reasons: codesOf(final) };
  if (compliance.length > 0) return suppress('compliance_block', compliance, codesOf(compliance));

  if (touch.sequenceType === 'nurture' && touch.hasAccount && touch.abmActive !== false)
    return touch.abmActive === true
      ? suppress('abm_active_suppression', [], ['abm_backstop'])
      : suppress('compliance_block', [], ['fact_missing']);

  const capped = stopping.filter(({ check }) => check === 'touch_cap');
  if (capped.length > 0) return suppress('touch_cap_exceeded', capped, codesOf(capped));

  const conflicts = stopping.filter(({ check }) => CONFLICT.has(check));
  if (conflicts.length > 0) return suppress('conflict_resolved_queued', conflicts, codesOf(conflicts));
  return { kind: 'propose' };
}
