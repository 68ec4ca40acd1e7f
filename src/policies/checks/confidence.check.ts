/**
 * An engine that is not sure of its choice does not act on it; a person looks instead. A person who proposes states no confidence and
 * needs none.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { approvalOf } from '../approval.ts';
import { held, passed, rounded } from '../gate-check.ts';

/** Holds below the floor unless a person has approved this exact draft. Source: GTM harness 3 C: low confidence goes to review. */
export function confidenceCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'confidence_floor'>,
): CheckResult {
  const { confidence } = request;
  if (confidence === null) return passed('confidence', 'a person proposes', { confidence: null });
  const floor = policy.confidence_floor;
  const inputs = { confidence: rounded(confidence), floor };
  if (confidence >= floor) return passed('confidence', `${confidence} ≥ ${floor}`, inputs);
  if (approvalOf(request, facts) === 'given') {
    return passed('confidence', `${confidence} < ${floor}, approved by a person`, { ...inputs, approved: true });
  }
  return held('confidence', { code: 'confidence_low', comparison: `${confidence} < ${floor}`, inputs });
}
