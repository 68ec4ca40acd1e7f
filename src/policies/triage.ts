/**
 * The first decision about a signal: act now, look again later, or do nothing, and why. It runs on what the subject already knows and
 * costs nothing, so nothing is spent on a signal that no action would follow.
 */
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { TriageReason } from '../domain/reason-codes.ts';
import type { SignalType } from '../domain/signal-types.ts';

export interface TriageInput {
  /** A signal arrived, or the time to look again came. */
  readonly trigger: 'signal' | 'retriage';
  /** The signal, when one triggered this. */
  readonly signalType: SignalType | null;
  /** The signal is from before the system watched. */
  readonly history: boolean;
  /** The subject is opted out, won, lost or excluded. */
  readonly closed: boolean;
  /** Actions for the subject that have not ended. */
  readonly openActions: number;
  /** Decayed interest as of now, this signal included, 0 to 100. */
  readonly intent: number;
  /** Looks since the last signal that found too little interest. */
  readonly laterCount: number;
  /** Whether the signal changed a relation to the account, such as its becoming a customer. */
  readonly relationsChanged: boolean;
  readonly at: Instant;
  readonly policy: Policy['triage'];
}

export interface TriageResult {
  readonly verdict: 'act' | 'later' | 'none';
  readonly reason: TriageReason;
  /** When to look again; set for `later` only. */
  readonly againAt: Instant | null;
}

function act(reason: TriageReason): TriageResult {
  return { verdict: 'act', reason, againAt: null };
}

function none(reason: TriageReason): TriageResult {
  return { verdict: 'none', reason, againAt: null };
}

function later(reason: TriageReason, { at, policy }: TriageInput): TriageResult {
  return { verdict: 'later', reason, againAt: at + policy.later_ms };
}

/** What the kind of a signal decides by itself, whatever the interest; null when interest decides. */
function bySignalType(signalType: SignalType | null, relationsChanged: boolean): TriageResult | null {
  switch (signalType) {
    case 'crm.account_updated':
    case 'crm.contact_updated':
    case 'crm.conversation_logged':
      return relationsChanged ? act('relation_changed') : none('fact_only');
    case 'crm.opportunity_updated':
      return act('relation_changed');
    case 'schedule.review_due':
      return act('look_due');
    case 'chat.handoff_requested':
    case 'web.form_submitted':
      return act('asked_for_contact');
    case 'web.page_viewed':
    case 'chat.message_received':
    case 'intent.surge':
    case null:
      return null;
  }
}

/**
 * Triage of a signal, or of a second look. History and closed subjects end it; then the kind of the signal may decide; then an open
 * action makes it wait; then decayed interest decides against the policy's two thresholds. Weak interest is looked at again a limited
 * number of times. Interest that is not a number counts as none.
 *
 * Source: GTM harness 1, action triage; GTM OS AGT-206, v17 for the interest that is compared.
 */
export function triage(input: TriageInput): TriageResult {
  const { trigger, intent, policy } = input;
  if (input.history) return none('history');
  if (input.closed) return none('closed');
  const decided = trigger === 'signal' ? bySignalType(input.signalType, input.relationsChanged) : null;
  if (decided !== null) return decided;

  if (input.openActions > 0) return later('action_open', input);
  if (intent >= policy.act_from) return act(trigger === 'retriage' ? 'retriage' : 'interest');
  if (!(intent >= policy.ignore_below)) return none(trigger === 'retriage' ? 'faded' : 'no_interest');
  return input.laterCount < policy.later_max ? later('weak_interest', input) : none('faded');
}
