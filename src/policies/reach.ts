/**
 * Whom an action reaches, which decides which rules concern it. Touches reach a person; a paid audience reaches people too, though
 * nobody is written to; the rest stays inside the company. Rules against selling concern sales and marketing only, so an answer or
 * a receipt is not stopped by them.
 */
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { ActionTypeSpec } from '../domain/action-types.ts';
import type { GateFacts, GateRequest } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';

export function specOf(request: Pick<GateRequest, 'action_type'>): ActionTypeSpec {
  return ACTION_TYPE_SPECS[request.action_type];
}

/** True when somebody outside the company is reached, as a person or as one of an audience. */
export function reachesOut(spec: ActionTypeSpec): boolean {
  return spec.touch || spec.channel === 'audience';
}

/** True when a person is written to in order to sell or to advertise. */
export function isPromotion(spec: ActionTypeSpec): boolean {
  return spec.touch && (spec.messageClass === 'sales' || spec.messageClass === 'marketing');
}

/** True when the action prospects: it sells to a person, or adds to an audience that is sold to. */
export function isProspecting(spec: ActionTypeSpec): boolean {
  return isPromotion(spec) || spec.channel === 'audience';
}

/** The guard of whoever the action is about, and its name in the facts: the person's, or the account's when there is no person. */
export function subjectGuard(
  request: Pick<GateRequest, 'person'>,
  facts: GateFacts,
): { readonly name: 'contact' | 'account'; readonly guard: GuardState | undefined } {
  return request.person === null
    ? { name: 'account', guard: facts.account }
    : { name: 'contact', guard: facts.contact };
}
