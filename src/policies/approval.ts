/**
 * Whether a person has approved exactly this. An approval counts for the fingerprint that was read and for nothing else, so a
 * changed draft needs a new one, and nobody approves what they proposed.
 */
import type { GateFacts, GateRequest } from '../domain/gate.ts';

/** `own`: the approver is the proposer. `none`: nobody approved, or another draft was approved. */
export type ApprovalState = 'given' | 'own' | 'none';

/** In single-operator mode, which is a ledgered act of an admin, people may approve what they proposed. */
export function approvalOf(request: GateRequest, facts: Pick<GateFacts, 'single_operator'>): ApprovalState {
  const { approval } = request;
  if (approval === null || approval.fingerprint !== request.fingerprint) return 'none';
  return approval.by === request.proposer && facts.single_operator !== true ? 'own' : 'given';
}
