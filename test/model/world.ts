/**
 * The state of the model: what the store holds about one tenant, one contact and the actions that compete for it, what is under way
 * between processes, and what really happened at the channel, which no process may know.
 */
import type { PermitRow, StoredActor } from '../../src/actors/runtime-store.port.ts';
import type { EventData } from '../../src/domain/event-types.ts';
import type { ActionContext } from '../../src/machines/action/action.machine.ts';
import type { AttemptState, PermitState } from './execution-fault.ts';
import { Parts } from './parts.ts';
import type { Part } from './parts.ts';
import { firstMemory, NO_ACTION } from './planner-step.ts';
import type { Memory } from './planner-step.ts';
import type { Scenario } from './scenarios.ts';

type UnderWayType = 'action.executed' | 'action.failed' | 'action.uncertain' | 'action.expired' | 'action.due';

/** A message to an action that is accepted and not processed yet. */
export type UnderWay = {
  [Type in UnderWayType]: {
    readonly type: Type;
    readonly at: number;
    readonly data: EventData<Type>;
    /** It was processed once and comes again. */
    readonly again: boolean;
  };
}[UnderWayType];

/** Where the worker of an attempt is: about to call, called and reported, or gone. */
export type Worker = 'calling' | 'reported' | 'gone';

export interface Attempt {
  readonly number: number;
  readonly state: AttemptState;
  readonly worker: Worker;
  /** Whether this attempt made the channel act. */
  readonly acted: boolean;
}

/** What belongs to one action beside the state of its machine. */
export interface Life {
  readonly permitState: PermitState | null;
  readonly attempts: number;
  readonly attempt: Attempt | null;
  readonly dueAt: number | null;
  readonly review: { readonly id: string; readonly expiresAt: number } | null;
  readonly underWay: readonly UnderWay[];
  /** How a worker ended the permit before it died without saying so. */
  readonly untold: 'expired' | 'failed' | null;
  /** When the channel acted, each time. */
  readonly acts: readonly number[];
  /** Fingerprints that a person other than the drafter has approved, as the model saw it happen. */
  readonly approved: readonly string[];
  readonly edited: boolean;
  /** A person has taken over since the permit. */
  readonly takenSince: boolean;
}

export interface ActionParts {
  readonly actor: Part<StoredActor | null>;
  readonly permit: Part<PermitRow | null>;
  readonly life: Part<Life>;
}

export interface World {
  /** Ticks since the start. */
  readonly now: number;
  readonly disturbed: number;
  readonly memory: Memory;
  /** A message that suppresses the contact is under way to the tenant. */
  readonly objection: boolean;
  readonly actions: readonly ActionParts[];
}

export const lives = new Parts<Life>();
export const permits = new Parts<PermitRow | null>();

const FIRST_LIFE: Life = {
  permitState: null,
  attempts: 0,
  attempt: null,
  dueAt: null,
  review: null,
  underWay: [],
  untold: null,
  acts: [],
  approved: [],
  edited: false,
  takenSince: false,
};

export function firstWorld(scenario: Scenario): World {
  return {
    now: 0,
    disturbed: 0,
    memory: firstMemory(),
    objection: false,
    actions: scenario.proposals.map(() => ({
      actor: NO_ACTION,
      permit: permits.of(null),
      life: lives.of(FIRST_LIFE),
    })),
  };
}

/** Equal for equal worlds. */
export function worldKey({ now, disturbed, memory, objection, actions }: World): string {
  let key = `${now},${disturbed},${objection ? 1 : 0},${memoryKey(memory)}`;
  for (const { actor, permit, life } of actions) key += `;${actor.id},${permit.id},${life.id}`;
  return key;
}

export function memoryKey(memory: Memory): string {
  const { tenant, suppressed, lead, contact, account, budget } = memory;
  return `${tenant.id},${suppressed ? 1 : 0},${lead.id},${contact.id},${account.id},${budget.id}`;
}

export function contextOf(action: ActionParts): ActionContext | null {
  return action.actor.value === null ? null : (action.actor.value.context as unknown as ActionContext);
}
