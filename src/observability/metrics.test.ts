/** The names that dashboards and alerts rely on. */
import { expect, test } from 'vitest';

import { createMetrics } from './metrics.ts';

test('every figure has its promised name', async () => {
  const { registry } = createMetrics();
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  expect(names.toSorted()).toEqual([
    'gatehouse_batch_messages',
    'gatehouse_commit_seconds',
    'gatehouse_executions_total',
    'gatehouse_gate_verdicts_total',
    'gatehouse_http_request_seconds',
    'gatehouse_http_requests_total',
    'gatehouse_mailbox_messages',
    'gatehouse_signals_total',
    'gatehouse_timer_lag_seconds',
  ]);
});

test('two sets do not share anything, and count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.verdicts.inc({ verdict: 'pass' });
  one.commitSeconds.observe(0.02);
  one.mailboxMessages.set(3);
  expect(await one.registry.metrics()).toContain('gatehouse_gate_verdicts_total{verdict="pass"} 1');
  expect(await other.registry.metrics()).not.toContain('verdict="pass"');
});
