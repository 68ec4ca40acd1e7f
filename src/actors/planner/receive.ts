/** Takes one message in: appends it as an event of its actor, with what it tells guards, entities and the registry. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { TIMER_NAMES } from '../../domain/effects.ts';
import type { TimerName } from '../../domain/effects.ts';
import type { EventData } from '../../domain/event-types.ts';
import { eventIdOf } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import { noteTextSchema } from '../../domain/note.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { MachineState } from '../../machines/definition.ts';
import { restoredState } from '../../machines/restored-state.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import type { SenderSend, StoredActor } from '../runtime-store.port.ts';
import { withCurrentRefs, withOwnFacts } from './current-refs.ts';
import { followExecution } from './execution-effects.ts';
import { forward, observeElsewhere, survivorFor } from './forward.ts';
import { guardChangesOf } from './guard-changes.ts';
import { survivorOf } from './guard-group.ts';
import { join, merge, part, reparent, split } from './identity-acts.ts';
import { withTouchLabel } from './labelled-proposal.ts';
import { recordNotes, withTopic } from './note-drafts.ts';
import { linkOutcomes } from './outcome-effects.ts';
import { callWaiting } from './ownership-queue.ts';
import { refuseOwnership } from './ownership.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { actOnPlay } from './play-acts.ts';
import { actOnPolicy } from './policy-acts.ts';
import { projectProposal } from './project-proposal.ts';
import { startSequence, stopSequences } from './sequence-effects.ts';
import { isUnscored, subjectContext } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

const TIMER_NAME_OF: Partial<Record<Message['type'], TimerName>> = {
  'retriage.due': 'retriage',
  'action.due': 'due',
  'action.expired': 'review_expiry',
  'play.sunset_due': 'sunset',
  'policy.due': 'policy_due',
  'sequence.step_due': 'step',
};

/** Events after which the row of a lead may show something else. */
const LEAD_VIEW_TYPES: ReadonlySet<Message['type']> = new Set<Message['type']>([
  'signal.received',
  'profile.updated',
  'outcome.recorded',
  'subject.erased',
]);

/** Events after which other decisions, or another first sight, may be known, so that outcomes may be linked to something else. */
const RELINK_TYPES: ReadonlySet<Message['type']> = new Set<Message['type']>([
  'signal.received',
  'identity.joined',
  'identity.parted',
  'identity.restored',
]);

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

/** Why nobody may write to the person of this message any more, and who says so; null when it does not say that. */
function endOfContact(message: Message): { readonly reason: string; readonly source: string } | null {
  switch (message.type) {
    case 'outcome.recorded': {
      const { outcome_type: reason } = message.data;
      return reason === 'unsubscribe' || reason === 'complaint' ? { reason, source: 'outcome' } : null;
    }
    case 'outcome.corrected': {
      const { outcome_type: reason } = message.data.changes;
      return reason === 'unsubscribe' || reason === 'complaint' ? { reason, source: 'outcome' } : null;
    }
    case 'subject.objected':
      return { reason: 'objection', source: 'subject' };
    case 'subject.erased':
      return { reason: 'erasure', source: 'subject' };
    default:
      return null;
  }
}

/** Who wants no more contact is suppressed for the whole tenant, by id and address, in the partition of the tenant. */
function suppressPerson(builder: PlanBuilder, turn: Turn): void {
  const { message } = turn;
  const ended = endOfContact(message);
  if (ended === null) return;
  for (const key of message.refs.suppressionKeys.filter(
    (item) => item.startsWith('email:') || item.startsWith('contact:'),
  )) {
    tellActor(
      builder,
      turn,
      { actor: { kind: 'tenant', id: message.tenant }, scope: message.tenant, refs: NO_REFS },
      `suppress:${message.source}:${message.id}:${key}`,
      {
        type: 'suppression.added',
        data: {
          key,
          scope: key.startsWith('email:') ? 'email' : 'contact',
          reason: ended.reason,
          source: ended.source,
          by: `system:${ended.source}`,
        },
      },
    );
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

/** States of an action in which a result has come; only one that moves it on counts after that. */
const SETTLED: ReadonlySet<string> = new Set(['executed', 'failed', 'uncertain']);

/** What was sent, where it reached a person. */
function sendOf({ tenant, at }: Message, action: StoredActor | null): readonly SenderSend[] {
  const proposal = (action?.context as ActionContext | undefined)?.proposal ?? null;
  if (action === null || proposal === null || !ACTION_TYPE_SPECS[proposal.action_type].touch) return [];
  const { channel, sender } = proposal;
  return [{ tenant, partition: action.partition, channel, sender, at }];
}

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
      if (moved) builder.plan.senderSends.push(...sendOf(message, builder.actor(tenant, actor.kind, actor.id)));
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

/** Further names, and pairs that somebody said are not the same. */
function projectNames(builder: PlanBuilder, message: Message): void {
  const { tenant, actor, sealed, at } = message;
  if (message.type === 'identity.alias_added' || message.type === 'identity.alias_removed') {
    const { alias_kind: aliasKind, alias } = message.data;
    const added = message.type === 'identity.alias_added';
    const subjectKind = actor.kind === 'lead' ? 'contact' : 'account';
    const text = added ? (sealed?.text ?? null) : null;
    builder.plan.aliases.push({ tenant, aliasKind, alias, entity: actor.id, subjectKind, added, text, at });
  }
  if (message.type === 'identity.dismissed') {
    const { other, evidence, by, reason } = message.data;
    builder.plan.dismissals.push({ tenant, one: actor.id, other, evidence, by, reason, at });
  }
}

/** Puts an actor and its guards back to what they were, and stops what it still had under way. */
function revert(builder: PlanBuilder, turn: Turn, data: EventData<'state.reverted'>): Received {
  const { tenant, actor } = turn.message;
  const before = builder.actor(tenant, actor.kind, actor.id);
  for (const name of TIMER_NAMES)
    if (before !== null) builder.clearTimer({ tenant, actorKind: actor.kind, actorId: actor.id, name });
  if (actor.kind === 'action' && before !== null) {
    const { permit, review } = before.context as unknown as ActionContext;
    if (before.value === 'permitted' && permit !== null)
      builder.plan.permitUpdates.push({ tenant, id: permit, state: 'revoked' });
    if (before.value === 'held' && review !== null)
      builder.plan.reviewUpdates.push({ tenant, id: review, state: 'cancelled', decidedBy: null, decidedAt: null });
  }
  const draft = builder.appendState(turn, actor, 'state.reverted', data);
  for (const { key, state } of data.guards) builder.changeGuard(draft, key, { kind: 'reverted', state });
  return received(turn, draft);
}

/** Takes an account or lead back to a checkpoint, from the state that it has now, whatever came since the restore was planned. */
function restore(builder: PlanBuilder, turn: Turn, data: EventData<'state.restored'>): Received {
  const { message } = turn;
  const { tenant, actor } = message;
  const before = builder.actor(tenant, actor.kind, actor.id);
  const then = data.state as MachineState;
  const state = before === null ? then : restoredState(then, before);
  if (state.context['look_pending'] !== true)
    builder.clearTimer({ tenant, actorKind: actor.kind, actorId: actor.id, name: 'retriage' });
  const draft = builder.appendState(turn, actor, 'state.restored', { ...data, state });
  projectLead(builder, message, subjectContext(before));
  return received(turn, draft);
}

type Received = { readonly event: string; readonly correlation: string };

function received(turn: Turn, { header }: GrowingDraft): Received {
  return { event: eventIdOf(header.partition, header.seq), correlation: turn.correlation };
}

/** An act on identities, or null when the message is none. */
function actOnIdentity(builder: PlanBuilder, turn: Turn): GrowingDraft | null {
  const { message } = turn;
  switch (message.type) {
    case 'identity.merged':
      return merge(builder, turn, message.data);
    case 'identity.joined':
      return join(builder, turn, message.data);
    case 'identity.split':
      return split(builder, turn, message.data);
    case 'identity.parted':
      return part(builder, turn, message.data);
    case 'identity.reparented':
      return reparent(builder, turn, message.data);
    default:
      return null;
  }
}

/** Whether a legal hold forbids an erasure. One that was carried out before a restore is carried out again all the same. */
function isHeld(builder: PlanBuilder, { tenant, actor, source }: Message): boolean {
  return !source.startsWith('restore:') && subjectContext(builder.actor(tenant, 'lead', actor.id)).hold !== undefined;
}

/** From now on the state of a subject follows from all its outcomes that stand; events of before that know nothing of it. */
function withStanding(message: Message): Message {
  return message.type === 'outcome.recorded' ? { ...message, data: { ...message.data, standing: true } } : message;
}

/** An objection that somebody notes says what it is about, as one that a rule finds. */
function withObjection(builder: PlanBuilder, message: Message): Message {
  if (message.type !== 'note.recorded' || message.sealed === null) return message;
  const { text } = noteTextSchema.parse(JSON.parse(message.sealed.text));
  return { ...message, data: withTopic(builder, message.tenant, message.data, text) };
}

/** The event says which text may be learnt from; the text itself is sealed. */
function withExample(builder: PlanBuilder, message: Message): Message {
  const { example } = message;
  if (message.type !== 'action.reviewed' || example === undefined) return message;
  return { ...message, data: { ...message.data, example: builder.deps.digest(canonicalJson(example)) } };
}

/** Appends the message and everything that follows from it. Returns the id of its first event and its correlation. */
export function receive(builder: PlanBuilder, incoming: Message): Received {
  const current = withTouchLabel(builder, withOwnFacts(builder, withCurrentRefs(builder, incoming)));
  const message = withObjection(builder, withExample(builder, withStanding(current)));
  const turn = builder.newTurn(message);
  const { tenant, actor, refs } = message;
  for (const write of message.profiles)
    builder.plan.profiles.push({ tenant, at: message.at, batch: message.batch, write });
  const timer = message.source === 'timer' ? TIMER_NAME_OF[message.type] : undefined;
  if (timer !== undefined) builder.clearTimer({ tenant, actorKind: actor.kind, actorId: actor.id, name: timer });
  const act =
    actOnIdentity(builder, turn) ??
    actOnPlay(builder, turn) ??
    actOnPolicy(builder, turn) ??
    startSequence(builder, turn);
  if (act !== null) {
    if (RELINK_TYPES.has(message.type)) linkOutcomes(builder, turn, actor, null);
    return received(turn, act);
  }
  if (message.type === 'subject.erased' && isHeld(builder, message))
    return received(turn, builder.append(turn, actor, 'subject.erasure_refused', message.data));
  const survivor = survivorFor(builder, message);
  if (survivor !== null) return received(turn, forward(builder, turn, survivor.from, survivor.into));
  const refusal = refuseOwnership(builder, turn);
  if (refusal !== null) return received(turn, refusal);
  // The account learns what its people show before anything is decided about them.
  const isScored = !isUnscored(builder.actor(tenant, 'lead', actor.id));
  if (isScored && message.type === 'signal.received' && actor.kind === 'lead' && refs.account !== null) {
    if (survivorOf(builder, tenant, refs.account).id === String(message.scope))
      builder.append(turn, { kind: 'account', id: message.scope }, 'signal.observed', message.data);
  }
  const stateBefore = builder.actor(tenant, actor.kind, actor.id)?.value ?? null;
  const before = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  if (message.type === 'state.reverted') return revert(builder, turn, message.data);
  if (message.type === 'state.restored') return restore(builder, turn, message.data);
  if (message.type === 'action.proposed')
    projectProposal(builder, turn, message.data, actor.id, {
      trigger: 'proposal',
      reason: `Proposed by ${message.data.proposer}.`,
    });
  const guards = guardChangesOf(message);
  const draft = builder.append(turn, actor, message.type, message.data, { sealed: message.sealed, guards });
  stopSequences(builder, turn, guards);
  if (RELINK_TYPES.has(message.type)) linkOutcomes(builder, turn, actor, null);
  if (message.type === 'decision.executed') followExecution(builder, turn, actor, message.data);
  if (LEAD_VIEW_TYPES.has(message.type)) projectLead(builder, message, before);
  suppressPerson(builder, turn);
  if (message.type === 'ownership.released') callWaiting(builder, turn);
  if (message.type === 'subject.erased')
    builder.plan.erasures.push({ tenant, subject: actor.id, scope: message.scope, account: refs.account });
  if (message.notes !== undefined) recordNotes(builder, turn, draft);
  if (message.type === 'message.resolved') {
    const { source, id, decision, data } = message.data;
    builder.plan.resolutions.push({ tenant, partition: message.partition, source, id, decision, data });
  }
  if (actor.kind === 'tenant') projectRegistry(builder, message);
  if (message.type === 'brain.analysis_logged')
    builder.plan.analyses.push({ tenant, created_at: message.at, ...message.data });
  projectNames(builder, message);
  projectExecution(builder, message, stateBefore);
  if (isScored) observeElsewhere(builder, turn);
  return received(turn, draft);
}
