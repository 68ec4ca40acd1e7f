/**
 * States that earlier versions stored must be read for ever. A file per released set of versions holds one state of each kind; a machine that
 * changes gets a new version, a `migrate`, and a new file beside the old ones, which are never edited.
 */
import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { ActorKind } from '../domain/event-types.ts';
import type { JsonObject } from '../domain/json.ts';
import { createRunners, MACHINES } from './catalogue.ts';

const FOLDER = new URL('fixtures/', import.meta.url);
interface StoredStates {
  readonly version: number;
  readonly states: readonly {
    readonly kind: ActorKind;
    /** When it is not that of the file. */
    readonly version?: number;
    readonly value: string;
    readonly context: JsonObject;
  }[];
}
/** Kinds that came later, by the number of the first file that has them. */
const FIRST_FILE: Readonly<Record<string, number>> = { play: 3, sequence: 5 };
const numberOf = (name: string) => Number(/\d+/.exec(name)?.[0]);
const runners = createRunners();

for (const name of readdirSync(FOLDER)) {
  const { version, states } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as StoredStates;
  describe(name, () => {
    it('has every kind of actor that there was', () => {
      const known = Object.keys(MACHINES).filter((kind) => (FIRST_FILE[kind] ?? 1) <= numberOf(name));
      expect(new Set(states.map(({ kind }) => kind))).toEqual(new Set(known));
    });

    it.each(states.map((state) => [`${state.kind} ${state.value}`, state] as const))('%s', (_title, state) => {
      const { definition, step, initial } = runners[state.kind];
      const stored = { value: state.value, context: state.context };
      const from = state.version ?? version;
      const now = from === definition.version ? stored : definition.migrate(stored, from);
      expect(Object.keys(now.context).toSorted()).toEqual(Object.keys(initial().context).toSorted());
      // What changes nothing leaves it as it was, so the state is one that the machine has.
      const after = step(now, {
        type: 'state.migrated',
        at: 1,
        seq: 1,
        data: { from, to: definition.version, state: now },
      });
      expect(after.handled).toBe(false);
      expect(after.state).toEqual(now);
    });
  });
}
