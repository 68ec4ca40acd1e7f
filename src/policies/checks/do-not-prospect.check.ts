/**
 * Some companies must not be sold to: customers, partners, competitors, the company itself, and accounts with an open opportunity or
 * escalation. A relation that nobody has stated is unknown, and unknown is no permission.
 */
import { RELATIONS } from '../../domain/entity.ts';
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { denied, held, missing, passed } from '../gate-check.ts';
import { isProspecting, specOf } from '../reach.ts';

/**
 * Concerns sales, marketing and audiences. Without an account there is no relation to ask about.
 *
 * Source: GTM OS AGT-302, v22 and v25: exclusions hold on top of any play.
 */
export function doNotProspectCheck(request: GateRequest, facts: GateFacts): CheckResult {
  if (!isProspecting(specOf(request))) return passed('do_not_prospect', 'not applicable: this does not prospect');
  if (request.account === null) return passed('do_not_prospect', 'there is no account', { account: false });
  if (facts.account === undefined) return missing('do_not_prospect', 'account', 'relation_unknown');

  const relations = facts.account.relations ?? {};
  const excluded = RELATIONS.filter((relation) => relations[relation] === true).join(', ');
  if (excluded !== '') {
    return denied('do_not_prospect', {
      code: 'do_not_prospect',
      comparison: `the account is: ${excluded}`,
      inputs: { relations: excluded },
    });
  }
  const unknown = RELATIONS.filter((relation) => relations[relation] !== false).join(', ');
  if (unknown !== '') {
    return held('do_not_prospect', {
      code: 'relation_unknown',
      comparison: `not known: ${unknown}`,
      inputs: { unknown },
    });
  }
  return passed('do_not_prospect', 'no relation forbids prospecting', { relations: '' });
}
