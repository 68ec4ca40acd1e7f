/**
 * What must hold, told from what the model saw happen and not by asking the gate again: at every claim, whenever the channel acts,
 * and in every state.
 */
import type { Policy } from '../../src/domain/policy.ts';
import { atOf, fingerprintOfContent } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { contextOf } from './world.ts';
import type { World } from './world.ts';

export interface Claim {
  readonly world: World;
  readonly index: number;
  readonly at: number;
  /** Fingerprint of the content that would be sent. */
  readonly fingerprint: string;
  readonly scenario: Scenario;
}

/** What an attempt that is about to be recorded would break; null when nothing. */
export function brokenAtClaim({ world, index, at, fingerprint, scenario }: Claim): string | null {
  const action = world.actions[index];
  const proposal = scenario.proposals[index];
  const permit = action?.permit.value ?? null;
  if (action === undefined || proposal === undefined || permit === null) return 'there is no permit';
  const life = action.life.value;
  const context = contextOf(action);
  if (permit.fingerprint !== fingerprint) return 'the gate passed other content';
  if (context?.permit !== permit.id) return 'the gate has not passed this action';
  if (permit.detail.recipient !== 'con_model') return 'the gate passed another recipient';
  if (at < permit.grantedAt || at > permit.expiresAt) return 'the permit has expired';
  if (life.attempt !== null && life.attempt.state !== 'absent') return 'the permit is used twice';

  if (world.memory.tenant.value.value === 'stopped') return 'the kill switch is engaged';
  if (world.memory.suppressed) return 'the contact is suppressed';
  if (world.memory.contact.value.opted_out_at !== undefined) return 'the contact has opted out';

  const { lock } = world.memory.account.value;
  if (life.takenSince) return 'a person took over since the permit';
  if (lock !== undefined && lock.until > at && lock.lane !== proposal.lane) return 'another lane owns the account';

  if (!scenario.granted.includes(proposal.type) && !life.approved.includes(fingerprint))
    return 'nobody but the drafter approved this draft';
  return null;
}

/** What the acts of all actions break together. */
function brokenByActs(world: World, policy: Policy): string | null {
  if (world.actions.some(({ life }) => life.value.acts.length > 1)) return 'the channel acted twice for one permit';
  const acts = world.actions.flatMap(({ life }) => life.value.acts).toSorted((left, right) => left - right);
  for (const [place, at] of acts.entries()) {
    const before = acts[place - 1];
    if (before !== undefined && at - before < policy.cooldown.contact_ms)
      return `the contact was reached twice within its cooldown, ${(at - before) / 3_600_000} h apart`;
  }
  return null;
}

/** What is wrong with a state as it stands. */
export function brokenInState(world: World, policy: Policy): string | null {
  const together = brokenByActs(world, policy);
  if (together !== null) return together;
  for (const [index, action] of world.actions.entries()) {
    const life = action.life.value;
    const state = action.actor.value?.value;
    const { attempt, permitState } = life;
    const news = life.underWay.some(({ again, type }) => !again && type !== 'action.due');
    if (attempt !== null && permitState === null) return `${index} was attempted without a permit`;
    if (life.acts.length > 0 && attempt === null) return `${index} reached somebody without a recorded attempt`;
    if (state === 'executed' && permitState !== 'used') return `${index} is executed and its permit is ${permitState}`;
    // A touch that may have happened is counted, or the cooldown of the next one is too short.
    const counted = world.memory.contact.value.touches.some((touch) => touch.action === `act_${index}`);
    if (life.acts.length > 0 && !counted) return `${index} reached the contact and its touch is not counted`;
    if (
      state === 'permitted' &&
      permitState !== 'granted' &&
      permitState !== 'claimed' &&
      !news &&
      life.untold === null
    )
      return `${index} waits for ever: its permit is ${permitState} and nobody will say so`;
    if (state === 'permitted' && permitState === 'claimed' && attempt?.worker === 'reported' && !news)
      return `${index} waits for ever: its worker has reported and nothing is under way`;
    if (state === 'expired' && life.review !== null && life.review.expiresAt > atOf(world.now))
      return `${index} expired before its review had run out`;
    const { proposal } = contextOf(action) ?? { proposal: null };
    const written = proposal?.fingerprint === fingerprintOfContent(index, false) || life.edited;
    if (proposal !== null && !written) return `${index} carries content that nobody wrote`;
  }
  return null;
}
