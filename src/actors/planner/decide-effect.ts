/** Asks the decision engine for the next best action, records its whole answer, and proposes what it chose. */
import { ACTION_TYPE_SPECS, isMessage } from '../../domain/action-types.ts';
import type { ActionType } from '../../domain/action-types.ts';
import type { Choice } from '../../domain/candidate.ts';
import { segmentOf } from '../../domain/entity.ts';
import { must } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { playOccasion } from '../../domain/example.ts';
import type { Example } from '../../domain/example.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { GuardState } from '../../domain/guard.ts';
import { actionIdOf, decisionIdOf } from '../../domain/ids.ts';
import type { Digest, JsonObject } from '../../domain/json.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef, SubjectRefs } from '../../domain/message.ts';
import type { Policy } from '../../domain/policy.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import { openObjections } from '../../policies/open-objections.ts';
import { similarExamples } from '../../policies/similar-examples.ts';
import type { DecisionInput } from '../decision-engine.port.ts';
import type { StoredActor } from '../runtime-store.port.ts';
import { survivingAccount, unitedGuard } from './guard-group.ts';
import { linkOutcomes } from './outcome-effects.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey, subjectContext } from './subject-view.ts';
import { touchLabel } from './touch-label.ts';

/** A touch of a sequence: similar to it is an earlier text of the same touch of the same play, and nothing else. */
export interface TouchOfPlay {
  readonly play: string;
  readonly step: number;
}

/** What memory knows about the subject, in the form that an engine reads. */
export function decisionInput(
  builder: PlanBuilder,
  turn: Pick<Turn, 'message'>,
  actor: ActorRef,
  seed: string,
  touch: TouchOfPlay | null = null,
): DecisionInput {
  const { message } = turn;
  const { tenant, refs } = message;
  return inputFrom({
    at: message.at,
    seed,
    actor,
    stored: builder.actor(tenant, actor.kind, actor.id),
    account: refs.account === null ? null : subjectContext(survivingAccount(builder, tenant, refs.account)),
    guard: unitedGuard(builder, tenant, openGuardKey(refs, actor), message.at),
    hasRecipient: refs.person !== null && refs.hasAddress,
    policy: builder.policy(tenant).policy,
    examples: builder.examples(tenant),
    touch,
  });
}

/** The same from its parts, for those who take them from elsewhere than a batch. */
export function inputFrom(known: {
  readonly at: number;
  readonly seed: string;
  readonly actor: ActorRef;
  readonly stored: Pick<StoredActor, 'value' | 'context'> | null;
  readonly account: SubjectContext | null;
  readonly guard: GuardState;
  readonly hasRecipient: boolean;
  readonly policy: Policy;
  /** Those of the tenant, from which the similar ones are taken. */
  readonly examples: readonly Example[];
  readonly touch?: TouchOfPlay | null;
}): DecisionInput {
  const { at, seed, actor, stored, account, guard, hasRecipient, policy, examples, touch = null } = known;
  const context = subjectContext(stored);
  const facts = account === null ? context.account_facts : { ...context.account_facts, ...account.account_facts };
  const signal = context.last_signal?.type ?? null;
  const persona = context.contact_facts.persona ?? null;
  const recentTouches = guard.touches.length;
  const standing = openObjections([...(account?.objections ?? []), ...(context.objections ?? [])], at);
  const objections = standing.map(({ person, ...objection }) => ({ ...objection, own: person === actor.id }));
  return {
    at,
    seed,
    subject: actor.kind === 'account' ? 'account' : 'lead',
    lane: context.last_signal?.lane ?? 'operator',
    signal,
    stage: stored?.value ?? 'new',
    accountFacts: facts,
    persona,
    intent: context.intent,
    opportunityStage: context.opportunity_stage ?? account?.opportunity_stage ?? null,
    relations: facts.relations ?? {},
    abmActive: facts.abm_active ?? null,
    hasRecipient,
    recentTouches,
    policy,
    objections,
    examples: similarExamples(examples, {
      signal: touch === null ? signal : playOccasion(touch.play),
      persona: persona ?? 'unclear',
      segment: segmentOf(facts.employees),
      step: touch?.step ?? recentTouches + 1,
      objection: objections[0]?.topic ?? null,
    }),
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
    ...shownOf(input, choice.notes, choice.example),
    ...(actionType === null ? {} : { message: isMessage(actionType) }),
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

  builder.append(
    turn,
    { kind: 'action', id: action },
    'action.proposed',
    proposalFrom({
      decision,
      choice,
      content,
      actionType,
      input,
      refs,
      recipient: recipientOf(refs, actor),
      originatingProposalId: context.originating_proposal_id,
      digest,
    }),
    { sealed: { subject: recipientOf(refs, actor), text: canonicalJson(content) } },
  );
}

/** What a draft was shown and what it rests on, as `decision.made` says it. */
export function shownOf(
  { examples, objections }: Pick<DecisionInput, 'examples' | 'objections'>,
  cited: Choice['notes'] = [],
  example: string | null = null,
): Pick<EventData<'decision.made'>, 'examples' | 'notes' | 'example'> {
  const why = (id: string) => cited.find(({ note }) => note === id)?.why ?? null;
  return {
    ...(examples.length === 0 ? {} : { examples: examples.map(({ id }) => id) }),
    ...(objections.length === 0 ? {} : { notes: objections.map(({ note }) => ({ note, why: why(note) })) }),
    ...(example === null ? {} : { example }),
  };
}

function recipientOf(refs: Pick<SubjectRefs, 'account' | 'person'>, actor: ActorRef): string {
  return refs.person ?? refs.account ?? actor.id;
}

/** The proposal that a choice comes to. */
export function proposalFrom(made: {
  readonly decision: string;
  readonly choice: Choice;
  readonly content: JsonObject;
  readonly actionType: ActionType;
  readonly input: Pick<DecisionInput, 'lane' | 'signal' | 'recentTouches' | 'objections' | 'accountFacts'>;
  readonly refs: {
    readonly account: string | null;
    readonly person: string | null;
    readonly domain: string | null;
  };
  readonly recipient: string;
  readonly originatingProposalId: string | null;
  readonly digest: Digest;
}): EventData<'action.proposed'> {
  const { decision, choice, content, actionType, refs, recipient, digest } = made;
  const { channel, riskClass } = ACTION_TYPE_SPECS[actionType];
  const { assessment } = choice;
  const [objection] = made.input.objections;
  return {
    decision,
    action_type: actionType,
    channel,
    risk_class: riskClass,
    lane: made.input.lane,
    proposer: `engine:${choice.engine}`,
    engine: choice.engine,
    account: refs.account,
    person: refs.person,
    domain: refs.domain,
    fingerprint: fingerprintOf({ actionType, channel, recipient, content }, digest),
    confidence: choice.confidence,
    sender: 'default',
    attributes: {
      fit_tier: assessment.fit.tier,
      fit_score: assessment.fit.score,
      priority: assessment.priority,
      persona: assessment.persona,
      stage: assessment.stage,
      touch: made.input.recentTouches + 1,
      ...(objection === undefined ? {} : { objection: objection.topic }),
      ...(made.input.signal === null ? {} : { signal: made.input.signal }),
      ...(assessment.segment === null ? {} : { segment: assessment.segment }),
    },
    originating_proposal_id: made.originatingProposalId,
    ...touchLabel(actionType, made.input.accountFacts, assessment),
  };
}
