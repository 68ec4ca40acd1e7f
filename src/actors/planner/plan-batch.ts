/**
 * Plans a batch: a pure function of the messages and of what was loaded. A message whose processing throws is set aside with its
 * error and the batch is planned again without it, so one bad message never stops its neighbours.
 */
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

export function planBatch(deliveries: readonly Delivery[], loaded: Loaded, deps: PlannerDeps): PlanResult {
  const parked = new Map<number, string>();
  for (;;) {
    const builder = new PlanBuilder(loaded, deps, handleEffect);
    const processed: ProcessedRow[] = [];
    let failed = false;
    for (const [index, { message, committed }] of deliveries.entries()) {
      const error = parked.get(index);
      if (error !== undefined) {
        processed.push({ message, committed, event: null, correlation: null, error });
        continue;
      }
      try {
        const { event, correlation } = receive(builder, message);
        processed.push({ message, committed, event, correlation, error: null });
      } catch (thrown) {
        parked.set(index, thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
        failed = true;
        break;
      }
    }
    if (!failed) return { plan: builder.finish(processed), parked };
  }
}
