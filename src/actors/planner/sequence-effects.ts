/**
 * The cadence coordinator inside a turn: begins a sequence if its play still may, and says of each touch that is due whether it is proposed or
 * held back. It asks the gate about the touch first, on the facts of the same transaction; what it proposes then goes before the gate as
 * every other action does.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { actionTypeOf, COORDINATOR, sequenceEngineOf, sequenceTypeOf } from '../../domain/cadence.ts';
import type { SequenceEnd, TouchResult } from '../../domain/cadence.ts';
import { must } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { playOccasion } from '../../domain/example.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { GuardChange, GuardKey } from '../../domain/guard.ts';
import { actionIdOf, asId, decisionIdOf } from '../../domain/ids.ts';
import type { AccountId, PersonId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import { startsSequences } from '../../domain/play.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { SequenceContext } from '../../machines/sequence/sequence.machine.ts';
import { coordinateTouch } from '../../policies/cadence.ts';
import type { Coordination } from '../../policies/cadence.ts';
import { evaluateGate } from '../../policies/gate.ts';
import { gateRequest } from './admit-effect.ts';
import { decisionInput, shownOf } from './decide-effect.ts';
import { gatherFacts } from './gate-facts.ts';
import { guardGroup, survivingAccount } from './guard-group.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { projectProposal } from './project-proposal.ts';
import { isClosed, subjectContext } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

/** Why no sequence may begin now; null when one may. The guard that lists active plays is locked, so a play that was retired starts nothing. */
function startRefusal(builder: PlanBuilder, message: Message, data: EventData<'sequence.started'>): string | null {
  const { tenant, actor, at, refs } = message;
  if (builder.actor(tenant, 'sequence', actor.id) !== null) return 'It began before.';
  const key: GuardKey = data.segment === null ? `account:${refs.account ?? ''}` : `segment:${data.segment}`;
  const isActive = guardGroup(builder, tenant, key).some(({ state }) => (state.plays ?? []).includes(data.play));
  if (!isActive) return `The play ${data.play} is not active.`;
  const period = { active_period_start: data.active_period_start, active_period_end: data.active_period_end };
  if (!startsSequences({ state: 'active', ...period }, at)) return `The play ${data.play} is not in its active period.`;
  const person = builder.actor(tenant, 'lead', data.person);
  if (isClosed(person)) return `The person is ${person?.value ?? ''}.`;
  if (builder.guardState(tenant, `contact:${data.person}`).into !== undefined) return 'The person was merged.';
  return null;
}

/** Begins a sequence, or says by an event why not. Null when the message is no start. */
export function startSequence(builder: PlanBuilder, turn: Turn): GrowingDraft | null {
  const { message } = turn;
  if (message.type !== 'sequence.started') return null;
  const { tenant, actor, scope, data, refs } = message;
  const detail = startRefusal(builder, message, data);
  if (detail !== null) return builder.append(turn, actor, 'sequence.refused', { play: data.play, detail });
  const facts =
    refs.account === null ? {} : subjectContext(survivingAccount(builder, tenant, refs.account)).account_facts;
  const started = { ...data, sequence_type: sequenceTypeOf(data.cadence_type, facts) };
  return builder.append(turn, actor, 'sequence.started', started, {
    guards: [[`contact:${data.person}`, { kind: 'sequence_started', sequence: actor.id, scope }]],
  });
}

function sequenceOfActor(builder: PlanBuilder, turn: Turn, actor: ActorRef): SequenceContext {
  return must(builder.actor(turn.message.tenant, 'sequence', actor.id), 'a sequence that is coordinated exists')
    .context as unknown as SequenceContext;
}

/** The touch that is due, as the action that it would be. Null when the engine has no words for it. */
function touchOf(builder: PlanBuilder, turn: Turn, actor: ActorRef, context: SequenceContext) {
  const { message } = turn;
  const { engine, digest } = builder.deps;
  const { refs } = message;
  const step = must(context.steps[context.step - 1], 'a sequence has the step that is due');
  const cadence = context.cadence_type ?? 'standard';
  const actionType = actionTypeOf(step.channel, cadence);
  const { channel, riskClass } = ACTION_TYPE_SPECS[actionType];
  const decision = decisionIdOf(message, digest);
  const person = must(context.person, 'a sequence has a person');
  const of = { play: context.play ?? '', step: context.step };
  const input = decisionInput(builder, turn, { kind: 'lead', id: person }, decision, of);
  const place = { step: context.step, of: context.steps.length, purpose: step.purpose };
  const draft = engine.draft(actionType, input, place);
  if (draft === null) return null;
  const { content, example, notes } = draft;
  const [objection] = input.objections;
  const assessment = engine.assess(input);
  const score = assessment.fit.tier === 'unscored' ? null : assessment.priority;
  const proposal: EventData<'action.proposed'> = {
    decision,
    action_type: actionType,
    channel,
    risk_class: riskClass,
    lane: cadence === 'nurture' ? 'marketing' : 'tam',
    proposer: COORDINATOR,
    engine: sequenceEngineOf(engine.version),
    account: refs.account,
    person,
    domain: refs.domain,
    fingerprint: fingerprintOf({ actionType, channel, recipient: person, content }, digest),
    // Nobody chose among candidates; how much is known of the account says how sure it can be that the play fits.
    confidence: assessment.fit.coverage,
    sender: 'default',
    attributes: {
      coordinator: COORDINATOR,
      sequence: actor.id,
      step: context.step,
      play: of.play,
      signal: playOccasion(of.play),
      sequence_type: context.sequence_type ?? 'standard',
      purpose: step.purpose,
      fit_tier: assessment.fit.tier,
      fit_score: assessment.fit.score,
      priority: assessment.priority,
      persona: assessment.persona,
      stage: assessment.stage,
      ...(assessment.segment === null ? {} : { segment: assessment.segment }),
      ...(objection === undefined ? {} : { objection: objection.topic }),
    },
    originating_proposal_id: context.originating_proposal_id,
  };
  const registered = {
    step: context.step,
    channel: step.channel,
    priority_score_at_queue: context.registered ? context.score : score,
  };
  const shown = shownOf(input, notes, example);
  return { action: actionIdOf(message, digest), proposal, content, registered, shown };
}

type Touch = NonNullable<ReturnType<typeof touchOf>>;

/** What the coordinator makes of it, by what the gate would say now. */
function coordination(builder: PlanBuilder, turn: Turn, context: SequenceContext, touch: Touch): Coordination {
  const { tenant, partition, scope, refs, at } = turn.message;
  const request = gateRequest(touch.action, touch.proposal, null, at);
  const { facts } = gatherFacts(builder, tenant, partition, scope, refs, touch.proposal, request);
  const { checks } = evaluateGate(request, facts, builder.policy(tenant).policy);
  return coordinateTouch(checks, {
    sequenceType: context.sequence_type ?? 'standard',
    abmActive: facts.account?.abm_active,
    hasAccount: refs.account !== null,
    score: touch.registered.priority_score_at_queue,
    dueAt: context.due_at ?? at,
    at,
  });
}

export function coordinate(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { tenant } = turn.message;
  const context = sequenceOfActor(builder, turn, actor);
  const end = (because: SequenceEnd, reasons: readonly string[] = []): void => {
    builder.append(turn, actor, 'sequence.ended', { because, reasons: [...reasons] });
  };
  const person = context.person ?? '';
  if (isClosed(builder.actor(tenant, 'lead', person))) return end('closed');
  if (builder.guardState(tenant, `contact:${person}`).into !== undefined) return end('merged');
  const touch = touchOf(builder, turn, actor, context);
  if (touch === null) return end('gave_up', ['no_draft']);
  const made = coordination(builder, turn, context, touch);
  switch (made.kind) {
    case 'end':
      return end(made.because, made.reasons);
    case 'suppress':
      builder.append(turn, actor, 'sequence.touch_suppressed', {
        ...touch.registered,
        suppressed_reason: made.reason,
        reasons: [...made.reasons],
        again_at: made.againAt,
      });
      if (made.reason === 'abm_active_suppression' && context.suppressed_reason !== made.reason)
        tellOriginator(builder, turn, actor, context, made.reason);
      return undefined;
    case 'propose':
      return propose(builder, turn, actor, context, touch);
  }
}

function propose(builder: PlanBuilder, turn: Turn, actor: ActorRef, context: SequenceContext, touch: Touch): void {
  const { action, proposal, content, registered, shown } = touch;
  builder.append(turn, actor, 'sequence.touch_proposed', { ...registered, action, decision: proposal.decision });
  projectProposal(builder, turn, proposal, action, {
    trigger: 'sequence',
    shown,
    reason: `Touch ${registered.step} of ${context.steps.length} of the play ${context.play ?? ''}: ${String(proposal.attributes['purpose'] ?? '')}`,
  });
  builder.append(turn, { kind: 'action', id: action }, 'action.proposed', proposal, {
    sealed: { subject: proposal.person ?? '', text: canonicalJson(content) },
  });
}

/** Whoever drafted the play reads it there: once for each touch that the backstop stopped. */
function tellOriginator(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  context: SequenceContext,
  reason: EventData<'play.sequence_suppressed'>['suppressed_reason'],
): void {
  const play = must(context.play, 'a sequence has a play');
  const refs = { ...NO_REFS, account: context.segment === null ? asId<AccountId>(context.play_scope ?? '') : null };
  tellActor(
    builder,
    turn,
    { actor: { kind: 'play', id: play }, scope: context.play_scope ?? '', refs },
    `suppressed:${actor.id}:${context.step}`,
    {
      type: 'play.sequence_suppressed',
      data: {
        originating_proposal_id: context.originating_proposal_id ?? '',
        sequence: actor.id,
        account: context.account,
        step: context.step,
        suppressed_reason: reason,
      },
    },
  );
}

/** The sequence has ended: replies no longer concern it, and a touch that is open is withdrawn. */
export function closeSequence(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  withdraw: string | null,
  draft: GrowingDraft,
): void {
  const { message } = turn;
  const { person } = sequenceOfActor(builder, turn, actor);
  builder.changeGuard(draft, `contact:${person ?? ''}`, { kind: 'sequence_ended', sequence: actor.id });
  if (withdraw === null) return;
  tellActor(
    builder,
    turn,
    { actor: { kind: 'action', id: withdraw }, scope: message.scope, refs: message.refs },
    `withdraw:${actor.id}:${withdraw}`,
    {
      type: 'action.reviewed',
      data: {
        decision: 'cancel',
        by: 'system:cadence',
        by_kind: 'system',
        fingerprint: '',
        reason: 'The sequence of this touch has ended.',
        edited_fingerprint: null,
        edited_share: 0,
      },
    },
  );
}

/** A reply or an opt-out ends what runs for the person, under all names that the person has. */
export function stopSequences(
  builder: PlanBuilder,
  turn: Turn,
  changes: readonly (readonly [GuardKey, GuardChange])[],
): void {
  const { message } = turn;
  if (message.history) return;
  for (const [key, change] of changes) {
    if (!key.startsWith('contact:') || (change.kind !== 'replied' && change.kind !== 'opted_out')) continue;
    for (const { key: own, state } of guardGroup(builder, message.tenant, key)) {
      // Under another name of the person runs what concerns that name, and its guard.
      const refs = { ...message.refs, person: asId<PersonId>(own.slice('contact:'.length)) };
      for (const { sequence, scope } of state.sequences ?? [])
        tellActor(
          builder,
          turn,
          { actor: { kind: 'sequence', id: sequence }, scope, refs },
          `stop:${message.source}:${message.id}:${sequence}:${change.kind}`,
          { type: 'sequence.stopped', data: { because: change.kind, since: change.at } },
        );
    }
  }
}

/** Tells the sequence of a touch how its action ended. */
export function tellSequence(builder: PlanBuilder, turn: Turn, actor: ActorRef, draft: GrowingDraft): void {
  const { message } = turn;
  const stored = must(builder.actor(message.tenant, 'action', actor.id), 'a closed action exists');
  const { proposal } = stored.context as unknown as ActionContext;
  const { coordinator, sequence } = proposal?.attributes ?? {};
  if (coordinator !== COORDINATOR || typeof sequence !== 'string') return;
  const executed = draft.header.type === 'action.executed' ? (draft.data as EventData<'action.executed'>) : null;
  tellActor(
    builder,
    turn,
    { actor: { kind: 'sequence', id: sequence }, scope: message.scope, refs: message.refs },
    `touch:${actor.id}`,
    {
      type: 'sequence.touch_ended',
      data: {
        action: actor.id,
        result: stored.value as TouchResult,
        ended_at: executed?.executed_at ?? message.at,
        mode: executed?.mode ?? null,
      },
    },
  );
}
