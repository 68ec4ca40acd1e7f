/**
 * What becomes of an account or a lead that goes back to a checkpoint. What it was goes back; what was done to the world, who said no,
 * and who is who now, stay as they are.
 */
import { canonicalJson } from '../domain/json.ts';
import type { MachineState } from './definition.ts';
import type { SubjectContext } from './subject-context.ts';

/** States that protect somebody: an actor does not leave them for a checkpoint. */
export const PROTECTED_STATES: ReadonlySet<string> = new Set(['opted_out', 'objected', 'erased', 'excluded']);

/**
 * `then` is the state at the checkpoint, or the first state of the machine for one that came later. Decisions and outcomes stay, so that outcomes
 * of what was sent are still linked and can be corrected, and so do a legal hold and what people objected. A second look stays due only where the one of then still waits: one that was taken is not taken again.
 */
export function restoredState(then: MachineState, now: MachineState): MachineState {
  if (PROTECTED_STATES.has(now.value)) return now;
  const {
    joined: _joined,
    hold: _hold,
    outcome_log: _log,
    objections: _objections,
    ...known
  } = then.context as unknown as SubjectContext;
  const {
    account,
    decisions,
    outcomes,
    outcome_log: log,
    hold,
    joined,
    objections,
  } = now.context as unknown as SubjectContext;
  const context: SubjectContext = {
    ...known,
    account,
    decisions,
    outcomes,
    look_pending: known.look_pending && isSameLook(known, now.context as unknown as SubjectContext),
    ...(log === undefined ? {} : { outcome_log: log }),
    ...(hold === undefined ? {} : { hold }),
    ...(joined === undefined ? {} : { joined }),
    ...(objections === undefined ? {} : { objections }),
  };
  return { value: then.value, context: context as unknown as MachineState['context'] };
}

/** Whether nothing was triaged between the two. */
function isSameLook(then: SubjectContext, now: SubjectContext): boolean {
  return now.look_pending && canonicalJson(then.last_triage) === canonicalJson(now.last_triage);
}

export function isSameState(one: MachineState, other: MachineState): boolean {
  return one.value === other.value && canonicalJson(one.context) === canonicalJson(other.context);
}
