/** Whoever watches the runtime: the log and the metrics always, and traces where they are wanted. */
import type { FastifyBaseLogger } from 'fastify';

import type { RuntimeObserver } from '../actors/observer.port.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import type { AppOptions } from './app.port.ts';
import type { Egress } from './egress.ts';
import { createRuntimeObserver } from './runtime-observer.ts';

export async function openObserver(
  options: AppOptions,
  logger: FastifyBaseLogger,
  metrics: Metrics,
  hostId: string,
  egress: Egress,
): Promise<{ readonly observer: RuntimeObserver; readonly tracing: Tracing | null }> {
  const tracing = await openTracing(options, hostId);
  const observer = createRuntimeObserver(logger, metrics);
  if (tracing === null) return { observer, tracing };
  const kept = keptBack(tracing, egress);
  return { observer: alsoTraced(observer, kept), tracing: kept };
}

/** The packages of OpenTelemetry are loaded by a server that sends traces, and by nobody else. */
async function openTracing({ traces = null, workers }: AppOptions, hostId: string): Promise<Tracing | null> {
  if (traces === null || !workers) return null;
  const { createTracing } = await import('../observability/tracing.ts');
  return createTracing({ hostId, share: traces });
}

/** Spans of tenants that block telemetry are not made. */
function keptBack(tracing: Tracing, egress: Egress): Tracing {
  const underWay = new Set<Promise<void>>();
  const allowed = (tenants: Iterable<TenantId>, tell: (free: ReadonlySet<TenantId>) => void) => {
    const told = egress
      .traced(tenants)
      .then(tell)
      .finally(() => underWay.delete(told));
    underWay.add(told);
  };
  return {
    requestAnswered(request) {
      if (request.tenant === null) return tracing.requestAnswered(request);
      const tenant = asId<TenantId>(request.tenant);
      return allowed([tenant], (free) => {
        if (free.has(tenant)) tracing.requestAnswered(request);
      });
    },
    batchCommitted(lane, messages, batch, time) {
      allowed(
        batch.processed.map(({ message }) => message.tenant),
        (free) => {
          if (free.size === 0) return;
          tracing.batchCommitted(
            lane,
            messages,
            {
              ...batch,
              processed: batch.processed.filter(({ message }) => free.has(message.tenant)),
              decisions: batch.decisions.filter(({ tenant }) => free.has(tenant)),
              decisionUpdates: batch.decisionUpdates.filter(({ tenant }) => free.has(tenant)),
            },
            time,
          );
        },
      );
    },
    executed(report) {
      const tenant = asId<TenantId>(report.tenant);
      allowed([tenant], (free) => {
        if (free.has(tenant)) tracing.executed(report);
      });
    },
    // It names no tenant and no content.
    modelCalled: (call) => tracing.modelCalled(call),
    async stop() {
      await Promise.all(underWay);
      await tracing.stop();
    },
  };
}

function alsoTraced(observer: RuntimeObserver, tracing: Tracing): RuntimeObserver {
  return {
    ...observer,
    batchCommitted(...told) {
      observer.batchCommitted(...told);
      tracing.batchCommitted(...told);
    },
    executed(report) {
      observer.executed(report);
      tracing.executed(report);
    },
  };
}
