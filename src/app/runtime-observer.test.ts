/** A line about a decision can be found by its id, and says nothing about anybody. */
import { describe, expect, test } from 'vitest';

import type { CommittedBatch, ExecutionReport, RuntimeObserver } from '../actors/observer.port.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createRuntimeObserver } from './runtime-observer.ts';

const tenant = asId<TenantId>('acme');

function watched(level: 'debug' | 'info') {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  const observer: RuntimeObserver = createRuntimeObserver(logger, metrics);
  return { observer, metrics, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const message = { tenant, source: '/crm', id: 'evt-1', type: 'signal.received', at: 1_000, correlation: null } as const;
const decision = { tenant, correlation: 'cor_1', engine: 'rules@1', verdict: 'none' } as const;

/** As the runtime hands it over: the plan itself, with all that it holds. */
function batch(changes: Partial<CommittedBatch> = {}): CommittedBatch {
  const whole = { ...message, sealed: { subject: 'per_1', text: '{"email":"maria@acme.com"}' } };
  return {
    drafts: { length: 5 },
    processed: [{ message: whole, correlation: 'cor_1', error: null }],
    decisions: [
      { ...decision, id: 'dec_1', actionType: 'outreach_push' },
      { ...decision, id: 'dec_2', actionType: 'none' },
    ],
    decisionUpdates: [{ tenant, id: 'dec_1', correlation: 'cor_1', verdict: 'hold' }],
    ...changes,
  };
}

const report: ExecutionReport = {
  tenant,
  decision: 'dec_1',
  correlation: 'cor_1',
  permit: 'prm_1',
  actionType: 'outreach_push',
  channel: 'email',
  mode: 'sandbox',
  result: 'sent',
  latencyMs: 250,
  claimed: [1_000, 1_010],
  sent: [1_010, 1_020],
  recorded: [1_020, 1_030],
};

describe('a line', () => {
  test('about a decision carries its id', () => {
    const { observer, lines } = watched('debug');
    observer.batchCommitted(0, 1, batch(), [1_000, 1_020]);
    const found = lines().filter((line) => line['decision'] !== undefined);
    expect(found).toMatchObject([
      { decision: 'dec_2', tenant: 'acme', msg: 'decided to do nothing' },
      { decision: 'dec_1', tenant: 'acme', correlation: 'cor_1', verdict: 'hold' },
    ]);
  });

  test('about an execution carries it too, and is a warning when a person should look', () => {
    const { observer, lines } = watched('debug');
    observer.executed(report);
    observer.executed({ ...report, decision: 'dec_2', result: 'uncertain' });
    expect(lines()).toMatchObject([
      { level: 'debug', decision: 'dec_1', permit: 'prm_1', result: 'sent', latency_ms: 250 },
      { level: 'warn', decision: 'dec_2', result: 'uncertain' },
    ]);
  });

  test('never holds what was sealed', () => {
    const { observer, lines } = watched('debug');
    observer.batchCommitted(0, 1, batch(), [1_000, 1_020]);
    observer.executed(report);
    expect(JSON.stringify(lines())).not.toMatch(/maria|sealed|per_1/);
  });

  test('about what is ordinary is not written at info', () => {
    const { observer, lines } = watched('info');
    observer.batchCommitted(0, 1, batch(), [1_000, 1_020]);
    observer.executed(report);
    expect(lines()).toEqual([]);
  });
});

test('a message that is parked is counted and logged as an error', async () => {
  const { observer, metrics, lines } = watched('info');
  observer.batchCommitted(0, 1, batch({ processed: [{ message, correlation: null, error: 'TypeError: x' }] }), [0, 1]);
  expect(lines()).toMatchObject([{ level: 'error', tenant: 'acme', source: '/crm', id: 'evt-1' }]);
  expect(await metrics.registry.metrics()).toContain('gatehouse_messages_parked_total 1');
});

test('the time of the gate is counted once for each verdict, with the reading and without it', async () => {
  const { observer, metrics } = watched('info');
  observer.gateAsked([
    { reading: 4, deciding: 0.2 },
    { reading: 4, deciding: 8 },
  ]);
  const text = await metrics.registry.metrics();
  expect(text).toContain('gatehouse_gate_seconds_bucket{le="0.005"} 1\n');
  expect(text).toContain('gatehouse_gate_seconds_bucket{le="0.015"} 2\n');
  expect(text).toContain('gatehouse_gate_deciding_seconds_bucket{le="0.00025"} 1\n');
  expect(text).toContain('gatehouse_gate_deciding_seconds_bucket{le="0.01"} 2\n');
});

test('only what ends a permit has a latency, and what was withheld on purpose has none', async () => {
  const { observer, metrics } = watched('info');
  for (const result of ['sent', 'uncertain', 'retried', 'withheld', 'expired'] as const)
    observer.executed({ ...report, result });
  const text = await metrics.registry.metrics();
  expect(text).toContain('gatehouse_execution_seconds_count 3');
  expect(text).toContain('gatehouse_executions_total{result="retried"} 1');
});
