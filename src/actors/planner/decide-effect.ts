/** Asks the decision engine for the next best action, records its whole answer, and proposes what it chose. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { must } from '../../domain/errors.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import { actionIdOf, decisionIdOf } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef } from '../../domain/message.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { DecisionInput } from '../decision-engine.port.ts';
import { survivingAccount, unitedGuard } from './guard-group.ts';
import { linkOutcomes } from './outcome-effects.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey, subjectContext } from './subject-view.ts';

/** What memory knows about the subject, in the form that an engine reads. */
export function decisionInput(builder: PlanBuilder, turn: Turn, actor: ActorRef, seed: string): DecisionInput {
  const { message } = turn;
  const { tenant, refs } = message;
  const stored = builder.actor(tenant, actor.kind, actor.id);
  const context = subjectContext(stored);
  const account = refs.account === null ? null : subjectContext(survivingAccount(builder, tenant, refs.account));
  const facts = account === null ? context.account_facts : { ...context.account_facts, ...account.account_facts };
  const guard = unitedGuard(builder, tenant, openGuardKey(refs, actor), message.at);
  return {
    at: message.at,
    seed,
    subject: actor.kind === 'account' ? 'account' : 'lead',
    lane: context.last_signal?.lane ?? 'operator',
    signal: context.last_signal?.type ?? null,
    stage: stored?.value ?? 'new',
    accountFacts: facts,
    persona: context.contact_facts.persona ?? null,
    intent: context.intent,
    opportunityStage: context.opportunity_stage ?? account?.opportunity_stage ?? null,
    relations: facts.relations ?? {},
    abmActive: facts.abm_active ?? null,
    hasRecipient: refs.person !== null && refs.hasAddress,
    recentTouches: guard.touches.length,
    policy: builder.policy(tenant).policy,
  };
}

export function decide(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { message } = turn;
  const { tenant, refs } = message;
  const { engine, digest } = builder.deps;
  const decision = decisionIdOf(message, digest);
  const input = decisionInput(builder, turn, actor, decision);
  const { choice, content } = engine.decide(input);
  const chosen = must(choice.candidates[choice.chosen], 'the engine chose one of its candidates');
  const actionType = content === null || chosen.action_type === 'none' ? null : chosen.action_type;
  const spec = actionType === null ? null : ACTION_TYPE_SPECS[actionType];
  const action = actionType === null ? null : actionIdOf(message, digest);
  const choiceText = canonicalJson(choice);
  const context = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  builder.append(turn, actor, 'decision.made', {
    decision,
    action,
    choice: digest(choiceText),
    engine: choice.engine,
    action_type: chosen.action_type,
    confidence: choice.confidence,
    cell:
      actionType === null || spec === null
        ? null
        : trustCellId(actionType, spec.channel, spec.riskClass, choice.engine),
    ...(context.originating_proposal_id === null ? {} : { play: context.originating_proposal_id }),
  });
  linkOutcomes(builder, turn, actor, null);
  builder.plan.decisions.push({
    tenant,
    id: decision,
    at: message.at,
    subjectKind: actor.kind,
    subjectId: actor.id,
    scope: message.scope,
    account: refs.account,
    trigger: context.last_signal?.type ?? 'retriage',
    engine: choice.engine,
    action,
    actionType: chosen.action_type,
    channel: spec?.channel ?? null,
    riskClass: spec?.riskClass ?? null,
    confidence: choice.confidence,
    propensity: chosen.propensity,
    reason: choice.reason,
    choice: choiceText,
    verdict: 'none',
    verdictHash: null,
    policy: null,
    correlation: turn.correlation,
    originatingProposalId: context.originating_proposal_id,
    batch: message.batch,
  });
  if (actionType === null || spec === null || action === null || content === null) return;

  const recipient = refs.person ?? refs.account ?? actor.id;
  builder.append(
    turn,
    { kind: 'action', id: action },
    'action.proposed',
    {
      decision,
      action_type: actionType,
      channel: spec.channel,
      risk_class: spec.riskClass,
      lane: input.lane,
      proposer: `engine:${choice.engine}`,
      engine: choice.engine,
      account: refs.account,
      person: refs.person,
      domain: refs.domain,
      fingerprint: fingerprintOf({ actionType, channel: spec.channel, recipient, content }, digest),
      confidence: choice.confidence,
      sender: 'default',
      attributes: {
        fit_tier: choice.assessment.fit.tier,
        fit_score: choice.assessment.fit.score,
        priority: choice.assessment.priority,
        persona: choice.assessment.persona,
        stage: choice.assessment.stage,
        ...(choice.assessment.segment === null ? {} : { segment: choice.assessment.segment }),
      },
      originating_proposal_id: context.originating_proposal_id,
    },
    { sealed: { subject: recipient, text: canonicalJson(content) } },
  );
}
