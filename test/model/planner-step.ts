/**
 * One message through the real planner: machines, gate, guards and projections as they are. Numbers that only grow (versions,
 * sequence numbers) are put back to zero afterwards, since nothing decides by them and the states would never end otherwise.
 */
import { NOTHING_LOADED } from '../../src/actors/memory/memory-fold.ts';
import { planBatch } from '../../src/actors/planner/plan-batch.ts';
import type { PlannerDeps } from '../../src/actors/planner/plan-builder.ts';
import type { CommitPlan, Loaded, StoredActor, StoredGuard } from '../../src/actors/runtime-store.port.ts';
import { NO_RELATIONS } from '../../src/domain/entity.ts';
import type { EventData, EventType } from '../../src/domain/event-types.ts';
import type { GuardState } from '../../src/domain/guard.ts';
import { EMPTY_GUARD } from '../../src/domain/guard.ts';
import { asId, partitionOf } from '../../src/domain/ids.ts';
import type { AccountId, CorrelationId, PersonId, ScopeId, TenantId } from '../../src/domain/ids.ts';
import { actorKey, tenantKey } from '../../src/domain/keys.ts';
import type { ActorRef, Message, SubjectRefs } from '../../src/domain/message.ts';
import { NO_REFS } from '../../src/domain/message.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { createRunners } from '../../src/machines/catalogue.ts';
import { EMPTY_SUBJECT } from '../../src/machines/subject-context.ts';
import { sha256 } from '../../src/memory/sha256.ts';
import { Parts } from './parts.ts';
import type { Part } from './parts.ts';

export const TENANT = asId<TenantId>('model');
const ACCOUNT = asId<AccountId>('acc_model');
const PERSON = asId<PersonId>('con_model');
const SCOPE = asId<ScopeId>(ACCOUNT);
export const PARTITION = partitionOf(SCOPE);
const TENANT_PARTITION = partitionOf(asId<ScopeId>(TENANT));
export const SUPPRESSION_KEY = `contact:${PERSON}`;
const POLICY_HASH = 'policy';

export const REFS: SubjectRefs = {
  account: ACCOUNT,
  person: PERSON,
  domain: null,
  suppressionKeys: [SUPPRESSION_KEY],
  hasAddress: true,
};
const GUARD_KEYS = {
  contact: `contact:${PERSON}`,
  account: `account:${ACCOUNT}`,
  budget: `budget:p${PARTITION}`,
} as const;

/** What of the store a message may read and change. */
export interface Memory {
  readonly tenant: Part<StoredActor>;
  readonly suppressed: boolean;
  readonly lead: Part<StoredActor | null>;
  readonly contact: Part<GuardState>;
  readonly account: Part<GuardState>;
  readonly budget: Part<GuardState>;
}

const actors = new Parts<StoredActor | null>();
const registries = new Parts<StoredActor>();
const guards = new Parts<GuardState>();

/** The parts of a store that a run begins with: one tenant in force, one prospect about whom everything is known. */
export function firstMemory(): Memory {
  const tenant: StoredActor = {
    tenant: TENANT,
    kind: 'tenant',
    id: TENANT,
    partition: TENANT_PARTITION,
    machineVersion: 1,
    value: 'running',
    context: {
      mode: 'sandbox',
      channel_modes: {},
      clock: 'real',
      policy: POLICY_HASH,
      single_operator: false,
      suppressions: 0,
      kill_switch: null,
    },
    seq: 0,
  };
  return {
    tenant: registries.of(tenant),
    suppressed: false,
    lead: actors.of(null),
    contact: guards.of({ ...EMPTY_GUARD, consent: 'consent', time_zone: 'Europe/Paris' }),
    account: guards.of({ ...EMPTY_GUARD, relations: NO_RELATIONS, abm_active: false }),
    budget: guards.of(EMPTY_GUARD),
  };
}

export const NO_ACTION: Part<StoredActor | null> = actors.of(null);

/** What of the touches in guards a mistake of the model forgets. */
export type Forget = 'touches' | 'until' | null;

function forgetful(state: GuardState, forget: Forget): GuardState {
  switch (forget) {
    case 'touches':
      return { ...state, touches: [] };
    case 'until':
      return { ...state, touches: state.touches.map(({ until: _, ...touch }) => touch) };
    case null:
      return state;
  }
}

export interface Planned {
  readonly memory: Memory;
  readonly action: Part<StoredActor | null>;
  readonly plan: CommitPlan;
  /** Set when the planner threw. */
  readonly error: string | null;
}

/** A message about the contact, or about the tenant. */
export function messageOf<Type extends EventType>(
  type: Type,
  data: EventData<Type>,
  actor: ActorRef,
  at: number,
): Message {
  const ofTenant = actor.kind === 'tenant';
  return {
    type,
    data,
    tenant: TENANT,
    source: 'model',
    id: type,
    scope: ofTenant ? asId<ScopeId>(TENANT) : SCOPE,
    partition: ofTenant ? TENANT_PARTITION : PARTITION,
    actor,
    refs: ofTenant ? NO_REFS : REFS,
    at,
    sealed: null,
    profiles: [],
    causation: null,
    correlation: asId<CorrelationId>('cor_model'),
    batch: null,
    history: false,
    contentDigest: '',
  } as unknown as Message;
}

export function leadRef(): ActorRef {
  return { kind: 'lead', id: PERSON };
}

export function tenantRef(): ActorRef {
  return { kind: 'tenant', id: TENANT };
}

/** How many reviews an action has had, by the id of the last. */
export function reviewsOf(actor: StoredActor | null): number {
  const review = actor?.context['review'];
  return typeof review === 'string' ? Number(review.slice(review.lastIndexOf('.') + 1)) : 0;
}

/** Runs messages through the planner under one policy. */
export class PlannerStep {
  readonly #policy: Policy;
  readonly #deps: PlannerDeps;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#deps = {
      runners: createRunners(),
      engine: {
        decide: () => {
          throw new Error('the model proposes its actions itself');
        },
        // What a touch is called changes nothing about whether it may happen.
        assess: () => ({ fit: { tier: 'unscored' }, priority: 0 }),
      } as unknown as PlannerDeps['engine'],
      digest: sha256,
      channelReady: () => true,
      timeZoneData: 'test',
    };
  }

  /** `head` is the position in the ledger after which the events stand, so that content can be found again by it. */
  run(message: Message, memory: Memory, action: Part<StoredActor | null>, head: number, forget: Forget): Planned {
    const stored = [memory.tenant.value, memory.lead.value, action.value].filter((actor) => actor !== null);
    const guard = (key: string, part: Part<GuardState>): [string, StoredGuard] => [
      tenantKey(TENANT, key),
      { tenant: TENANT, key, version: 0, state: part.value },
    ];
    const loaded: Loaded = {
      examples: new Map(),
      listed: new Map(),
      heads: new Map([
        [PARTITION, head],
        [TENANT_PARTITION, head],
      ]),
      actors: new Map(stored.map((actor) => [actorKey(TENANT, actor.kind, actor.id), actor])),
      guards: new Map([
        guard(GUARD_KEYS.contact, memory.contact),
        guard(GUARD_KEYS.account, memory.account),
        guard(GUARD_KEYS.budget, memory.budget),
      ]),
      policies: new Map([[tenantKey(TENANT, POLICY_HASH), this.#policy]]),
      suppressions: new Map(
        memory.suppressed
          ? [[tenantKey(TENANT, SUPPRESSION_KEY), { key: SUPPRESSION_KEY, scope: 'contact', reason: 'objected' }]]
          : [],
      ),
      held: { parked: new Set(), released: new Set(), messages: new Set() },
      memory: NOTHING_LOADED,
    };
    const { plan, parked } = planBatch([{ message, committed: true }], loaded, this.#deps);
    const written = new Map(plan.guards.map((row) => [row.key, row.state]));
    const guardAfter = (key: string, before: Part<GuardState>): Part<GuardState> => {
      const state = written.get(key);
      if (state === undefined) return before;
      return guards.of(forgetful(state, forget));
    };
    const actorAfter = (kind: StoredActor['kind'], id: string): StoredActor | undefined =>
      plan.actors.find((actor) => actor.kind === kind && actor.id === id);
    const tenant = actorAfter('tenant', TENANT);
    const lead = actorAfter('lead', PERSON);
    const changed = plan.actors.find((actor) => actor.kind === 'action');
    return {
      memory: {
        tenant: tenant === undefined ? memory.tenant : registries.of({ ...tenant, seq: 0 }),
        suppressed: plan.suppressions.reduce((_, row) => row.added, memory.suppressed),
        // Of the lead only its state bears on actions; what it remembers would make the states endless.
        lead:
          lead === undefined
            ? memory.lead
            : actors.of({ ...lead, seq: 0, context: EMPTY_SUBJECT as unknown as StoredActor['context'] }),
        contact: guardAfter(GUARD_KEYS.contact, memory.contact),
        account: guardAfter(GUARD_KEYS.account, memory.account),
        budget: guardAfter(GUARD_KEYS.budget, memory.budget),
      },
      // The ids of reviews are numbered from here, so each has its own.
      action: changed === undefined ? action : actors.of({ ...changed, seq: reviewsOf(changed) }),
      plan,
      error: parked.get(0) ?? null,
    };
  }
}
