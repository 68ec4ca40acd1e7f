/**
 * Whether there is a lawful basis for writing to this person. Nobody is written to on an unknown basis. An objection ends sales,
 * marketing and replies for good; only messages that carry out a contract may follow it. A withdrawn consent ends those too.
 */
import type { MessageClass } from '../../domain/action-types.ts';
import type { Consent } from '../../domain/entity.ts';
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Purpose } from '../../domain/lawful-basis.ts';
import type { Policy } from '../../domain/policy.ts';
import { denied, held, missing, passed } from '../gate-check.ts';
import type { CheckInputs } from '../gate-check.ts';
import { specOf } from '../reach.ts';

type Basis = Consent['basis'];
type ConsentPolicy = Pick<Policy, 'consent'>;
type Contact = NonNullable<GateFacts['contact']>;

const PURPOSE_OF: Readonly<Partial<Record<MessageClass, Purpose>>> = {
  sales: 'sales',
  marketing: 'marketing',
  transactional: 'service',
};

/**
 * Whether a recorded basis allows a class of message. The policy says which do for sales and marketing, in a country with rules of its own
 * those of the country; a notice needs a contract; an answer needs no more than not to be forbidden.
 *
 * Source: GDPR Article 6 (a basis for each purpose); ePrivacy Directive Article 13 (prior consent for marketing by e-mail).
 */
export function basisAllows(
  messageClass: MessageClass,
  basis: Basis,
  policy: ConsentPolicy,
  country: string | null = null,
): boolean {
  if (basis === 'none' || basis === 'withdrawn') return false;
  switch (messageClass) {
    case 'sales':
    case 'marketing':
      return (policy.consent.jurisdictions?.[country ?? '']?.[messageClass] ?? policy.consent[messageClass]).includes(
        basis,
      );
    case 'transactional':
      return basis === 'contract';
    case 'reply':
    case 'none':
      return true;
  }
}

/** What the contact's own country says; where it is not known, only what every country allows is allowed, and null says that some do. */
function allowedHere(
  messageClass: MessageClass,
  basis: Basis,
  country: string | null,
  policy: ConsentPolicy,
): boolean | null {
  const listed = Object.keys(policy.consent.jurisdictions ?? {});
  if (country !== null || listed.length === 0) return basisAllows(messageClass, basis, policy, country);
  const answers = [null, ...listed].map((one) => basisAllows(messageClass, basis, policy, one));
  if (answers.every((answer) => answer)) return true;
  return answers.some((answer) => answer) ? null : false;
}

/** What consent says about one class of message by one channel to a contact of whom this is known. */
export function consentFor(
  messageClass: MessageClass,
  channel: GateRequest['channel'],
  contact: Contact,
  at: GateRequest['at'],
  policy: ConsentPolicy,
): CheckResult {
  const { consent, opted_out_at: optedOutAt, bounced_at: bouncedAt } = contact;
  const purpose = PURPOSE_OF[messageClass];
  const recorded = purpose === undefined ? undefined : contact.lawful?.[purpose];
  const isGeneral = policy.consent.per_purpose !== true || purpose === undefined;
  const basis = recorded?.basis ?? (isGeneral ? consent : undefined);
  const inputs: CheckInputs = {
    basis: basis ?? null,
    message_class: messageClass,
    ...(recorded === undefined ? {} : { purpose: purpose ?? null, since_ago_ms: at - recorded.since }),
  };

  if (optedOutAt !== undefined && messageClass !== 'transactional') {
    return denied('consent', {
      code: 'opted_out',
      comparison: 'the contact has opted out',
      inputs: { ...inputs, opted_out_ago_ms: at - optedOutAt },
    });
  }
  if (consent === 'withdrawn' || basis === 'withdrawn') {
    const comparison =
      consent === 'withdrawn' ? 'the consent was withdrawn' : `the consent to ${messageClass} messages was withdrawn`;
    return denied('consent', { code: 'opted_out', comparison, inputs });
  }
  if (bouncedAt !== undefined && channel === 'email') {
    return denied('consent', {
      code: 'address_bounced',
      comparison: 'the address has bounced',
      inputs: { ...inputs, bounced_ago_ms: at - bouncedAt },
    });
  }
  // Whoever asks wants an answer: it needs no basis besides the question.
  if (basis === undefined && messageClass === 'reply') {
    return passed('consent', 'an answer needs no basis besides the question', inputs);
  }
  if (basis === undefined) {
    const comparison = isGeneral ? 'no basis is recorded' : `no basis is recorded for ${purpose ?? messageClass}`;
    return held('consent', { code: 'consent_unknown', comparison, inputs });
  }
  const country = recorded?.jurisdiction ?? contact.country ?? null;
  const allowed = allowedHere(messageClass, basis, country, policy);
  if (allowed === true) return passed('consent', `${basis} allows ${messageClass} messages`, inputs);
  if (allowed === null) {
    return held('consent', {
      code: 'jurisdiction_unknown',
      comparison: `${basis} allows ${messageClass} messages in some countries, and the country is not known`,
      inputs,
    });
  }
  return denied('consent', {
    code: messageClass === 'transactional' ? 'contract_missing' : 'consent_denied',
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
