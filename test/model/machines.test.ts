/**
 * Each machine alone, under every event of the catalogue in every state: it never throws, it reaches all its states, takes all its
 * declared transitions, and leaves its context alone where it has none.
 */
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

import type { ActorKind } from '../../src/domain/event-types.ts';
import { ACTOR_KINDS, EVENT_TYPES } from '../../src/domain/event-types.ts';
import type { ActionContext } from '../../src/machines/action/action.machine.ts';
import { MACHINES } from '../../src/machines/catalogue.ts';
import { createRunner } from '../../src/machines/definition.ts';
import type { MachineState } from '../../src/machines/definition.ts';
import type { PlayContext } from '../../src/machines/play/play.machine.ts';
import type { SequenceContext } from '../../src/machines/sequence/sequence.machine.ts';
import type { SubjectContext } from '../../src/machines/subject-context.ts';
import type { TenantContext } from '../../src/machines/tenant/tenant.machine.ts';
import { eventSamples } from './event-samples.ts';
import { explore } from './explorer.ts';

const SAMPLES = eventSamples();

/** What of a context the guards of the account's machine read. The rest grows without end and decides nothing. */
function accountView(context: SubjectContext): unknown {
  const { account_facts: facts, outcomes, signals } = context;
  const { customer, open_opportunity, competitor, partner, employee } = facts.relations ?? {};
  const excluded = competitor === true || partner === true || employee === true;
  const ever = [(outcomes['won'] ?? 0) > 0, (outcomes['opportunity_created'] ?? 0) > 0, signals > 0];
  return [customer ?? null, open_opportunity ?? null, excluded, ...ever, hasObjection(context), isAwaiting(context)];
}

function hasObjection({ objections = [] }: SubjectContext): boolean {
  return objections.length > 0;
}

/** Whether a decision is remembered whose execution is waited for. */
function isAwaiting({ decisions }: SubjectContext): boolean {
  return decisions.some(({ message, executed_at: at }) => message !== undefined && at === undefined);
}

const VIEWS: { readonly [Kind in ActorKind]: (context: unknown) => unknown } = {
  tenant: (context) => {
    const {
      mode,
      clock,
      kill_switch: killSwitch,
      channel_modes: modes,
      single_operator: single,
    } = context as TenantContext;
    return [mode, clock, killSwitch !== null, Object.keys(modes).length > 0, single];
  },
  account: (context) => accountView(context as SubjectContext),
  lead: (context) => [hasObjection(context as SubjectContext), isAwaiting(context as SubjectContext)],
  action: (context) => {
    const {
      proposal,
      approval,
      approvals,
      approvals_needed: needed,
      permit,
      review,
      queue,
      waits,
    } = context as ActionContext;
    return [proposal?.fingerprint, approval?.fingerprint, approvals.length, needed, permit, review, queue, waits];
  },
  trust: () => null,
  play: (context) => {
    const { drafted, worked, revision, edits, approvals } = context as PlayContext;
    return [drafted !== null, worked?.active_period_end, Math.min(revision, 2), edits.length > 1, approvals];
  },
  sequence: (context) => {
    const { action, step, steps, started_at: startedAt } = context as SequenceContext;
    return [action, step, steps.length, startedAt];
  },
};

/** The transitions that a machine declares. */
function declared({ root }: AnyStateMachine): readonly AnyTransitionDefinition[] {
  const nodes = [root as AnyStateNode, ...Object.values(root.states as Record<string, AnyStateNode>)];
  return nodes.flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])]);
}

function nameOf(transition: AnyTransitionDefinition): string {
  const siblings = [...transition.source.transitions.values()]
    .flat()
    .filter((other) => other.eventType === transition.eventType);
  const place = siblings.length > 1 ? ` ${siblings.indexOf(transition) + 1}` : '';
  return `${transition.source.key} ${transition.eventType}${place}`;
}

interface Walk {
  readonly states: ReadonlySet<string>;
  readonly taken: ReadonlySet<AnyTransitionDefinition>;
  readonly transitions: number;
  readonly wrong: string | null;
}

/** Takes every sample in every situation that can be reached. */
function walk(kind: ActorKind): Walk {
  const definition = MACHINES[kind];
  const { machine } = definition;
  const runner = createRunner(definition);
  const states = new Set<string>();
  const taken = new Set<AnyTransitionDefinition>();
  const explored = explore<MachineState>({
    initial: [runner.initial()],
    key: ({ value, context }) => JSON.stringify([value, VIEWS[kind](context)]),
    next: (state) => {
      states.add(state.value);
      const snapshot = machine.resolveState({ value: state.value, context: state.context }) as AnyMachineSnapshot;
      return SAMPLES.map((event) => {
        const label = `${event.type} ${JSON.stringify(event.data)}`;
        const enabled = machine.getTransitionData(snapshot, event) as readonly AnyTransitionDefinition[];
        for (const transition of enabled) taken.add(transition);
        try {
          const step = runner.step(state, event);
          if (step.state.context === undefined) return { label, broken: 'the context is gone' };
          if (enabled.length === 0 && step.handled)
            return { label, broken: 'an event without a transition did something' };
          return { label, to: step.state };
        } catch (error) {
          return { label, broken: `the machine threw: ${String(error)}` };
        }
      });
    },
  });
  const { violation, transitions } = explored;
  const wrong = violation === null ? null : `${violation.what}: ${violation.trace.join(', ')}`;
  return { states, taken, transitions, wrong };
}

/** States that a machine passes through within one step and never rests in. */
const TRANSIENT: ReadonlySet<string> = new Set(['sorting']);

describe('every machine under every event of the catalogue', () => {
  it('whose samples have all types', () => {
    expect(new Set(SAMPLES.map(({ type }) => type))).toEqual(new Set(Object.keys(EVENT_TYPES)));
  });

  for (const kind of ACTOR_KINDS) {
    describe(kind, () => {
      const { machine } = MACHINES[kind];
      const walked = walk(kind);

      it('never throws, and does nothing where it declares nothing', ({ annotate }) => {
        expect(walked.wrong).toBeNull();
        return annotate(`${walked.transitions} steps`);
      });

      it('reaches all its states', () => {
        const missing = Object.keys(machine.states).filter((name) => !walked.states.has(name) && !TRANSIENT.has(name));
        expect(missing).toEqual([]);
      });

      it('takes all its transitions', () => {
        const missing = declared(machine).filter(
          (transition) => !walked.taken.has(transition) && !TRANSIENT.has(transition.source.key),
        );
        expect(missing.map(nameOf)).toEqual([]);
      });
    });
  }
});
