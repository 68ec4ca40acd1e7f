/**
 * Plans a batch: a pure function of the messages and of what was loaded. A message whose processing throws is set aside with its
 * error and the batch is planned again without it, so one bad message never stops its neighbours; what comes later for the same actor
 * waits behind it, so that nothing is processed out of order.
 */
import { RetryableError } from '../../domain/errors.ts';
import { actorKey, messageKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import type { CommitPlan, Delivery, Loaded, ProcessedRow } from '../runtime-store.port.ts';
import { handleEffect } from './effects.ts';
import { PlanBuilder } from './plan-builder.ts';
import type { PlannerDeps } from './plan-builder.ts';
import { receive } from './receive.ts';

export interface PlanResult {
  readonly plan: CommitPlan;
  /** Errors of messages that were set aside, by index into `deliveries`. */
  readonly parked: ReadonlyMap<number, string>;
}

/**
 * `given` are errors of messages that must be set aside whatever planning says: the database refused what follows from them. `onPlanned` is told after
 * each message how many verdicts it brought.
 */
export function planBatch(
  deliveries: readonly Delivery[],
  loaded: Loaded,
  deps: PlannerDeps,
  given: ReadonlyMap<number, string> = new Map(),
  onPlanned: (verdicts: number) => void = () => {},
): PlanResult {
  const parked = new Map(given);
  for (;;) {
    const builder = new PlanBuilder(loaded, deps, handleEffect);
    const processed: ProcessedRow[] = [];
    const parkedHere = new Set<string>();
    let failed = false;
    for (const [index, { message, committed }] of deliveries.entries()) {
      const row = { message, committed, event: null, correlation: null, error: null, held: false };
      const error = parked.get(index);
      if (error !== undefined) {
        parkedHere.add(actorOf(message));
        processed.push({ ...row, error });
        continue;
      }
      if (mustWait(message, loaded, parkedHere)) {
        processed.push({ ...row, held: true });
        continue;
      }
      const verdictsBefore = builder.plan.decisionUpdates.length;
      try {
        processed.push({ ...row, ...receive(builder, message) });
      } catch (thrown) {
        // Not the message's fault: nothing of the batch is written.
        if (thrown instanceof RetryableError) throw thrown;
        parked.set(index, thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
        failed = true;
        break;
      }
      onPlanned(builder.plan.decisionUpdates.length - verdictsBefore);
    }
    if (!failed) return { plan: builder.finish(processed), parked };
  }
}

const actorOf = ({ tenant, actor }: Message) => actorKey(tenant, actor.kind, actor.id);

/** Whether the message has to wait behind a parked one, or behind others that were released before it came. */
function mustWait(message: Message, { held }: Loaded, parkedHere: ReadonlySet<string>): boolean {
  if (message.type === 'message.resolved') return false;
  const actor = actorOf(message);
  if (held.parked.has(actor) || parkedHere.has(actor)) return true;
  return held.released.has(actor) && !held.messages.has(messageKey(message));
}
