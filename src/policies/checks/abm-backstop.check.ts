/**
 * Accounts in an account-based program are left out of generic nurture. Whoever enrols is supposed to know; this is the backstop for
 * every path that does not, so an account whose status nobody has told is held.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { denied, missing, passed } from '../gate-check.ts';

/** Concerns enrolment in nurture only. Source: GTM OS AGT-302, v22: ABM backstop, kept in v25. */
export function abmBackstopCheck(request: GateRequest, facts: GateFacts): CheckResult {
  if (request.action_type !== 'nurture_enrollment')
    return passed('abm_backstop', 'not applicable: no nurture enrolment');
  if (request.account === null) return passed('abm_backstop', 'there is no account', { account: false });
  if (facts.account === undefined) return missing('abm_backstop', 'account');
  const active = facts.account.abm_active;
  if (active === undefined) return missing('abm_backstop', 'abm_active');
  return active
    ? denied('abm_backstop', {
        code: 'abm_backstop',
        comparison: 'the account is in an ABM program',
        inputs: { abm_active: true },
      })
    : passed('abm_backstop', 'the account is in no ABM program', { abm_active: false });
}
