/** The names that dashboards and alerts rely on. */
import { expect, test } from 'vitest';

import { createMetrics } from './metrics.ts';

test('every figure has its promised name', async () => {
  const { registry } = createMetrics();
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(names.toSorted()).toEqual([
    'gatehouse_active_plays',
    'gatehouse_batch_messages',
    'gatehouse_commit_seconds',
    'gatehouse_database_transaction_seconds',
    'gatehouse_database_transactions_total',
    'gatehouse_execution_seconds',
    'gatehouse_executions_total',
    'gatehouse_gate_deciding_seconds',
    'gatehouse_gate_seconds',
    'gatehouse_gate_verdicts_total',
    'gatehouse_hosts',
    'gatehouse_http_request_seconds',
    'gatehouse_http_requests_total',
    'gatehouse_limited_senders',
    'gatehouse_mailbox_messages',
    'gatehouse_messages_parked_total',
    'gatehouse_model_calls_total',
    'gatehouse_oldest_waiting_seconds',
    'gatehouse_partitions_owned',
    'gatehouse_partitions_unowned',
    'gatehouse_signals_total',
    'gatehouse_stale_syncs',
    'gatehouse_timer_late_seconds',
  ]);
});

test('two sets do not share anything, and count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.verdicts.inc({ verdict: 'pass' });
  one.commitSeconds.observe(0.02);
  one.mailboxMessages.set(3);
  expect(await one.registry.metrics()).toContain('gatehouse_gate_verdicts_total{verdict="pass"} 1');
  expect(await other.registry.metrics()).toContain('gatehouse_gate_verdicts_total{verdict="pass"} 0');
});

test('objectives are bounds of buckets, so that an alert counts and does not guess', async () => {
  const text = await createdText();
  expect(text).toContain('gatehouse_http_request_seconds_bucket{le="0.2",route="/v1/signals"} 1');
  expect(text).toContain('gatehouse_execution_seconds_bucket{le="60"} 1');
  expect(text).toContain('gatehouse_gate_seconds_bucket{le="0.01"} 1');
});

async function createdText(): Promise<string> {
  const metrics = createMetrics();
  metrics.httpSeconds.observe({ route: '/v1/signals' }, 0.2);
  metrics.executionSeconds.observe(60);
  metrics.gateSeconds.observe(0.01);
  return metrics.registry.metrics();
}
