/**
 * Whether there is a lawful basis for writing to this person. Nobody is written to on an unknown basis. An objection ends sales,
 * marketing and replies for good; only messages that carry out a contract may follow it. A withdrawn consent ends those too.
 */
import type { MessageClass } from '../../domain/action-types.ts';
import type { Consent } from '../../domain/entity.ts';
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { denied, held, missing, passed } from '../gate-check.ts';
import { specOf } from '../reach.ts';

type Basis = Consent['basis'];
type ConsentPolicy = Pick<Policy, 'consent'>;

/**
 * Whether a recorded basis allows a class of message. The policy says which do for sales and marketing; transactional messages and
 * replies need any basis at all.
 *
 * Source: GDPR Article 6 (a basis for each purpose); ePrivacy Directive Article 13 (prior consent for marketing by e-mail).
 */
export function basisAllows(messageClass: MessageClass, basis: Basis, policy: ConsentPolicy): boolean {
  if (basis === 'none' || basis === 'withdrawn') return false;
  switch (messageClass) {
    case 'sales':
      return policy.consent.sales.includes(basis);
    case 'marketing':
      return policy.consent.marketing.includes(basis);
    case 'transactional':
    case 'reply':
    case 'none':
      return true;
  }
}

/**
 * What consent says about one class of message by one channel to a contact of whom this is known. Split from the check because the
 * catalogue has no transactional action yet.
 */
export function consentFor(
  messageClass: MessageClass,
  channel: GateRequest['channel'],
  contact: NonNullable<GateFacts['contact']>,
  at: GateRequest['at'],
  policy: ConsentPolicy,
): CheckResult {
  const { consent: basis, opted_out_at: optedOutAt, bounced_at: bouncedAt } = contact;
  const inputs = { basis: basis ?? null, message_class: messageClass };

  if (optedOutAt !== undefined && messageClass !== 'transactional') {
    return denied('consent', {
      code: 'opted_out',
      comparison: 'the contact has opted out',
      inputs: { ...inputs, opted_out_ago_ms: at - optedOutAt },
    });
  }
  if (basis === 'withdrawn') {
    return denied('consent', { code: 'opted_out', comparison: 'the consent was withdrawn', inputs });
  }
  if (bouncedAt !== undefined && channel === 'email') {
    return denied('consent', {
      code: 'address_bounced',
      comparison: 'the address has bounced',
      inputs: { ...inputs, bounced_ago_ms: at - bouncedAt },
    });
  }
  if (basis === undefined) {
    return held('consent', { code: 'consent_unknown', comparison: 'no basis is recorded', inputs });
  }
  return basisAllows(messageClass, basis, policy)
    ? passed('consent', `${basis} allows ${messageClass} messages`, inputs)
    : denied('consent', {
        code: 'consent_denied',
        comparison: `${basis} does not allow ${messageClass} messages`,
        inputs,
      });
}

/** Concerns touches only. Holds when the contact is not known. */
export function consentCheck(
  request: Pick<GateRequest, 'action_type' | 'person' | 'at'>,
  facts: Pick<GateFacts, 'contact'>,
  policy: ConsentPolicy,
): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('consent', 'not applicable: nobody is written to');
  if (request.person === null) return missing('consent', 'person');
  if (facts.contact === undefined) return missing('consent', 'contact');
  return consentFor(spec.messageClass, spec.channel, facts.contact, request.at, policy);
}
