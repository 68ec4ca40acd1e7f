/** Acts on plays, decided under the lock of the segment's or account's guard: what is not possible is put on the ledger as refused. */
import { must } from '../../domain/errors.ts';
import type { GuardKey } from '../../domain/guard.ts';
import type { Message } from '../../domain/message.ts';
import type { ActorRef } from '../../domain/message.ts';
import { dayOf } from '../../domain/play.ts';
import type { PlayState } from '../../domain/play.ts';
import type { PlayContext } from '../../machines/play/play.machine.ts';
import { playRefusal, segmentCapOf } from '../../policies/play-acts.ts';
import type { PlayAct, PlayCapacity, PlayStanding } from '../../policies/play-acts.ts';
import { guardGroup } from './guard-group.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';

/** What a message asks to be done to a play; null for a message that is none of people's acts. */
function actOf(message: Message): PlayAct | null {
  switch (message.type) {
    case 'play.proposed':
      return { kind: 'propose' };
    case 'play.picked_up':
      return { kind: 'pick_up' };
    case 'play.edited':
      return { kind: 'edit', revision: message.data.revision };
    case 'play.approved':
      return { kind: 'approve', ...message.data };
    case 'play.retired':
      return { kind: 'retire', reason: message.data.retire_reason };
    case 'play.measured':
      return { kind: 'measure' };
    case 'play.purged':
      return { kind: 'purge' };
    default:
      return null;
  }
}

function standingOf(state: PlayState, context: PlayContext): PlayStanding {
  const { drafted, worked, revision, edits, approvals, retired_at: retiredAt } = context;
  return {
    state,
    isDrafted: drafted !== null,
    retiredAt,
    revision,
    edits: edits.length,
    approvals,
    activePeriod: { start: worked?.active_period_start ?? null, end: worked?.active_period_end ?? null },
  };
}

function contextOf(builder: PlanBuilder, turn: Turn, id: string): PlayContext {
  const stored = must(builder.actor(turn.message.tenant, 'play', id), 'a play that is acted on exists');
  return stored.context as unknown as PlayContext;
}

/** The guard that counts a play while it is active. */
function guardKeyOfPlay({ account, segment }: PlayContext): GuardKey {
  return account === null ? `segment:${segment ?? ''}` : `account:${account}`;
}

/** Plays of an account that was merged count together with those of the survivor. */
function capacityOf(builder: PlanBuilder, turn: Turn, context: PlayContext): PlayCapacity {
  const { tenant } = turn.message;
  const { segment } = context;
  const active = guardGroup(builder, tenant, guardKeyOfPlay(context)).flatMap((guard) => guard.state.plays ?? []);
  return segment === null
    ? { what: 'The account', cap: 1, active }
    : { what: `The segment ${segment}`, cap: segmentCapOf(builder.policy(tenant).policy, segment), active };
}

/** Carries out an act on a play, or refuses it by an event that says why. Null when the message is no such act. */
export function actOnPlay(builder: PlanBuilder, turn: Turn): GrowingDraft | null {
  const { message } = turn;
  const act = actOf(message);
  if (act === null) return null;
  const { tenant, actor, at } = message;
  const stored = builder.actor(tenant, 'play', actor.id) ?? builder.deps.runners.play.initial();
  const context = stored.context as unknown as PlayContext;
  const refusal = playRefusal(standingOf(stored.value as PlayState, context), act, {
    at,
    capacity: act.kind === 'approve' ? capacityOf(builder, turn, context) : { what: '', cap: 0, active: [] },
    singleOperator: builder.registry(tenant).context.single_operator,
  });
  if (refusal === null) return builder.append(turn, actor, message.type, message.data);
  const { by } = message.data as { readonly by: string | null };
  return builder.append(turn, actor, 'play.refused', { act: act.kind, by, detail: refusal });
}

/** Both have approved, and there is room: that was looked at before the second approval was taken. */
export function activatePlay(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const context = contextOf(builder, turn, actor.id);
  const start = context.worked?.active_period_start ?? dayOf(turn.message.at);
  const draft = builder.append(turn, actor, 'play.activated', { active_period_start: start });
  builder.changeGuard(draft, guardKeyOfPlay(context), { kind: 'play_activated', play: actor.id });
}

export function freePlay(builder: PlanBuilder, turn: Turn, actor: ActorRef, draft: GrowingDraft): void {
  const context = contextOf(builder, turn, actor.id);
  builder.changeGuard(draft, guardKeyOfPlay(context), { kind: 'play_retired', play: actor.id });
}

/** The end date is over. New sequences have stopped by it; whether the play ends too is the tenant's choice. */
export function sunsetPlay(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  if (builder.policy(turn.message.tenant).policy.plays?.auto_sunset !== true) return;
  builder.append(turn, actor, 'play.retired', { by: null, retire_reason: 'auto_sunset', note: null });
}
