/** Mistakes that can be built into the model, to prove that the explorer notices each. */
export const MISTAKES = {
  second_check_skipped: 'the executor does not check again',
  database_check_skipped: 'the database does not check attempts',
  permit_used_twice: 'a permit with an attempt can be claimed again',
  approval_for_any_draft: 'the fingerprint of an approval is not compared',
  agent_approves: 'the decision of an agent counts as that of a person',
  drafter_approves: 'the drafter counts as somebody else',
  touch_not_reserved: 'a pass reserves no touch',
  cooldown_from_permit: 'cooldowns run from the grant of a permit, not from its end',
  expiry_ignored: 'the expiry of a permit is not compared',
  takeover_forgotten: 'a permit does not keep the epochs of the locks',
  newest_content_sent: 'the executor sends the newest content instead of the permitted',
  permitted_cancelled: 'a permitted action can be cancelled while its worker calls',
  report_lost: 'nobody tells an action of a permit whose worker died after ending it',
  late_report: 'an attempt is asked about while its result is under way',
} as const satisfies Record<string, string>;
export type Mistake = keyof typeof MISTAKES;
