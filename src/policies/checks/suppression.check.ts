/**
 * Suppression ends everything that reaches out: any entry for the person, address, domain or account denies, for every lane and
 * every class of message. Work inside the company goes on.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { denied, missing, passed } from '../gate-check.ts';
import { reachesOut, specOf } from '../reach.ts';

/** Source: GTM OS AGT-302, v22 and v25: suppression stands above any play. */
export function suppressionCheck(
  request: Pick<GateRequest, 'action_type'>,
  facts: Pick<GateFacts, 'suppressions'>,
): CheckResult {
  if (!reachesOut(specOf(request))) return passed('suppression', 'not applicable: nobody outside is reached');
  const entries = facts.suppressions;
  if (entries === undefined) return missing('suppression', 'suppressions', 'suppression_unknown');
  if (entries.length === 0) return passed('suppression', 'no suppression applies', { entries: 0 });
  const scopes = [...new Set(entries.map((entry) => entry.scope))].toSorted().join(', ');
  return denied('suppression', {
    code: 'suppressed',
    comparison: `suppressed by ${scopes}`,
    inputs: { entries: entries.length, scopes },
  });
}
