/**
 * Merges, splits and moves. The guards of both sides are changed in one commit, under the locks of both, by whoever owns the partition
 * of the one that is merged away: from that commit on the gate reads them together, so there is no moment at which the touches of one side
 * do not count for the other. Only then is the other side told, by a message that is committed with the change and so outlives any crash.
 */
import type { EventData } from '../../domain/event-types.ts';
import { EMPTY_GUARD, latestMomentOf } from '../../domain/guard.ts';
import type { Gained, GuardChange, GuardKey, GuardState } from '../../domain/guard.ts';
import { GROUP_MAX } from '../../domain/identity.ts';
import { asId } from '../../domain/ids.ts';
import type { AccountId, PersonId } from '../../domain/ids.ts';
import { guardKeyOf } from '../../domain/keys.ts';
import type { ActorRef, Message, SubjectRefs } from '../../domain/message.ts';
import { strictestLock } from '../../domain/stricter-guard.ts';
import { carriedBy, unitedSubject } from '../../machines/subject-context.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import type { StoredGuard } from '../runtime-store.port.ts';
import { survivorRefs } from './forward.ts';
import { guardGroup, unitedGuard } from './guard-group.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { subjectWithExecutions } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

type Peers = Extract<GuardChange, { kind: 'joined' }>['peers'];

/** What cannot be done any more is said on the ledger; nothing changes, and nobody waits for an operator. */
function refuse(builder: PlanBuilder, turn: Turn, act: string, reason: string): GrowingDraft {
  return builder.append(turn, turn.message.actor, 'identity.refused', { act, reason });
}

/** Members of a group as others have to name them. The keys that suppress further members stand with those who name them already. */
function peersOf(group: readonly StoredGuard[], firstKeys: readonly string[], since: number): Peers {
  const [first] = group;
  const known = new Map((first?.state.joined ?? []).map((peer) => [peer.key, peer.suppression_keys]));
  return group.map(({ key, state }) => ({
    key,
    since,
    suppression_keys: [...(known.get(key) ?? firstKeys)],
    lock_epoch: state.lock_epoch,
  }));
}

function contextOf(builder: PlanBuilder, message: Message): SubjectContext {
  return subjectWithExecutions(builder, message.tenant, message.actor);
}

/** Tells the other side of a merge. */
function tell(
  builder: PlanBuilder,
  turn: Turn,
  { id: to, scope, refs }: { readonly id: string; readonly scope: string; readonly refs: SubjectRefs },
  id: string,
  told: Pick<Message, 'type' | 'data'>,
): void {
  tellActor(builder, turn, { actor: { kind: turn.message.actor.kind, id: to }, scope, refs }, id, told);
}

export function merge(builder: PlanBuilder, turn: Turn, data: EventData<'identity.merged'>): GrowingDraft {
  const { tenant, actor, refs, at } = turn.message;
  const { merge: act, id } = data.into;
  const own = guardGroup(builder, tenant, guardKeyOf(actor.kind, actor.id));
  const others = guardGroup(builder, tenant, guardKeyOf(actor.kind, id));
  const [{ state: ownState }] = own;
  const [{ state: otherState }] = others;
  if (actor.id === id) return refuse(builder, turn, act, 'nothing can be merged into itself');
  if (ownState.into !== undefined)
    return refuse(builder, turn, act, `it was merged into ${ownState.into.id} before; split that first`);
  if (otherState.into !== undefined)
    return refuse(builder, turn, act, `${id} was merged into ${otherState.into.id}; merge into that`);
  if (own.length + others.length > GROUP_MAX) return refuse(builder, turn, act, `more than ${GROUP_MAX} would be one`);

  // The directory may not know yet that an operator moved the survivor to another account.
  const into =
    otherState.parent === undefined
      ? data.into
      : { ...data.into, refs: { ...data.into.refs, account: otherState.parent } };
  const draft = builder.append(turn, actor, 'identity.merged', data);
  const ownPeers = peersOf(own, refs.suppressionKeys, at);
  const otherPeers = peersOf(others, into.refs.suppressionKeys, at);
  for (const [index, { key }] of own.entries())
    builder.changeGuard(draft, key as GuardKey, {
      kind: 'joined',
      peers: otherPeers,
      ...(index === 0 ? { into } : {}),
    });
  for (const { key } of others) builder.changeGuard(draft, key as GuardKey, { kind: 'joined', peers: ownPeers });
  // A person who comes to another account brings along what touched them, or the account could be touched again too soon.
  if (actor.kind === 'lead' && into.refs.account !== null && into.refs.account !== refs.account)
    bringTouches(builder, draft, `contact:${actor.id}`, `account:${into.refs.account}`, at);

  builder.plan.identityActs.push({
    kind: 'begun',
    tenant,
    id: into.merge,
    act: 'merge',
    subjectKind: actor.kind === 'lead' ? 'contact' : 'account',
    subject: actor.id,
    target: into.id,
    previous: null,
    state: 'joining',
    by: data.by,
    reason: data.reason,
    at,
    scope: turn.message.scope,
  });
  const told: EventData<'identity.joined'> = {
    merge: into.merge,
    absorbed: actor.id,
    carried: carriedBy(contextOf(builder, turn.message)),
  };
  tell(builder, turn, { ...into, refs: survivorRefs(into) }, `joined:${into.merge}`, {
    type: 'identity.joined',
    data: told,
  });
  return draft;
}

function bringTouches(builder: PlanBuilder, draft: GrowingDraft, from: GuardKey, to: GuardKey, at: number): void {
  const { tenant } = draft.header;
  const { touches } = unitedGuard(builder, tenant, from, at);
  builder.changeGuard(draft, to, { kind: 'gained', at, gained: { touches } });
}

export function join(builder: PlanBuilder, turn: Turn, data: EventData<'identity.joined'>): GrowingDraft {
  const { tenant, actor } = turn.message;
  const { state } = builder.guard(tenant, guardKeyOf(actor.kind, actor.id));
  const isJoined = (state.joined ?? []).some((peer) => peer.key === guardKeyOf(actor.kind, data.absorbed));
  // A split may have overtaken the merge that it takes back.
  if (!isJoined)
    return builder.append(turn, actor, 'identity.refused', { act: data.merge, reason: 'it was split meanwhile' });
  const draft = builder.append(turn, actor, 'identity.joined', data);
  builder.plan.identityActs.push({ kind: 'ended', tenant, id: data.merge, state: 'merged' });
  carryOn(builder, turn, state, data.merge);
  return draft;
}

/** One that was merged away itself tells its own survivor what it has come to know. */
function carryOn(builder: PlanBuilder, turn: Turn, { into }: GuardState, merge: string): void {
  if (into === undefined) return;
  const carried = carriedBy(contextOf(builder, turn.message));
  const told: EventData<'identity.joined'> = { merge: into.merge, absorbed: turn.message.actor.id, carried };
  tell(builder, turn, { ...into, refs: survivorRefs(into) }, `carried:${into.merge}:${merge}:${turn.cause ?? ''}`, {
    type: 'identity.joined',
    data: told,
  });
}

/** Those who came to the group through this one: it and everybody that was merged into it, directly or not. */
function branchOf(group: readonly StoredGuard[], kind: ActorRef['kind'], id: string): ReadonlySet<string> {
  const branch = new Set([guardKeyOf(kind, id) as string]);
  for (let size = 0; size < branch.size;) {
    size = branch.size;
    for (const { key, state } of group)
      if (state.into !== undefined && branch.has(guardKeyOf(kind, state.into.id))) branch.add(key);
  }
  return branch;
}

/** What happened on one side while both were one: it counts on the other side, whose guard `seen` is, from now on. */
function learned(side: readonly StoredGuard[], seen: GuardState, since: number, at: number): Gained {
  const states = side.map(({ state }) => state);
  const ifSince = (time: number | undefined) => (time !== undefined && time >= since ? time : undefined);
  const newest = (times: readonly (number | undefined)[]) => {
    const known = times.flatMap((time) => ifSince(time) ?? []);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const repliedAt = newest(states.map((state) => state.replied_at));
  const optedOutAt = newest(states.map((state) => state.opted_out_at));
  const bouncedAt = newest(states.map((state) => state.bounced_at));
  const rejectedAt = newest(states.map((state) => state.rejected_at));
  const lostAt = newest(states.map((state) => state.lost_at));
  const epochs = new Map((seen.joined ?? []).map((peer) => [peer.key, peer.lock_epoch]));
  const relocked = side.filter(({ key, state }) => state.lock_epoch > (epochs.get(key) ?? 0));
  const lock = strictestLock(
    relocked.map(({ state }) => state),
    at,
  );
  return {
    touches: states.flatMap(({ touches }) => touches.filter((touch) => latestMomentOf(touch) >= since)),
    prints: states.flatMap(({ prints }) => prints.filter((print) => print.at >= since)),
    ...(repliedAt === undefined ? {} : { replied_at: repliedAt }),
    ...(optedOutAt === undefined ? {} : { opted_out_at: optedOutAt }),
    ...(bouncedAt === undefined ? {} : { bounced_at: bouncedAt }),
    ...(rejectedAt === undefined ? {} : { rejected_at: rejectedAt }),
    ...(lostAt === undefined ? {} : { lost_at: lostAt }),
    ...(lock === undefined ? {} : { lock }),
  };
}

export function split(builder: PlanBuilder, turn: Turn, data: EventData<'identity.split'>): GrowingDraft {
  const { tenant, actor, at } = turn.message;
  const ownKey = guardKeyOf(actor.kind, actor.id);
  const group = guardGroup(builder, tenant, ownKey);
  const { into, joined } = group[0].state;
  if (into === undefined || into.merge !== data.merge) {
    // The merge itself stays as it is: it was split before, or never came to be.
    return builder.append(turn, actor, 'identity.refused', { act: data.merge, reason: 'it is not in force' });
  }
  const since = (joined ?? []).find((peer) => peer.key === guardKeyOf(actor.kind, into.id))?.since ?? at;
  const branch = branchOf(group, actor.kind, actor.id);
  const own = group.filter(({ key }) => branch.has(key));
  const others = group.filter(({ key }) => !branch.has(key));
  const root = others.find(({ state }) => state.into === undefined);
  const fromOthers = learned(others, group[0].state, since, at);
  const fromOwn = learned(own, root?.state ?? EMPTY_GUARD, since, at);

  const draft = builder.append(turn, actor, 'identity.split', data);
  const keysOf = (side: readonly StoredGuard[]) => side.map(({ key }) => key);
  for (const { key } of own)
    builder.changeGuard(draft, key as GuardKey, { kind: 'parted', peers: keysOf(others), freed: key === ownKey });
  for (const { key } of others)
    builder.changeGuard(draft, key as GuardKey, { kind: 'parted', peers: keysOf(own), freed: false });
  builder.changeGuard(draft, ownKey, { kind: 'gained', at, gained: fromOthers });
  if (root !== undefined) builder.changeGuard(draft, root.key as GuardKey, { kind: 'gained', at, gained: fromOwn });

  builder.plan.identityActs.push({ kind: 'ended', tenant, id: data.merge, state: 'splitting' });
  tell(builder, turn, { ...into, refs: survivorRefs(into) }, `parted:${data.merge}`, {
    type: 'identity.parted',
    data: { merge: data.merge, absorbed: actor.id, scope: turn.message.scope, since },
  });
  return draft;
}

export function part(builder: PlanBuilder, turn: Turn, data: EventData<'identity.parted'>): GrowingDraft {
  const { tenant, actor, refs } = turn.message;
  const stored = builder.actor(tenant, actor.kind, actor.id);
  const decisions =
    stored === null
      ? []
      : unitedSubject(stored.context as unknown as SubjectContext).decisions.filter(({ at }) => at >= data.since);
  const draft = builder.append(turn, actor, 'identity.parted', data);
  builder.plan.identityActs.push({ kind: 'ended', tenant, id: data.merge, state: 'split' });
  carryOn(builder, turn, builder.guardState(tenant, guardKeyOf(actor.kind, actor.id)), data.merge);
  const told: EventData<'identity.restored'> = { merge: data.merge, decisions: [...decisions] };
  const back: SubjectRefs = {
    ...refs,
    account: actor.kind === 'account' ? asId<AccountId>(data.absorbed) : null,
    person: actor.kind === 'lead' ? asId<PersonId>(data.absorbed) : null,
    domain: null,
    suppressionKeys: [],
    hasAddress: false,
  };
  tell(builder, turn, { id: data.absorbed, scope: data.scope, refs: back }, `restored:${data.merge}`, {
    type: 'identity.restored',
    data: told,
  });
  return draft;
}

export function reparent(builder: PlanBuilder, turn: Turn, data: EventData<'identity.reparented'>): GrowingDraft {
  const { tenant, actor, refs, at } = turn.message;
  const key: GuardKey = `contact:${actor.id}`;
  const { into, joined } = builder.guardState(tenant, key);
  if (into !== undefined)
    return refuse(builder, turn, data.act, `it was merged into ${into.id}; move that one instead`);
  // Actions under way for those who were merged into this one name the account of before.
  if (joined !== undefined) return refuse(builder, turn, data.act, 'others were merged into it; split them first');
  const draft = builder.append(turn, actor, 'identity.reparented', data);
  builder.changeGuard(draft, key, { kind: 'moved', account: data.account });
  if (data.account !== null) bringTouches(builder, draft, key, `account:${data.account}`, at);
  if (data.reverses !== null)
    builder.plan.identityActs.push({
      kind: 'ended',
      tenant,
      id: data.reverses,
      state: 'reversed',
    });
  builder.plan.identityActs.push({
    kind: 'begun',
    tenant,
    id: data.act,
    act: 'reparent',
    subjectKind: 'contact',
    subject: actor.id,
    target: data.account,
    previous: refs.account,
    state: 'done',
    by: data.by,
    reason: data.reason,
    at,
    scope: turn.message.scope,
  });
  return draft;
}
