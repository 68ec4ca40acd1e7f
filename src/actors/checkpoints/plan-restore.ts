/**
 * Works out what a restore of a checkpoint does: which accounts and leads go back, which open actions are cancelled, and what stays and why.
 * A pure function of the world then and now, so a dry run says what the restore would do.
 */
import type { EventData } from '../../domain/event-types.ts';
import { asId } from '../../domain/ids.ts';
import type { AccountId, CorrelationId, PersonId, ScopeId } from '../../domain/ids.ts';
import type { ActorRef, SubjectRefs } from '../../domain/message.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { MachineState } from '../../machines/definition.ts';
import { isSameState, PROTECTED_STATES, restoredState } from '../../machines/restored-state.ts';
import type { World, WorldActor } from '../replay/world.ts';

export interface StateToRestore {
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  /** What it was at the checkpoint. */
  readonly then: MachineState;
  readonly from: string;
  readonly to: string;
  /** Whether it waited for a second look at the checkpoint or waits for one now, and does not any more afterwards. */
  readonly dropsLook: boolean;
}

export interface ActionToCancel {
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  readonly correlation: CorrelationId;
  readonly refs: SubjectRefs;
  readonly proposal: EventData<'action.proposed'>;
  readonly state: string;
}

export interface LeftAlone {
  readonly actor: ActorRef;
  readonly state: string;
  readonly why: string;
}

export interface RestorePlan {
  readonly states: readonly StateToRestore[];
  readonly actions: readonly ActionToCancel[];
  readonly kept: readonly LeftAlone[];
}

/** States of an action that may still lead to a touch and that can be cancelled. */
const OPEN: ReadonlySet<string> = new Set(['scheduled', 'held', 'permitted']);

/** `begun` are the actions that a worker has begun to carry out. */
export function planRestore(world: World, runners: Runners, begun: ReadonlySet<string>): RestorePlan {
  const plan = { states: [] as StateToRestore[], actions: [] as ActionToCancel[], kept: [] as LeftAlone[] };
  for (const known of world.actors) {
    if (known.actor.kind === 'account' || known.actor.kind === 'lead') restoreSubject(known, runners, plan);
    if (known.actor.kind === 'action') cancelAction(known, begun, plan);
  }
  return plan;
}

interface GrowingRestore {
  readonly states: StateToRestore[];
  readonly actions: ActionToCancel[];
  readonly kept: LeftAlone[];
}

function restoreSubject({ actor, scope, then, now }: WorldActor, runners: Runners, plan: GrowingRestore): void {
  // An undone import took it away; a restore does not bring an import back.
  if (now === null) return;
  const before = then ?? runners[actor.kind].initial();
  const restored = restoredState(before, now);
  if (!isSameState(restored, now)) {
    const { look_pending: waits } = now.context as { readonly look_pending?: boolean };
    const { look_pending: waited } = before.context as { readonly look_pending?: boolean };
    const { look_pending: goesOn } = restored.context as { readonly look_pending?: boolean };
    plan.states.push({
      actor,
      scope,
      then: before,
      from: now.value,
      to: restored.value,
      dropsLook: (waits === true || waited === true) && goesOn !== true,
    });
  } else if (PROTECTED_STATES.has(now.value) && before.value !== now.value)
    plan.kept.push({
      actor,
      state: now.value,
      why: `it is ${now.value}, and nothing leaves that state for a checkpoint`,
    });
}

function cancelAction(
  { actor, scope, correlation, then, now }: WorldActor,
  begun: ReadonlySet<string>,
  plan: GrowingRestore,
): void {
  if (then !== null || now === null) return;
  const { proposal } = now.context as unknown as ActionContext;
  if (now.value === 'uncertain' || (now.value === 'permitted' && begun.has(actor.id)))
    plan.kept.push({
      actor,
      state: now.value,
      why:
        now.value === 'uncertain'
          ? 'nobody knows yet whether it happened; see gatehouse uncertain'
          : 'a worker has begun to carry it out',
    });
  else if (OPEN.has(now.value) && proposal !== null)
    plan.actions.push({
      actor,
      scope,
      correlation,
      proposal,
      refs: {
        account: proposal.account === null ? null : asId<AccountId>(proposal.account),
        person: proposal.person === null ? null : asId<PersonId>(proposal.person),
        domain: proposal.domain,
        suppressionKeys: [],
        hasAddress: false,
      },
      state: now.value,
    });
}
