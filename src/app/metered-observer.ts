/** Counts for the bill what the runtime says that it did, so that no signal costs a row more. */
import type { RuntimeObserver } from '../actors/observer.port.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import type { UsageMeter } from './usage-meter.ts';

/** What is counted is committed; what a host counted and had not written when it died is not on the bill. */
export function meteredObserver(observer: RuntimeObserver, meter: Pick<UsageMeter, 'count'>): RuntimeObserver {
  return {
    ...observer,
    batchCommitted(lane, messages, batch, time) {
      observer.batchCommitted(lane, messages, batch, time);
      for (const { message, error } of batch.processed)
        if (message.type === 'signal.received' && error === null) meter.count(message.tenant, 'signal', 1);
      for (const { tenant } of batch.decisions) meter.count(tenant, 'decision', 1);
    },
    executed(report) {
      observer.executed(report);
      if (report.result === 'sent') meter.count(asId<TenantId>(report.tenant), 'execution', 1);
    },
  };
}
