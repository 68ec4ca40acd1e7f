/**
 * What a machine asks of its host: plain data, named here and nowhere else. An effect is not an event; what comes of it is.
 */

export type Effect =
  /** Say whether the last signal deserves an action now, later, or not at all. */
  | { readonly type: 'triage'; readonly trigger: 'signal' | 'retriage' }
  /** Ask the decision engine for the next best action. */
  | { readonly type: 'decide' }
  /** Feed `retriage.due`, `action.due`, `action.expired`, `play.sunset_due` or `sequence.step_due` back at a time. One timer per name and actor; a new one replaces it. */
  | { readonly type: 'start_timer'; readonly name: TimerName; readonly at: number }
  /** `pending` is false when the actor knows that no such timer is set, so that nobody needs to ask the database. */
  | { readonly type: 'cancel_timer'; readonly name: TimerName; readonly pending: boolean }
  /** Put the action before the gate. */
  | { readonly type: 'admit' }
  /** The action has ended: free what it held. A touch that did not happen is taken back. */
  | { readonly type: 'close_action'; readonly happened: boolean }
  /** The permit must not be used any more. */
  | { readonly type: 'revoke_permit' }
  /** The review item of the action has ended. */
  | { readonly type: 'close_review'; readonly state: 'approved' | 'edited' | 'rejected' | 'cancelled' | 'expired' }
  /** Tell the trust cell of the action what a person decided. */
  | {
      readonly type: 'record_review_evidence';
      readonly kind: 'approved_unedited' | 'audit_approved' | 'approved_edited' | 'rejected';
      readonly editedShare: number;
    }
  /** The approval was undone: its evidence is taken back. */
  | {
      readonly type: 'withdraw_review_evidence';
      /** Null when it told trust nothing. */
      readonly evidence: {
        readonly kind: 'approved_unedited' | 'audit_approved' | 'approved_edited';
        readonly share: number;
        readonly at: number;
      } | null;
    }
  /** Find the decision that each outcome of the subject belongs to, and note what has changed. */
  | { readonly type: 'link_outcome' }
  /** Tell the trust cell of the linked decision what followed. */
  | { readonly type: 'record_outcome_evidence' }
  /** Cancel what is open for the person. */
  | { readonly type: 'withdraw' }
  /** Both have approved: the play becomes active. */
  | { readonly type: 'activate_play' }
  /** The play has ended: its place under the cap is free. */
  | { readonly type: 'free_play' }
  /** The end date of the play is over: it ends if the policy says so. */
  | { readonly type: 'sunset_play' }
  /** The next touch of the sequence is due: propose it, or say why not. */
  | { readonly type: 'coordinate' }
  /** The sequence has ended. `withdraw` cancels a touch that is open. */
  | { readonly type: 'close_sequence'; readonly withdraw: string | null }
  /** Bring approved policies that are due into force, or wait for the next. */
  | { readonly type: 'settle_policies' }
  /** See whether the evidence moves the level. */
  | { readonly type: 'review_level'; readonly harm: boolean };

export const TIMER_NAMES = ['retriage', 'due', 'review_expiry', 'sunset', 'policy_due', 'step'] as const;
export type TimerName = (typeof TIMER_NAMES)[number];
export type EffectType = Effect['type'];
