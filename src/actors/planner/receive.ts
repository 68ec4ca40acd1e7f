import { TIMER_NAMES } from '../../domain/effects.ts';
/** Takes one message in: appends it as an event of its actor, with what it tells guards, entities and the registry. */
import type { EventData } from '../../domain/event-types.ts';
import { asId, eventIdOf, partitionOf } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import { guardChangesOf } from './guard-changes.ts';
import { recordNotes } from './note-drafts.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { subjectContext } from './subject-view.ts';

const TIMER_NAME_OF: Partial<Record<Message['type'], 'retriage' | 'due' | 'review_expiry'>> = {
  'retriage.due': 'retriage',
  'action.due': 'due',
  'action.expired': 'review_expiry',
};

/** What the row of a lead shows. */
function leadView(context: SubjectContext): string {
  return canonicalJson([context.account, context.dimensions, context.first_seen_at, context.originating_proposal_id]);
}

function projectLead(builder: PlanBuilder, message: Message, before: SubjectContext): void {
  if (message.actor.kind !== 'lead') return;
  const context = subjectContext(builder.actor(message.tenant, 'lead', message.actor.id));
  if (context.first_seen_at === null || leadView(context) === leadView(before)) return;
  builder.plan.leads.push({
    tenant: message.tenant,
    id: message.actor.id,
    account: context.account,
    dimensions: canonicalJson(context.dimensions),
    firstSeenAt: context.first_seen_at,
    originatingProposalId: context.originating_proposal_id,
    batch: message.batch,
  });
}

/** An opt-out also suppresses the address for the whole tenant, in the partition of the tenant. */
function suppressOptedOut(builder: PlanBuilder, turn: Turn, data: EventData<'outcome.recorded'>): void {
  const { message } = turn;
  if (data.outcome_type !== 'unsubscribe' && data.outcome_type !== 'complaint') return;
  const scope = asId<Message['scope']>(message.tenant);
  for (const key of message.refs.suppressionKeys.filter(
    (item) => item.startsWith('email:') || item.startsWith('contact:'),
  )) {
    builder.plan.outgoing.push({
      type: 'suppression.added',
      data: {
        key,
        scope: key.startsWith('email:') ? 'email' : 'contact',
        reason: data.outcome_type,
        source: 'outcome',
        by: 'system:outcome',
      },
      tenant: message.tenant,
      source: `actor:${message.actor.kind}`,
      id: `suppress:${message.source}:${message.id}:${key}`,
      scope,
      partition: partitionOf(scope),
      actor: { kind: 'tenant', id: message.tenant },
      refs: NO_REFS,
      at: message.at,
      sealed: null,
      profiles: [],
      causation: turn.cause,
      correlation: turn.correlation,
      batch: message.batch,
      history: message.history,
      contentDigest: '',
    });
  }
}

function projectRegistry(builder: PlanBuilder, message: Message): void {
  const { tenant } = message;
  const version = builder.actor(tenant, 'tenant', tenant)?.seq ?? 0;
  if (message.type === 'suppression.added') {
    const { key, scope, reason, source } = message.data;
    builder.plan.suppressions.push({ tenant, key, scope, reason, source, version, added: true });
  }
  if (message.type === 'suppression.removed') {
    builder.plan.suppressions.push({
      tenant,
      key: message.data.key,
      scope: '',
      reason: message.data.reason,
      source: '',
      version,
      added: false,
    });
  }
}

/** A proposal from outside is a decision too: someone else's, with one candidate. */
function projectProposal(builder: PlanBuilder, turn: Turn, data: EventData<'action.proposed'>, action: string): void {
  const { message } = turn;
  const candidate = {
    action_type: data.action_type,
    channel: data.channel,
    score: 100,
    propensity: 1,
    reason: `Proposed by ${data.proposer}.`,
  };
  const choice = canonicalJson({ engine: data.engine, candidates: [candidate], chosen: 0, reason: candidate.reason });
  const subject: ActorRef =
    data.person === null ? { kind: 'account', id: data.account ?? message.scope } : { kind: 'lead', id: data.person };
  // The subject remembers it, so that what follows can be linked to it.
  builder.append(turn, subject, 'decision.made', {
    decision: data.decision,
    action,
    choice: builder.deps.digest(choice),
    engine: data.engine,
    action_type: data.action_type,
    confidence: data.confidence,
    cell: trustCellId(data.action_type, data.channel, data.risk_class, data.engine),
  });
  builder.plan.decisions.push({
    tenant: message.tenant,
    id: data.decision,
    at: message.at,
    subjectKind: subject.kind,
    subjectId: subject.id,
    scope: message.scope,
    account: data.account,
    trigger: 'proposal',
    engine: data.engine,
    action,
    actionType: data.action_type,
    channel: data.channel,
    riskClass: data.risk_class,
    confidence: data.confidence,
    propensity: 1,
    reason: candidate.reason,
    choice,
    verdict: 'none',
    verdictHash: null,
    policy: null,
    correlation: turn.correlation,
    originatingProposalId: data.originating_proposal_id,
    batch: message.batch,
  });
}

/** States of an action in which a result has come; only one that moves it on counts after that. */
const SETTLED: ReadonlySet<string> = new Set(['executed', 'failed', 'uncertain']);

/** A permit ends with the result of its execution. `before` is the state of the action when the result came. */
function projectExecution(builder: PlanBuilder, message: Message, before: string | null): void {
  const { tenant, actor } = message;
  const moved = builder.actor(tenant, actor.kind, actor.id)?.value !== before;
  if (before !== null && SETTLED.has(before) && !moved) return;
  switch (message.type) {
    case 'action.executed':
      builder.plan.permitUpdates.push({ tenant, id: message.data.permit, state: 'used' });
      builder.plan.executionUpdates.push({
        tenant,
        permit: message.data.permit,
        state: 'sent',
        receipt: message.data.receipt,
      });
      return;
    case 'action.failed':
      builder.plan.permitUpdates.push({ tenant, id: message.data.permit, state: 'failed' });
      builder.plan.executionUpdates.push({ tenant, permit: message.data.permit, state: 'refused', receipt: null });
      return;
    case 'action.resumed':
      builder.plan.permitUpdates.push({ tenant, id: message.data.permit, state: 'granted' });
      builder.plan.executionUpdates.push({ tenant, permit: message.data.permit, state: 'absent', receipt: null });
      return;
    case 'action.uncertain':
      builder.plan.permitUpdates.push({ tenant, id: message.data.permit, state: 'uncertain' });
      builder.plan.executionUpdates.push({ tenant, permit: message.data.permit, state: 'uncertain', receipt: null });
      return;
    default:
  }
}

/** Puts an actor and its guards back to what they were, and stops what it still had under way. */
function revert(
  builder: PlanBuilder,
  turn: Turn,
  data: EventData<'state.reverted'>,
): { readonly event: string; readonly correlation: string } {
  const { tenant, actor } = turn.message;
  const before = builder.actor(tenant, actor.kind, actor.id);
  for (const name of TIMER_NAMES)
    if (before !== null) builder.clearTimer({ tenant, actorKind: actor.kind, actorId: actor.id, name });
  if (actor.kind === 'action' && before !== null) {
    const { permit, review } = before.context as unknown as ActionContext;
    if (before.value === 'permitted' && permit !== null)
      builder.plan.permitUpdates.push({ tenant, id: permit, state: 'revoked' });
    if (before.value === 'held' && review !== null)
      builder.plan.reviewUpdates.push({ tenant, id: review, state: 'cancelled', decidedBy: null });
  }
  const draft = builder.appendState(turn, actor, 'state.reverted', data);
  for (const { key, state } of data.guards) builder.changeGuard(draft, key, { kind: 'reverted', state });
  return { event: eventIdOf(draft.header.partition, draft.header.seq), correlation: turn.correlation };
}

/** Appends the message and everything that follows from it. Returns the id of its first event and its correlation. */
export function receive(
  builder: PlanBuilder,
  message: Message,
): { readonly event: string; readonly correlation: string } {
  const turn = builder.newTurn(message);
  const { tenant, actor, refs } = message;
  for (const write of message.profiles)
    builder.plan.profiles.push({ tenant, at: message.at, batch: message.batch, write });
  const timer = message.source === 'timer' ? TIMER_NAME_OF[message.type] : undefined;
  if (timer !== undefined) builder.clearTimer({ tenant, actorKind: actor.kind, actorId: actor.id, name: timer });

  // The account learns what its people show before anything is decided about them.
  if (
    message.type === 'signal.received' &&
    actor.kind === 'lead' &&
    refs.account !== null &&
    String(refs.account) === message.scope
  ) {
    builder.append(turn, { kind: 'account', id: refs.account }, 'signal.observed', message.data);
  }
  const stateBefore = builder.actor(tenant, actor.kind, actor.id)?.value ?? null;
  const before = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  if (message.type === 'state.reverted') return revert(builder, turn, message.data);
  if (message.type === 'action.proposed') projectProposal(builder, turn, message.data, actor.id);
  const draft = builder.append(turn, actor, message.type, message.data, {
    sealed: message.sealed,
    guards: guardChangesOf(message),
  });
  if (message.type === 'signal.received' || message.type === 'profile.updated' || message.type === 'outcome.recorded')
    projectLead(builder, message, before);
  if (message.notes !== undefined) recordNotes(builder, turn, draft);
  if (message.type === 'outcome.recorded') suppressOptedOut(builder, turn, message.data);
  if (message.type === 'message.resolved') {
    const { source, id, decision, data } = message.data;
    builder.plan.resolutions.push({ tenant, partition: message.partition, source, id, decision, data });
  }
  if (actor.kind === 'tenant') projectRegistry(builder, message);
  projectExecution(builder, message, stateBefore);
  return { event: eventIdOf(draft.header.partition, draft.header.seq), correlation: turn.correlation };
}
