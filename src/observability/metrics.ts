/**
 * Every figure that the system reports about itself, in one registry. The gateway and the runtime count into the same set, so that
 * one scrape tells the whole story. Labels are closed sets: no tenant, account or person is ever one.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpSeconds: Histogram<'route'>;
  /** Counted where signals are accepted, once each. */
  readonly signals: Counter<'type'>;
  readonly verdicts: Counter<'verdict'>;
  readonly commitSeconds: Histogram;
  readonly batchMessages: Histogram;
  readonly executions: Counter<'result'>;
  readonly mailboxMessages: Gauge;
  readonly timerLagSeconds: Gauge;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MESSAGES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];

/** `process` adds memory, event loop lag and the like; tests leave it out, because it watches the process until it ends. */
export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process === true) collectDefaultMetrics({ register: registry, prefix: 'gatehouse_' });
  return {
    registry,
    httpRequests: new Counter({
      name: 'gatehouse_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'gatehouse_http_request_seconds',
      help: 'Time from the first byte of a request to its answer.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    signals: new Counter({
      name: 'gatehouse_signals_total',
      help: 'Signals accepted, without those that were accepted before.',
      labelNames: ['type'],
      registers,
    }),
    verdicts: new Counter({
      name: 'gatehouse_gate_verdicts_total',
      help: 'Verdicts of the gate.',
      labelNames: ['verdict'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'gatehouse_commit_seconds',
      help: 'Time to commit one batch of messages.',
      buckets: SECONDS,
      registers,
    }),
    batchMessages: new Histogram({
      name: 'gatehouse_batch_messages',
      help: 'Messages committed in one batch.',
      buckets: MESSAGES,
      registers,
    }),
    executions: new Counter({
      name: 'gatehouse_executions_total',
      help: 'Executions of actions that had a permit.',
      labelNames: ['result'],
      registers,
    }),
    mailboxMessages: new Gauge({
      name: 'gatehouse_mailbox_messages',
      help: 'Messages accepted and not yet processed.',
      registers,
    }),
    timerLagSeconds: new Gauge({
      name: 'gatehouse_timer_lag_seconds',
      help: 'How late the oldest due timer is.',
      registers,
    }),
  };
}
