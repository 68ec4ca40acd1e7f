/**
 * How a machine is stored and stepped. State is our own shape, never XState's persisted snapshot, whose form has changed between
 * releases. Machines are flat and pure: no invoke, no child actors, no `after`; what they want done comes back as effects.
 */
import { createActor, createMachine } from 'xstate';
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine } from 'xstate';

import type { Effect } from '../domain/effects.ts';
import type { ActorKind, MachineEvent } from '../domain/event-types.ts';
import type { JsonObject } from '../domain/json.ts';

export interface MachineState<Context = JsonObject> {
  readonly value: string;
  readonly context: Context;
}

export interface MachineDefinition {
  readonly kind: ActorKind;
  /** Raised when stored states must be migrated. */
  readonly version: number;
  readonly machine: AnyStateMachine;
  /** Brings a state of an older version to this one. */
  readonly migrate: (state: MachineState, fromVersion: number) => MachineState;
}

/** An `always` cycle stops after this many microsteps instead of hanging the process. */
export const MAX_ITERATIONS = 100;

export function neverMigrated(state: MachineState, fromVersion: number): MachineState {
  throw new Error(`no migration from machine version ${fromVersion} in state ${state.value}`);
}

export interface Step {
  readonly state: MachineState;
  readonly effects: readonly Effect[];
  /** False when the machine had no transition for the event in this state: the event is a fact that changes nothing. */
  readonly handled: boolean;
}

/** Steps one machine. Holds the inert scope that XState needs, made once: making it per step costs two thirds of the time. */
export interface MachineRunner {
  readonly definition: MachineDefinition;
  initial(): MachineState;
  step(state: MachineState, event: MachineEvent): Step;
}

export function createRunner(definition: MachineDefinition): MachineRunner {
  const { machine } = definition;
  /** Machines are flat, so the state nodes of a snapshot follow from its value alone. */
  const snapshots = new Map<string, AnyMachineSnapshot>();
  const snapshotOf = ({ value, context }: MachineState): AnyMachineSnapshot => {
    let known = snapshots.get(value);
    if (known === undefined) {
      known = machine.resolveState({ value, context });
      snapshots.set(value, known);
    }
    return { ...known, context };
  };
  let effects: Effect[] = [];
  const inert = createActor(createMachine({}));
  const scope = {
    self: inert,
    system: inert.system,
    id: '',
    sessionId: '',
    logger: () => {},
    defer: () => {},
    stopChild: () => {},
    emit: () => {},
    actionExecutor: (action: { type: string; params: unknown }) => {
      effects.push({ type: action.type, ...(action.params as object | undefined) } as Effect);
    },
  } as unknown as AnyActorScope;

  const first = machine.getInitialSnapshot(scope, undefined) as AnyMachineSnapshot;
  const initial: MachineState = { value: String(first.value), context: first.context as JsonObject };
  return {
    definition,
    initial: () => initial,
    step(state, event) {
      effects = [];
      const after = machine.transition(snapshotOf(state), event, scope) as AnyMachineSnapshot;
      const handled = after.context !== state.context || after.value !== state.value || effects.length > 0;
      return { state: { value: String(after.value), context: after.context as JsonObject }, effects, handled };
    },
  };
}
