/** Whoever watches the runtime: the log and the metrics always, and traces where they are wanted. */
import type { FastifyBaseLogger } from 'fastify';

import type { RuntimeObserver } from '../actors/observer.port.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import type { AppOptions } from './app.port.ts';
import { createRuntimeObserver } from './runtime-observer.ts';

export async function openObserver(
  options: AppOptions,
  logger: FastifyBaseLogger,
  metrics: Metrics,
  hostId: string,
): Promise<{ readonly observer: RuntimeObserver; readonly tracing: Tracing | null }> {
  const tracing = await openTracing(options, hostId);
  const observer = createRuntimeObserver(logger, metrics);
  return { observer: tracing === null ? observer : alsoTraced(observer, tracing), tracing };
}

/** The packages of OpenTelemetry are loaded by a server that sends traces, and by nobody else. */
async function openTracing({ traces = null, workers }: AppOptions, hostId: string): Promise<Tracing | null> {
  if (traces === null || !workers) return null;
  const { createTracing } = await import('../observability/tracing.ts');
  return createTracing({ hostId, share: traces });
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
