/** Which handler carries out which effect. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { ActionType, TrustLevel } from '../../domain/action-types.ts';
import type { Effect, TimerName } from '../../domain/effects.ts';
import { must } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { parseTrustCellId, trustCellId } from '../../domain/trust.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { decayedTrust } from '../../machines/trust/trust.machine.ts';
import type { TrustContext } from '../../machines/trust/trust.machine.ts';
import { evidenceOf } from '../../policies/trust-evidence.ts';
import { priorInForce } from '../../policies/trust-pool.ts';
import { nextLevel } from '../../policies/trust.ts';
import { exampleRecordOf } from '../examples/example-row.ts';
import { admit } from './admit-effect.ts';
import { closeAction } from './close-action-effect.ts';
import { decide } from './decide-effect.ts';
import { rememberExecution } from './execution-effects.ts';
import { linkOutcomes, recordOutcomeEvidence, sendEvidence, withdrawEvidence } from './outcome-effects.ts';
import type { EffectHandler, GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { activatePlay, freePlay, sunsetPlay } from './play-acts.ts';
import { settlePolicies } from './policy-acts.ts';
import { closeSequence, coordinate, tellSequence } from './sequence-effects.ts';
import { runTriage } from './triage-effect.ts';
import { withdraw } from './withdraw-effect.ts';

/** The event that a timer feeds back. */
function timerEvent(name: TimerName, actor: ActorRef, dueAt: number, context: unknown): Pick<Message, 'type' | 'data'> {
  switch (name) {
    case 'retriage':
      return { type: 'retriage.due', data: { due_at: dueAt } };
    case 'due':
      return { type: 'action.due', data: { due_at: dueAt } };
    case 'sunset':
      return { type: 'play.sunset_due', data: { due_at: dueAt } };
    case 'step':
      return { type: 'sequence.step_due', data: { due_at: dueAt } };
    case 'policy_due':
      return { type: 'policy.due', data: { due_at: dueAt } };
    case 'review_expiry':
      return { type: 'action.expired', data: { what: 'review', id: (context as ActionContext).review ?? actor.id } };
  }
}

function startTimer(builder: PlanBuilder, turn: Turn, actor: ActorRef, name: TimerName, dueAt: number): void {
  const { message } = turn;
  if (message.history) return;
  const armedBy = turn.cause ?? '';
  const context = builder.actor(message.tenant, actor.kind, actor.id)?.context;
  const { sealed: _sealed, profiles: _profiles, notes: _notes, ...rest } = message;
  const fed = {
    ...rest,
    ...timerEvent(name, actor, dueAt, context),
    actor,
    source: 'timer',
    id: `${actor.id}:${name}:${armedBy}`,
    at: dueAt,
    sealed: null,
    profiles: [],
    causation: turn.cause,
    correlation: turn.correlation,
    contentDigest: '',
  } as Message;
  builder.setTimer({
    tenant: message.tenant,
    actorKind: actor.kind,
    actorId: actor.id,
    name,
    partition: message.partition,
    dueAt,
    armedBy,
    message: fed,
  });
}

function recordReviewEvidence(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  effect: Extract<Effect, { type: 'record_review_evidence' }>,
): void {
  const stored = must(builder.actor(turn.message.tenant, 'action', actor.id), 'a reviewed action exists');
  const { proposal } = stored.context as unknown as ActionContext;
  if (proposal === null) return;
  const cell = trustCellId(proposal.action_type, proposal.channel, proposal.risk_class, proposal.engine);
  sendEvidence(builder, turn, cell, actor.id, evidenceOf(effect.kind, effect.editedShare));
}

function withdrawReviewEvidence(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  given: Extract<Effect, { type: 'withdraw_review_evidence' }>['evidence'],
): void {
  const { tenant, at } = turn.message;
  const stored = must(builder.actor(tenant, 'action', actor.id), 'an undone action exists');
  builder.withdrawExamples(tenant, actor.id, at);
  const { proposal } = stored.context as unknown as ActionContext;
  if (proposal === null || given === null) return;
  const cell = trustCellId(proposal.action_type, proposal.channel, proposal.risk_class, proposal.engine);
  withdrawEvidence(builder, turn, cell, actor.id, evidenceOf(given.kind, given.share), given.at);
}

function reviewLevel(builder: PlanBuilder, turn: Turn, actor: ActorRef, harm: boolean): void {
  const stored = must(builder.actor(turn.message.tenant, 'trust', actor.id), 'a trust cell with evidence exists');
  const spec = ACTION_TYPE_SPECS[parseTrustCellId(actor.id).actionType as ActionType];
  const context = stored.context as unknown as TrustContext;
  const level: TrustLevel = stored.value === 'initial' ? spec.initialLevel : (stored.value as TrustLevel);
  const { tenant } = turn.message;
  const { good, bad } = decayedTrust(context, context.at);
  const pooled = builder.registry(tenant).context.trust_prior?.prior;
  const trust = priorInForce(builder.policy(tenant).policy.trust, pooled);
  const next = nextLevel(level, good, bad, spec, { trust }, harm);
  if (next.level !== level)
    builder.append(turn, actor, 'trust.leveled', { from: level, to: next.level, reason: next.reason });
}

export const handleEffect: EffectHandler = (
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  effect: Effect,
  draft: GrowingDraft,
) => {
  const { message } = turn;
  switch (effect.type) {
    case 'triage':
      return runTriage(builder, turn, actor, effect.trigger);
    case 'decide':
      return decide(builder, turn, actor);
    case 'admit':
      return admit(builder, turn, actor);
    case 'start_timer':
      return startTimer(builder, turn, actor, effect.name, effect.at);
    case 'cancel_timer':
      if (effect.pending)
        builder.clearTimer({ tenant: message.tenant, actorKind: actor.kind, actorId: actor.id, name: effect.name });
      return undefined;
    case 'close_action':
      closeAction(builder, turn, actor, effect.happened, draft);
      rememberExecution(builder, turn, actor, draft);
      return tellSequence(builder, turn, actor, draft);
    case 'revoke_permit': {
      const { permit } = must(builder.actor(message.tenant, 'action', actor.id), 'an action with a permit exists')
        .context as unknown as ActionContext;
      if (permit !== null)
        builder.plan.permitUpdates.push({
          tenant: message.tenant,
          id: permit,
          state: draft.header.type === 'action.expired' ? 'expired' : 'revoked',
        });
      return undefined;
    }
    case 'close_review': {
      const context = must(builder.actor(message.tenant, 'action', actor.id), 'a reviewed action exists')
        .context as unknown as ActionContext;
      const { review } = context;
      const reviewed = draft.header.type === 'action.reviewed' ? (draft.data as EventData<'action.reviewed'>) : null;
      const decidedBy = reviewed?.by ?? null;
      if (reviewed !== null && (effect.state === 'approved' || effect.state === 'edited')) {
        const example = exampleRecordOf(draft.header, reviewed, context);
        if (example !== null)
          builder.plan.examples.push({ ...example, withdrawn_at: null, content: message.example ?? null });
      }
      if (review !== null)
        builder.plan.reviewUpdates.push({
          tenant: message.tenant,
          id: review,
          state: effect.state,
          decidedBy,
          decidedAt: decidedBy === null ? null : message.at,
        });
      return undefined;
    }
    case 'record_review_evidence':
      return recordReviewEvidence(builder, turn, actor, effect);
    case 'withdraw_review_evidence':
      return withdrawReviewEvidence(builder, turn, actor, effect.evidence);
    case 'link_outcome':
      return linkOutcomes(builder, turn, actor, draft);
    case 'record_outcome_evidence':
      return recordOutcomeEvidence(builder, turn, draft);
    case 'withdraw':
      return withdraw(builder, turn, actor);
    case 'activate_play':
      return activatePlay(builder, turn, actor);
    case 'free_play':
      return freePlay(builder, turn, actor, draft);
    case 'sunset_play':
      return sunsetPlay(builder, turn, actor);
    case 'coordinate':
      return coordinate(builder, turn, actor);
    case 'close_sequence':
      return closeSequence(builder, turn, actor, effect.withdraw, draft);
    case 'settle_policies':
      return settlePolicies(builder, turn, actor, (until) => startTimer(builder, turn, actor, 'policy_due', until));
    case 'review_level':
      return reviewLevel(builder, turn, actor, effect.harm);
  }
};
