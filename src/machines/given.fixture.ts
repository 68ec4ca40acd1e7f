/**
 * Tests of machines as sentences: given what happened, when this happens, then the machine is there and asks for that. A machine that
 * has no transition for an event must be left exactly as it was, which `thenNothing` says.
 */
import { expect } from 'vitest';

import type { Effect } from '../domain/effects.ts';
import type { EventData, EventType, MachineEvent } from '../domain/event-types.ts';
import { createRunner } from './definition.ts';
import type { MachineDefinition, MachineState } from './definition.ts';

/** An event with its data; `at` is its time, `seq` its place on the ledger. */
export function eventOf<Type extends EventType>(type: Type, data: EventData<Type>, at = 0, seq = 1): MachineEvent {
  return { type, at, seq, data } as MachineEvent;
}

export interface Expected {
  readonly value: string;
  /** In order. Leaving them out means that there are none. */
  readonly effects?: readonly Effect[];
  /** Members that the context must have; others are not looked at. */
  readonly context?: object;
}

export interface Given {
  readonly state: MachineState;
  when(event: MachineEvent): {
    then(expected: Expected): void;
    thenNothing(): void;
  };
}

/** `given` for one machine: the events are taken one after the other from its initial state. */
export function givenFor(definition: MachineDefinition): (...events: readonly MachineEvent[]) => Given {
  const runner = createRunner(definition);
  return (...events) => {
    let state = runner.initial();
    for (const event of events) ({ state } = runner.step(state, event));
    return {
      state,
      when(event) {
        const before = JSON.stringify(state);
        const step = runner.step(state, event);
        // Stepping is a function: the state that was given is not the one that changes.
        expect(JSON.stringify(state)).toBe(before);
        return {
          then({ value, effects = [], context = {} }) {
            expect({ value: step.state.value, effects: step.effects }).toEqual({ value, effects });
            expect(step.state.context).toMatchObject(context);
          },
          thenNothing() {
            expect(step.state).toEqual(state);
            expect(step.effects).toEqual([]);
            expect(step.handled).toBe(false);
          },
        };
      },
    };
  };
}

/** Every event type that the machine names anywhere, so that a test can see that it has left none out. */
export function eventTypesOf({ machine }: MachineDefinition): readonly string[] {
  return [...new Set(machine.events as readonly string[])].filter((name) => !name.startsWith('xstate.')).toSorted();
}

/** Its states, by name. */
export function statesOf({ machine }: MachineDefinition): readonly string[] {
  return Object.keys(machine.states);
}
