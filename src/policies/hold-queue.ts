/**
 * Where a held action waits. In `review` a person's approval is all that it lacks; in `sampled` it lacks nothing and was only drawn for
 * an audit; in `blocked` something else has to change first, and approving it would not help.
 */
import type { HoldQueue } from '../domain/gate.ts';
import type { GateReason } from '../domain/reason-codes.ts';

/**
 * Reasons that go away when a person approves the draft. Unknown trust is not among them: it means that the database could not be
 * read, and no approval mends that.
 */
export const CURED_BY_APPROVAL: ReadonlySet<GateReason> = new Set<GateReason>([
  'confidence_low',
  'four_eyes',
  'tenant_rule_held',
  'trust_insufficient',
  'trust_needs_approval',
  'trust_sampled',
  'trust_suggest',
]);

/** The queue for all reasons to hold together. No reason, or one without a code, counts as one that approval does not cure. */
export function holdQueueOf(codes: readonly (GateReason | null)[]): HoldQueue {
  if (codes.length === 1 && codes[0] === 'trust_sampled') return 'sampled';
  return codes.length > 0 && codes.every((code) => code !== null && CURED_BY_APPROVAL.has(code)) ? 'review' : 'blocked';
}
