/**
 * The closed list of reasons that the system gives for what it did or refused: the gate's checks, triage, and the second check at
 * execution. Codes are stable: they are the reference page, the API's values and the words that people read.
 */

export interface ReasonSpec {
  /** One sentence that a reviewer reads. */
  readonly title: string;
  /** What would have to change for this reason to go away. */
  readonly remedy: string;
}

export const GATE_REASONS = {
  kill_switch_engaged: { title: 'The kill switch is engaged.', remedy: 'An admin releases it with a reason.' },
  kill_switch_unknown: {
    title: 'The state of the kill switch could not be read.',
    remedy: 'Restore the connection to the database.',
  },
  paused: {
    title: 'A person has paused this part of the outreach.',
    remedy: 'Whoever paused it releases it: gatehouse resume.',
  },
  not_authorized: {
    title: 'The proposer may not propose this action in this lane and channel.',
    remedy: 'Grant it in the policy under `authorizations`.',
  },
  channel_unavailable: {
    title: 'No channel is configured that could carry this action.',
    remedy: 'Configure the channel, or use sandbox mode.',
  },
  sender_throttled: {
    title: 'Messages of the sender bounce too often, so it sends only a part of them each day.',
    remedy: 'Nothing: it is deferred to its day. Clean the list of addresses; see gatehouse sender list.',
  },
  sender_stopped: {
    title: 'Messages of the sender bounced or were marked as spam too often, so it is stopped.',
    remedy: 'Find out why, then let it begin anew: gatehouse sender clear CHANNEL SENDER --reason TEXT.',
  },
  suppressed: {
    title: 'The recipient, domain or account is suppressed.',
    remedy: 'Remove the suppression, if there is a lawful reason: gatehouse suppression remove.',
  },
  suppression_unknown: {
    title: 'It could not be read whether the recipient is suppressed.',
    remedy: 'Restore the connection to the database.',
  },
  opted_out: { title: 'The contact has opted out.', remedy: 'None: only the contact can opt in again.' },
  consent_unknown: {
    title: 'No lawful basis is recorded for writing to this contact.',
    remedy: 'Record `consent` with its basis and source on the contact.',
  },
  consent_denied: {
    title: 'The recorded basis does not allow this class of message.',
    remedy: 'Obtain consent, or use a message class that the basis allows.',
  },
  jurisdiction_unknown: {
    title: 'It is not known which law protects this contact, and the recorded basis is not enough everywhere.',
    remedy: 'Record `country` on the contact, or a basis with its jurisdiction.',
  },
  contract_missing: {
    title: 'A notice goes only to those with whom there is a contract.',
    remedy: 'Record the basis `contract` for the purpose `service`: gatehouse basis record.',
  },
  nothing_to_answer: {
    title: 'The contact has not written anything of late that this could answer.',
    remedy: 'Use a sales message, or record the message that it answers.',
  },
  sync_stale: {
    title: 'What other systems know is older than the policy allows, so touches and replies may be missing.',
    remedy: 'Let the connector run and report: gatehouse sync report.',
  },
  reengagement_rejected: {
    title: 'The contact, or someone at the account, turned us down not long ago.',
    remedy: 'Wait until the window ends.',
  },
  reengagement_lost: { title: 'A deal was lost not long ago.', remedy: 'Wait until the window ends.' },
  address_bounced: {
    title: 'The address has bounced.',
    remedy: 'Correct the address and say so: gatehouse bounce clear.',
  },
  owned_by_other_lane: {
    title: 'Another lane owns the account in this decision window.',
    remedy: 'Wait until the window ends, or take over.',
  },
  owned_by_person: { title: 'A person has taken over the account.', remedy: 'Ask the owner to release it.' },
  ownership_queue: {
    title: 'Others have waited longer for the account, or go before this lane.',
    remedy: 'Nothing: each in line has a turn. gatehouse own queue shows the line.',
  },
  scope_unlinked: {
    title: 'The contact belongs to an account that is kept in another partition.',
    remedy: 'Link the contact to its account.',
  },
  do_not_prospect: {
    title: 'The account is a customer, partner, competitor, employer or has an open opportunity or escalation.',
    remedy: 'Update the relation in the CRM if it is wrong.',
  },
  relation_unknown: {
    title: 'It is not known whether the account may be prospected.',
    remedy: 'Sync the relations of the account from the CRM.',
  },
  duplicate_content: {
    title: 'The same content went to the same recipient before.',
    remedy: 'Change the content, or wait until the window ends.',
  },
  duplicate_open: {
    title: 'An action of the same kind is already open for this contact.',
    remedy: 'Decide or cancel the open action.',
  },
  cooldown_contact: { title: 'The contact was touched too recently.', remedy: 'Wait until the cooldown ends.' },
  cooldown_account: { title: 'The account was touched too recently.', remedy: 'Wait until the cooldown ends.' },
  cooldown_domain: { title: 'The domain was touched too recently.', remedy: 'Wait until the cooldown ends.' },
  cooldown_channel: {
    title: 'The contact was touched on this channel too recently.',
    remedy: 'Wait until the cooldown ends.',
  },
  touch_cap: {
    title: 'The contact has had the most touches allowed in the window.',
    remedy: 'Wait until a touch leaves the window.',
  },
  replied: {
    title: 'The contact, or someone at the account, has replied.',
    remedy: 'Answer the reply; a person may propose a reply.',
  },
  abm_backstop: {
    title: 'The account is in an ABM program, which excludes nurture.',
    remedy: 'Use the ABM play, or end the program.',
  },
  quiet_hours: {
    title: 'It is outside the sending hours of the recipient, or the hours of the sender.',
    remedy: 'Nothing: it is deferred to the next allowed time.',
  },
  time_zone_unknown: {
    title: 'No hour is a sending hour in every time zone in which the recipient may be.',
    remedy: 'Record `time_zone` on the contact, or `country` where its time zones are not far apart.',
  },
  holidays_unknown: {
    title: 'There is no list of public holidays of the country of the recipient for the day.',
    remedy: 'Import one: gatehouse holidays import FILE --country XX --years YYYY.',
  },
  sender_hours_apart: {
    title: 'The sending hours of the recipient and the hours of the sender never meet.',
    remedy: 'Give the sender other hours in `sending` of the policy, or let another sender write.',
  },
  budget_exhausted: {
    title: 'The budget of the period is used up.',
    remedy: 'Raise the budget, or wait for the next period.',
  },
  budget_unknown: { title: 'The budget could not be read.', remedy: 'Restore the connection to the database.' },
  tenant_rule_denied: { title: 'A rule of the tenant forbids this.', remedy: 'See the rule in the policy.' },
  tenant_rule_held: { title: 'A rule of the tenant wants a person to look.', remedy: 'Decide it in review.' },
  tenant_rule_unknown: {
    title: 'A rule of the tenant could not be decided on what is known.',
    remedy: 'Supply the missing fact that the rule names.',
  },
  confidence_low: { title: 'The decision engine is not confident enough.', remedy: 'Decide it in review.' },
  trust_blocked: { title: 'This action type is blocked.', remedy: 'Raise its level in the policy.' },
  trust_suggest: { title: 'This action type may only be suggested.', remedy: 'Decide it in review.' },
  trust_needs_approval: { title: 'This action type needs an approval each time.', remedy: 'Decide it in review.' },
  trust_sampled: { title: 'Drawn for a sampled audit.', remedy: 'Decide it in review.' },
  trust_insufficient: {
    title: 'Trust in this action type is below its threshold.',
    remedy: 'Approve drafts unedited, or gather good outcomes.',
  },
  trust_unknown: { title: 'Trust could not be read.', remedy: 'Restore the connection to the database.' },
  four_eyes: { title: 'The approver also proposed this action.', remedy: 'Ask another person to decide it.' },
  fact_missing: { title: 'A fact that the gate needs is missing.', remedy: 'See the inputs of the check.' },
  gate_error: {
    title: 'The gate could not finish its evaluation.',
    remedy: 'See the error in the inputs; the action stays held.',
  },
} as const satisfies Record<string, ReasonSpec>;
export type GateReason = keyof typeof GATE_REASONS;

export const TRIAGE_REASONS = {
  interest: { title: 'The signal shows enough interest to act now.', remedy: '' },
  asked_for_contact: { title: 'The person asked to be contacted.', remedy: '' },
  relation_changed: { title: 'The CRM reports a change that calls for a record update.', remedy: '' },
  look_due: { title: 'A scheduled look is due.', remedy: '' },
  retriage: { title: 'The time to look again has come, and there is interest.', remedy: '' },
  weak_interest: { title: 'Interest is building, but not yet enough: look again later.', remedy: '' },
  action_open: { title: 'An action is already open for this subject: look again later.', remedy: '' },
  faded: { title: 'Interest has faded since the signal.', remedy: '' },
  no_interest: { title: 'The signal shows no interest.', remedy: '' },
  fact_only: { title: 'The signal only updates what is known.', remedy: '' },
  closed: { title: 'The subject is closed: opted out, won, lost or excluded.', remedy: '' },
  history: { title: 'The signal is history: it fills memory and starts nothing.', remedy: '' },
} as const satisfies Record<string, ReasonSpec>;
export type TriageReason = keyof typeof TRIAGE_REASONS;

/** Why an action that had a permit was not executed after all. */
export const EXECUTION_REASONS = {
  permit_expired: { title: 'The permit expired before it was used.', remedy: 'The action may be proposed again.' },
  permit_revoked: { title: 'The permit was revoked.', remedy: 'See the event that revoked it.' },
  second_check_failed: {
    title: 'Something changed between permit and execution.',
    remedy: 'See the reasons of the second check.',
  },
  content_changed: { title: 'The content is not the one that was permitted.', remedy: 'Propose the new content.' },
  channel_refused: { title: 'The channel refused the action for good.', remedy: 'See the answer of the channel.' },
  channel_failed: { title: 'The channel failed after every retry.', remedy: 'See the answer of the channel.' },
  outcome_unknown: {
    title: 'It is not known whether the channel acted.',
    remedy: 'Look in the channel; it is never sent again blindly.',
  },
} as const satisfies Record<string, ReasonSpec>;
export type ExecutionReason = keyof typeof EXECUTION_REASONS;
