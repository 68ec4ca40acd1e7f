import type { Channel } from '../../domain/action-types.ts';
import type { Effect } from '../../domain/effects.ts';
/**
 * The working state of one batch: what was loaded, and what the batch will write. Events are appended here in order, each one
 * stepping its actor's machine; effects that the machine asks for are carried out at once by the handlers beside this file.
 * Nothing here does I/O, so a batch that fails can be planned again without the message that made it fail.
 */
import { must, RetryableError } from '../../domain/errors.ts';
import type { ActorKind, EventData, EventType, MachineEvent } from '../../domain/event-types.ts';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import type { GuardChange, GuardKey, GuardState, GuardWrite } from '../../domain/guard.ts';
import { applyGuardChange, EMPTY_GUARD } from '../../domain/guard.ts';
import { correlationIdOf, eventIdOf } from '../../domain/ids.ts';
import type { CorrelationId, EventId, Hash, TenantId } from '../../domain/ids.ts';
import { asId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Digest, JsonObject } from '../../domain/json.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import type { ActorRef, Message, SealedPart } from '../../domain/message.ts';
import type { Mode } from '../../domain/mode.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { PlayContext } from '../../machines/play/play.machine.ts';
import type { SequenceContext } from '../../machines/sequence/sequence.machine.ts';
import type { TenantContext } from '../../machines/tenant/tenant.machine.ts';
import { cadenceRowOf } from '../cadence/cadence-row.ts';
import { touchRowOf } from '../cadence/touch-row.ts';
import type { DecisionEngine } from '../decision-engine.port.ts';
import type { LoadedExample } from '../examples/example-store.port.ts';
import { MemoryFold } from '../memory/memory-fold.ts';
import { playRowOf } from '../plays/play-row.ts';
import type { CommitPlan, LedgerDraft, Loaded, StoredActor, StoredGuard, TimerRow } from '../runtime-store.port.ts';
import { isWaiting, waitingRows } from './waiting-rows.ts';

export interface PlannerDeps {
  readonly runners: Runners;
  readonly engine: DecisionEngine;
  readonly digest: Digest;
  /** Whether a configured channel can carry the action in this mode, and the policy lets it leave. */
  readonly channelReady: (policy: Policy, channel: Channel, mode: Mode) => boolean;
  /** The edition of the time zone database of this program, such as `2026c`. */
  readonly timeZoneData: string;
}

/** What an appended event and its effects need to know of the message that they come from. */
export interface Turn {
  readonly message: Message;
  readonly correlation: CorrelationId;
  /** The last event appended in this turn: the cause of the next. */
  cause: EventId | null;
  /** The event that the turn begins with, once there is one. */
  first: GrowingDraft | null;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Item)[] ? Item[] : Type[Key] };
export type GrowingPlan = Omit<
  Mutable<CommitPlan>,
  'drafts' | 'actors' | 'guards' | 'memory' | 'processed' | 'removedActors' | 'timersSet' | 'timersCleared'
>;

export type TimerKey = Pick<TimerRow, 'tenant' | 'actorKind' | 'actorId' | 'name'>;

export interface AppendOptions {
  readonly sealed?: SealedPart | null;
  readonly guards?: readonly (readonly [GuardKey, GuardChange])[];
}

/** Carries out one effect. Handlers may append further events. */
export type EffectHandler = (
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  effect: Effect,
  draft: GrowingDraft,
) => void;

/** A draft whose guard changes may still grow while its effects are carried out. */
export interface GrowingDraft {
  readonly header: LedgerHeader;
  readonly data: unknown;
  readonly guards: GuardWrite[];
  readonly sealed: SealedPart | null;
  turnLength: number;
}

export class PlanBuilder {
  readonly deps: PlannerDeps;
  readonly plan: GrowingPlan;
  readonly memory: MemoryFold;
  readonly #loaded: Loaded;
  readonly #handle: EffectHandler;
  readonly #heads = new Map<number, number>();
  readonly #actors = new Map<string, StoredActor>();
  readonly #guards = new Map<string, StoredGuard>();
  readonly #drafts: GrowingDraft[] = [];
  readonly #removed = new Map<string, StoredActor>();
  /** Actions that waited for a person or a time before this batch or in it. */
  readonly #waiting = new Map<string, { readonly id: string; readonly turn: Turn }>();
  readonly #timers = new Map<string, { readonly key: TimerKey; readonly row: TimerRow | null }>();

  constructor(loaded: Loaded, deps: PlannerDeps, handle: EffectHandler) {
    this.#loaded = loaded;
    this.#handle = handle;
    this.deps = deps;
    this.memory = new MemoryFold(loaded.memory);
    this.plan = {
      decisions: [],
      decisionUpdates: [],
      parts: [],
      permits: [],
      permitUpdates: [],
      executionUpdates: [],
      reviews: [],
      reviewUpdates: [],
      reviewDetails: [],
      scheduled: [],
      senderSends: [],
      outcomes: [],
      leads: [],
      plays: [],
      analyses: [],
      playPurges: [],
      cadence: [],
      examples: [],
      examplesWithdrawn: [],
      suppressions: [],
      erasures: [],
      profiles: [],
      identityActs: [],
      aliases: [],
      dismissals: [],
      outgoing: [],
      resolutions: [],
    };
  }

  newTurn(message: Message): Turn {
    return {
      message,
      correlation: message.correlation ?? correlationIdOf(message, this.deps.digest),
      cause: message.causation,
      first: null,
    };
  }

  actor(tenant: TenantId, kind: ActorKind, id: string): StoredActor | null {
    const key = actorKey(tenant, kind, id);
    if (this.#removed.has(key)) return null;
    return this.#actors.get(key) ?? this.#loaded.actors.get(key) ?? null;
  }

  guard(tenant: TenantId, key: GuardKey): StoredGuard {
    const full = tenantKey(tenant, key);
    return this.#guards.get(full) ?? this.#loaded.guards.get(full) ?? { tenant, key, version: 0, state: EMPTY_GUARD };
  }

  /** The tenant's registry. Processing a message of a tenant that does not exist is a bug of the caller. */
  registry(tenant: TenantId): { readonly context: TenantContext; readonly stopped: boolean; readonly version: number } {
    const actor = must(this.actor(tenant, 'tenant', tenant), `tenant ${tenant} exists`);
    return {
      context: actor.context as unknown as TenantContext,
      stopped: actor.value === 'stopped',
      version: actor.seq,
    };
  }

  policy(tenant: TenantId): { readonly hash: Hash; readonly policy: Policy } {
    const hash = this.registry(tenant).context.policy;
    return {
      hash: asId(hash),
      policy: must(this.#loaded.policies.get(tenantKey(tenant, hash)), `policy ${hash} is stored`),
    };
  }

  /** Drafts that came to reviewers of a tenant within a day, those of this batch among them; 0 for a tenant without a limit. */
  draftsToday(tenant: TenantId): number {
    const here = this.plan.reviews.filter((row) => row.tenant === tenant && row.queue !== 'blocked').length;
    return (this.#loaded.drafts?.get(tenant) ?? 0) + here;
  }

  /** Approved texts that a draft may learn from, with what earlier messages of this batch changed about them. */
  examples(tenant: TenantId): readonly LoadedExample[] {
    const { examples, examplesWithdrawn, erasures } = this.plan;
    const loaded = (this.#loaded.examples.get(tenant) ?? []).filter(
      ({ action }) => !examplesWithdrawn.some((row) => row.tenant === tenant && row.action === action),
    );
    const here = examples.filter((row) => row.tenant === tenant && row.content !== null && row.withdrawn_at === null);
    return [...loaded, ...here].filter(
      ({ subject }) => !erasures.some((row) => row.tenant === tenant && row.subject === subject),
    );
  }

  withdrawExamples(tenant: TenantId, action: string, at: number): void {
    this.plan.examplesWithdrawn.push({ tenant, action, at });
    this.plan.examples = this.plan.examples.map((row) =>
      row.tenant === tenant && row.action === action && row.withdrawn_at === null ? { ...row, withdrawn_at: at } : row,
    );
  }

  /** Further names under which a person or an account is suppressed, as the directory knows them now. */
  listedKeys(tenant: TenantId, guard: string): readonly string[] {
    return this.#loaded.listed.get(tenantKey(tenant, guard)) ?? [];
  }

  suppressions(
    tenant: TenantId,
    keys: readonly string[],
  ): readonly { readonly scope: string; readonly reason: string }[] {
    const found = [];
    for (const key of keys) {
      // What an earlier message of this batch did holds for the later ones.
      const changed = this.plan.suppressions.findLast((row) => row.tenant === tenant && row.key === key);
      const row = changed ?? this.#loaded.suppressions.get(tenantKey(tenant, key));
      if (row !== undefined && changed?.added !== false) found.push({ scope: row.scope, reason: row.reason });
    }
    return found;
  }

  /** Appends one event to the ledger, steps its actor, and carries out what the machine asks for. */
  append<Type extends EventType>(
    turn: Turn,
    actor: ActorRef,
    type: Type,
    data: EventData<Type>,
    options: AppendOptions = {},
  ): GrowingDraft {
    const { message } = turn;
    this.#migrate(turn, actor);
    const before = this.actor(message.tenant, actor.kind, actor.id);
    const draft = this.#draft(turn, actor, type, data, before?.seq ?? 0, options.sealed ?? null);
    const { header } = draft;
    for (const [key, change] of options.guards ?? []) this.changeGuard(draft, key, change);

    const runner = this.deps.runners[actor.kind];
    const state = before ?? { ...runner.initial(), seq: 0 };
    const step = runner.step(state, { type, at: message.at, seq: header.seq, data } as MachineEvent);
    this.#actors.set(actorKey(message.tenant, actor.kind, actor.id), {
      tenant: message.tenant,
      kind: actor.kind,
      id: actor.id,
      partition: message.partition,
      machineVersion: runner.definition.version,
      value: step.state.value,
      context: step.state.context,
      seq: header.actorSeq,
    });
    if (actor.kind === 'play') {
      const row = playRowOf(message.tenant, actor.id, step.state.value, step.state.context as unknown as PlayContext);
      if (row !== null) this.plan.plays.push(row);
      if (type === 'play.purged')
        this.plan.playPurges.push({
          tenant: message.tenant,
          play: actor.id,
          partition: header.partition,
          seq: header.seq,
        });
    }
    if (actor.kind === 'sequence') {
      const { value, context } = step.state;
      const after = { value, context: context as unknown as SequenceContext };
      const row = cadenceRowOf(header, data, state.context as unknown as SequenceContext, after);
      if (row !== null) this.plan.cadence.push(row);
    }
    if (actor.kind === 'action') {
      const { value, context } = step.state;
      const after = { value, context: context as unknown as ActionContext };
      const row = touchRowOf(header, data, before?.value, after);
      if (row !== null) this.plan.cadence.push(row);
    }
    if (actor.kind === 'action' && (isWaiting(before?.value) || isWaiting(step.state.value)))
      this.#waiting.set(actorKey(message.tenant, 'action', actor.id), { id: actor.id, turn });
    for (const effect of step.effects) this.#handle(this, turn, actor, effect, draft);
    return draft;
  }

  /** Brings a state that an older version of its machine left to this version, by an event that says so. */
  #migrate(turn: Turn, actor: ActorRef): void {
    const stored = this.actor(turn.message.tenant, actor.kind, actor.id);
    if (stored === null) return;
    const { version, migrate } = this.deps.runners[actor.kind].definition;
    if (stored.machineVersion === version) return;
    // The lease keeps a host from partitions that a newer one has written; this is the second lock on the door.
    if (stored.machineVersion > version)
      throw new RetryableError(
        `the state of ${actor.kind} ${actor.id} is of machine version ${stored.machineVersion}, this program has ${version}`,
      );
    const state = migrate({ value: stored.value, context: stored.context }, stored.machineVersion);
    this.appendState(turn, actor, 'state.migrated', { from: stored.machineVersion, to: version, state });
  }

  /** Puts an actor to a given state by an event that says so, instead of by its machine. */
  appendState(
    turn: Turn,
    actor: ActorRef,
    type: 'state.reverted' | 'state.migrated' | 'state.restored',
    data: EventData<'state.reverted'> | EventData<'state.migrated'> | EventData<'state.restored'>,
  ): GrowingDraft {
    const { message } = turn;
    const before = this.actor(message.tenant, actor.kind, actor.id);
    const draft = this.#draft(turn, actor, type, data, before?.seq ?? 0, null);
    const { header } = draft;
    const key = actorKey(message.tenant, actor.kind, actor.id);
    const { version } = this.deps.runners[actor.kind].definition;
    const stored: StoredActor = {
      tenant: message.tenant,
      kind: actor.kind,
      id: actor.id,
      partition: message.partition,
      machineVersion: version,
      value: data.state?.value ?? '',
      context: (data.state?.context ?? {}) as JsonObject,
      seq: header.actorSeq,
    };
    if (data.state === null) {
      this.#actors.delete(key);
      this.#removed.set(key, stored);
    } else this.#actors.set(key, stored);
    return draft;
  }

  #draft(
    turn: Turn,
    actor: ActorRef,
    type: EventType,
    data: unknown,
    actorSeq: number,
    sealed: SealedPart | null,
  ): GrowingDraft {
    const { message } = turn;
    const seq = (this.#heads.get(message.partition) ?? this.#loaded.heads.get(message.partition) ?? 0) + 1;
    this.#heads.set(message.partition, seq);
    const header: LedgerHeader = {
      partition: message.partition,
      seq,
      tenant: message.tenant,
      type,
      schemaVersion: EVENT_TYPES[type].version,
      actor,
      actorSeq: actorSeq + 1,
      scope: message.scope,
      at: message.at,
      causation: turn.cause,
      correlation: turn.correlation,
      batch: message.batch,
    };
    const draft: GrowingDraft = { header, data, guards: [], sealed, turnLength: 0 };
    turn.first ??= draft;
    turn.first.turnLength += 1;
    this.#drafts.push(draft);
    this.memory.apply(header, data);
    turn.cause = eventIdOf(message.partition, seq);
    return draft;
  }

  /** Changes a guard and notes it on the event that changes it. */
  changeGuard(draft: GrowingDraft, key: GuardKey, change: GuardChange): void {
    const { tenant } = draft.header;
    const before = this.guard(tenant, key);
    const version = before.version + 1;
    this.#guards.set(tenantKey(tenant, key), { tenant, key, version, state: applyGuardChange(before.state, change) });
    draft.guards.push({ key, version, change });
  }

  guardState(tenant: TenantId, key: GuardKey): GuardState {
    return this.guard(tenant, key).state;
  }

  /** The last word on a timer within a batch is what is written. */
  setTimer(row: TimerRow): void {
    this.#timers.set(`${actorKey(row.tenant, row.actorKind, row.actorId)}/${row.name}`, { key: row, row });
  }

  clearTimer(key: TimerKey): void {
    this.#timers.set(`${actorKey(key.tenant, key.actorKind, key.actorId)}/${key.name}`, { key, row: null });
  }

  /** Stores a part of a decision snapshot and gives its hash. */
  part(tenant: TenantId, value: unknown): Hash {
    const body = canonicalJson(value);
    const hash = asId<Hash>(this.deps.digest(body));
    this.plan.parts.push({ tenant, hash, body });
    return hash;
  }

  finish(processed: CommitPlan['processed']): CommitPlan {
    for (const { id, turn } of this.#waiting.values()) {
      const stored = this.actor(turn.message.tenant, 'action', id);
      const { detail, scheduled } = waitingRows(turn, id, stored);
      if (detail !== null) this.plan.reviewDetails.push(detail);
      this.plan.scheduled.push(scheduled);
    }
    const drafts: LedgerDraft[] = this.#drafts.map((draft) => ({
      header: draft.header,
      body: draft.guards.length === 0 ? { data: draft.data } : { data: draft.data, guards: draft.guards },
      sealed: draft.sealed,
      turnLength: draft.turnLength,
    }));
    const timers = [...this.#timers.values()];
    return {
      ...this.plan,
      drafts,
      memory: this.memory.writes(),
      processed,
      timersSet: timers.flatMap((timer) => (timer.row === null ? [] : [timer.row])),
      timersCleared: timers.flatMap((timer) => (timer.row === null ? [timer.key] : [])),
      actors: [...this.#actors.values()],
      removedActors: [...this.#removed.values()],
      guards: [...this.#guards.values()],
    };
  }
}
