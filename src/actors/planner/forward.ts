/**
 * What comes in for an account or person that was merged into another is answered by the survivor. The merged one notes that it passed
 * the message on; its guard, which the gate reads together with the survivor's, takes in at once what the message says.
 */
import type { EventType } from '../../domain/event-types.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { MergedInto } from '../../domain/guard.ts';
import { asId, partitionOf } from '../../domain/ids.ts';
import type { AccountId, PersonId, ScopeId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import { guardKeyOf } from '../../domain/keys.ts';
import type { ActorRef, Message, SubjectRefs } from '../../domain/message.ts';
import { guardChangesOf } from './guard-changes.ts';
import { survivorOf } from './guard-group.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { subjectContext } from './subject-view.ts';

/** Results of executions, reviews and timers of actions stay with the actions that they belong to. */
const PASSED_ON: ReadonlySet<EventType> = new Set<EventType>([
  'signal.received',
  'signal.observed',
  'profile.updated',
  'outcome.recorded',
  'outcome.corrected',
  'outcome.retracted',
  'touch.recorded',
  'basis.recorded',
  'bounce.cleared',
  'ownership.taken',
  'ownership.released',
  'retriage.due',
  'action.proposed',
]);

/** The account or person that a message is meant for. */
function subjectOf({ actor, refs }: Message): ActorRef | null {
  if (actor.kind === 'account' || actor.kind === 'lead') return actor;
  if (refs.person !== null) return { kind: 'lead', id: refs.person };
  return refs.account === null ? null : { kind: 'account', id: refs.account };
}

/** Whether it corrects or retracts what came before the merge: that stays with the one to whom it happened. */
function isAboutOwnOutcome(builder: PlanBuilder, { type, data, tenant, actor }: Message): boolean {
  if (type !== 'outcome.corrected' && type !== 'outcome.retracted') return false;
  const { outcome_log: log } = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  return (log ?? []).some((entry) => entry.outcome === data.outcome && entry.reported !== null);
}

/** Whom the message has to be passed on to; null when it is at the right place. */
export function survivorFor(
  builder: PlanBuilder,
  message: Message,
): { readonly from: ActorRef; readonly into: MergedInto } | null {
  if (!PASSED_ON.has(message.type)) return null;
  const from = subjectOf(message);
  if (from === null || isAboutOwnOutcome(builder, message)) return null;
  const { into } = builder.guardState(message.tenant, guardKeyOf(from.kind, from.id));
  return into === undefined ? null : { from, into };
}

export function survivorRefs({ refs }: MergedInto): SubjectRefs {
  return { ...refs, account: refs.account as AccountId | null, person: refs.person as PersonId | null };
}

/** A proposal is for the survivor, and its fingerprint covers the recipient. Content that was erased fits no fingerprint. */
function proposedTo(
  message: Message & { readonly type: 'action.proposed' },
  refs: SubjectRefs,
  turn: Turn,
  builder: PlanBuilder,
): Message {
  const { data, sealed } = message;
  const { action_type: actionType, channel } = data;
  const recipient = refs.person ?? refs.account ?? '';
  const fingerprint =
    sealed === null
      ? data.fingerprint
      : fingerprintOf(
          { actionType, channel, recipient, content: JSON.parse(sealed.text) as JsonObject },
          builder.deps.digest,
        );
  const { account, person, domain } = refs;
  return { ...message, data: { ...data, account, person, domain, fingerprint }, causation: turn.cause };
}

export function forward(builder: PlanBuilder, turn: Turn, from: ActorRef, into: MergedInto): GrowingDraft {
  const { message } = turn;
  const draft = builder.append(
    turn,
    from,
    'identity.forwarded',
    { message_type: message.type, source: message.source, id: message.id, to: into.id },
    { guards: guardChangesOf(message) },
  );
  const known = survivorRefs(into);
  const refs: SubjectRefs = {
    ...known,
    hasAddress: known.hasAddress || message.refs.hasAddress,
    suppressionKeys: [...new Set([...known.suppressionKeys, ...message.refs.suppressionKeys])],
  };
  const scope = asId<ScopeId>(into.scope);
  const base: Message = {
    ...message,
    source: `actor:${from.kind}`,
    id: `forward:${message.source}:${message.id}`,
    scope,
    partition: partitionOf(scope),
    refs,
    profiles: [],
    causation: turn.cause,
    correlation: turn.correlation,
    contentDigest: '',
  };
  const actor = { kind: from.kind, id: into.id };
  switch (base.type) {
    case 'action.proposed':
      builder.plan.outgoing.push(proposedTo(base, refs, turn, builder));
      break;
    case 'signal.received':
    case 'signal.observed':
    case 'profile.updated':
      builder.plan.outgoing.push({ ...base, actor, data: { ...base.data, account: refs.account } } as Message);
      break;
    default:
      builder.plan.outgoing.push({ ...base, actor });
  }
  return draft;
}

/** Tells the account of a person what the person showed, when the account is not the one of this partition or was merged away. */
export function observeElsewhere(builder: PlanBuilder, turn: Turn): void {
  const { message } = turn;
  const { account, person } = message.refs;
  if (message.type !== 'signal.received' || account === null || person === null) return;
  const survivor = survivorOf(builder, message.tenant, account);
  if (survivor.id === String(message.scope)) return;
  const scope = asId<ScopeId>(survivor.scope);
  builder.plan.outgoing.push({
    ...message,
    type: 'signal.observed',
    source: 'actor:lead',
    id: `observed:${message.source}:${message.id}`,
    actor: { kind: 'account', id: survivor.id },
    scope,
    partition: partitionOf(scope),
    refs: {
      account: asId<AccountId>(survivor.id),
      person: null,
      domain: null,
      suppressionKeys: [`account:${survivor.id}`],
      hasAddress: false,
    },
    sealed: null,
    profiles: [],
    notes: undefined,
    causation: turn.cause,
    correlation: turn.correlation,
    contentDigest: '',
  });
}
