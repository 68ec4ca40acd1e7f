/** A machine as a picture shows it: its states and the arrows between them, read out of its own definition. */
import type { AnyStateMachine } from 'xstate';

/** The members of XState's configuration that our flat machines use. */
export interface TransitionConfig {
  readonly target?: string;
  readonly guard?: unknown;
  readonly actions?: unknown;
}
export type TransitionsConfig = string | TransitionConfig | readonly TransitionConfig[];
export interface StateConfig {
  readonly on?: Readonly<Record<string, TransitionsConfig>>;
  readonly always?: TransitionsConfig;
}
export interface MachineConfig extends StateConfig {
  readonly initial?: string;
  readonly states?: Readonly<Record<string, StateConfig>>;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The events that lead along it, separated by commas. */
  readonly label: string;
}

export interface MachineShape {
  readonly initial: string;
  readonly states: readonly string[];
  readonly edges: readonly Edge[];
  /** The arrows that start in every state; `from` is `any`. */
  readonly fromAnywhere: readonly Edge[];
}

export function configOf(machine: AnyStateMachine): MachineConfig {
  return machine.config as unknown as MachineConfig;
}

export function shapeOf(machine: AnyStateMachine): MachineShape {
  const config = configOf(machine);
  const states = Object.entries(config.states ?? {});
  return {
    initial: config.initial ?? '',
    states: states.map(([name]) => name),
    edges: states.flatMap(([from, state]) => edgesOf(from, state)),
    fromAnywhere: edgesOf('any', config).filter((edge) => edge.to !== 'any'),
  };
}

/** Arrows of one state, those between the same two states as one arrow. */
function edgesOf(from: string, state: StateConfig): readonly Edge[] {
  const labels = new Map<string, Set<string>>();
  const all = [
    ...Object.entries(state.on ?? {}),
    ...(state.always === undefined ? [] : [['at once', state.always] as const]),
  ];
  for (const [event, transitions] of all) {
    for (const transition of listOf(transitions)) {
      const to = targetOf(transition) ?? from;
      labels.set(to, (labels.get(to) ?? new Set()).add(event));
    }
  }
  return [...labels].map(([to, events]) => ({ from, to, label: [...events].join(', ') }));
}

export function listOf(transitions: TransitionsConfig): readonly TransitionConfig[] {
  if (typeof transitions === 'string') return [{ target: transitions }];
  return 'length' in transitions ? transitions : [transitions];
}

export function targetOf(transition: TransitionConfig): string | null {
  return transition.target === undefined ? null : transition.target.replace(/^\./, '');
}
