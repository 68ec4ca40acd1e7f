/**
 * Visits every state that can be reached from some initial ones, breadth first, so that the first violation found is reached by a
 * shortest way. It knows nothing of what a state is; the caller gives each one a key.
 */

/** One possible step: where it leads, or what it breaks. */
export type Step<State> =
  | { readonly label: string; readonly to: State }
  | { readonly label: string; readonly broken: string };

export interface Model<State> {
  readonly initial: readonly State[];
  /** Every step that is possible in a state. */
  readonly next: (state: State) => readonly Step<State>[];
  /** Equal keys mean equal states. */
  readonly key: (state: State) => string;
  /** What is wrong with a state, or null. */
  readonly check?: (state: State) => string | null;
}

export interface Violation {
  readonly what: string;
  /** The labels of a shortest way to it. */
  readonly trace: readonly string[];
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of all shortest ways. */
  readonly depth: number;
  readonly violation: Violation | null;
}

/** Explores until nothing new is found or something is broken. Throws when there are more than `most` states. */
export function explore<State>({ initial, next, key, check }: Model<State>, most = 2_000_000): Explored {
  const known = new Map<string, number>();
  const states: State[] = [];
  const parents: number[] = [];
  const labels: string[] = [];
  const depths: number[] = [];
  let transitions = 0;

  const traceOf = (last: number): readonly string[] => {
    const trace: string[] = [];
    for (let at = last; at >= 0; at = parents[at] ?? -1) trace.push(labels[at] ?? '');
    return trace.toReversed();
  };
  const found = (what: string, trace: readonly string[]): Explored => ({
    states: states.length,
    transitions,
    depth: depths.at(-1) ?? 0,
    violation: { what, trace },
  });
  const add = (state: State, parent: number, label: string): string | null => {
    const name = key(state);
    if (known.has(name)) return null;
    if (states.length >= most) throw new Error(`there are more than ${most} states; make the model smaller`);
    known.set(name, states.length);
    states.push(state);
    parents.push(parent);
    labels.push(label);
    depths.push(parent < 0 ? 0 : (depths[parent] ?? 0) + 1);
    return check?.(state) ?? null;
  };

  for (const [index, state] of initial.entries()) {
    const wrong = add(state, -1, `start ${index + 1}`);
    if (wrong !== null) return found(wrong, traceOf(states.length - 1));
  }
  for (let index = 0; index < states.length; index += 1) {
    const state = states[index];
    if (state === undefined) break;
    for (const step of next(state)) {
      transitions += 1;
      if ('broken' in step) return found(step.broken, [...traceOf(index), step.label]);
      const wrong = add(step.to, index, step.label);
      if (wrong !== null) return found(wrong, traceOf(states.length - 1));
    }
  }
  return { states: states.length, transitions, depth: depths.at(-1) ?? 0, violation: null };
}
