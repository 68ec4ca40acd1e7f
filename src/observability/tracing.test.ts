/** One life is one trace, whoever takes part in it, and nothing that somebody wrote is in it. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';

import type { CommittedBatch, ExecutionReport } from '../actors/observer.port.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import type { TracedRequest } from '../gateway/request-tracer.port.ts';
import { GEN_AI_CONTENT } from './gen-ai.ts';
import { lifeIdsOf } from './trace-ids.ts';
import { createTracing } from './tracing.ts';
import type { Tracing } from './tracing.ts';

const tenant = asId<TenantId>('acme');
const NOW = Date.UTC(2026, 10, 21, 10);
const CALLER_TRACE = 'a'.repeat(32);

const request: TracedRequest = {
  method: 'POST',
  route: '/v1/signals',
  status: 202,
  from: NOW,
  to: NOW + 10,
  traceparent: `00-${CALLER_TRACE}-${'b'.repeat(16)}-01`,
  tenant,
  accepted: ['cor_1'],
};

const decision = { tenant, id: 'dec_1', correlation: 'cor_1' };
const batch: CommittedBatch = {
  drafts: { length: 5 },
  processed: [
    {
      message: { tenant, source: '/crm', id: 'e', type: 'signal.received', at: NOW + 1, correlation: null },
      correlation: 'cor_1',
      error: null,
    },
  ],
  decisions: [{ ...decision, engine: 'rules@1', actionType: 'crm_update', verdict: 'none' }],
  decisionUpdates: [{ ...decision, verdict: 'pass' }],
};
const report: ExecutionReport = {
  tenant,
  decision: 'dec_1',
  correlation: 'cor_1',
  permit: 'prm_1',
  actionType: 'crm_update',
  channel: 'crm',
  mode: 'sandbox',
  result: 'sent',
  latencyMs: 100,
  claimed: [NOW + 20, NOW + 25],
  sent: [NOW + 25, NOW + 28],
  recorded: [NOW + 28, NOW + 30],
};

async function spansOf(tell: (tracing: Tracing) => void, share = 1): Promise<readonly ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  let spans: readonly ReadableSpan[] = [];
  const keep = exporter.shutdown.bind(exporter);
  // A shutdown empties the exporter.
  exporter.shutdown = () => {
    spans = exporter.getFinishedSpans();
    return keep();
  };
  const tracing = createTracing({ hostId: 'host_1', share, exporter });
  tell(tracing);
  await tracing.stop();
  return spans;
}

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const [span, ...more] = spans.filter((item) => item.name === name);
  if (span === undefined || more.length > 0) throw new Error(`not one span ${name}`);
  return span;
};

describe('a life', () => {
  const { traceId, rootSpanId } = lifeIdsOf(tenant, 'cor_1');

  test('has one trace, though two hosts tell of it that know nothing of each other', async () => {
    const accepted = await spansOf((tracing) => tracing.requestAnswered(request));
    const processed = await spansOf((tracing) => {
      tracing.batchCommitted(0, 1, batch, [NOW + 12, NOW + 18]);
      tracing.executed(report);
    });
    const life = [...accepted, ...processed].filter((span) => span.spanContext().traceId === traceId);
    expect(life.map((span) => span.name).toSorted()).toEqual([
      'accept',
      'claim',
      'decide',
      'execute',
      'process signal.received',
      'record',
      'send',
    ]);
    const ids = new Set(life.map((span) => span.spanContext().spanId));
    expect(ids.size).toBe(life.length);
    for (const { name, parentSpanContext } of life)
      expect(parentSpanContext === undefined ? name : ids.has(parentSpanContext.spanId)).toBe(
        parentSpanContext === undefined ? 'process signal.received' : true,
      );
    expect(named(life, 'process signal.received').spanContext().spanId).toBe(rootSpanId);
  });

  test('says what was decided and what became of it', async () => {
    const spans = await spansOf((tracing) => {
      tracing.batchCommitted(0, 1, batch, [NOW + 12, NOW + 18]);
      tracing.executed({ ...report, result: 'uncertain' });
    });
    expect(named(spans, 'decide').attributes).toEqual({
      'gatehouse.decision': 'dec_1',
      'gatehouse.engine': 'rules@1',
      'gatehouse.action_type': 'crm_update',
      'gatehouse.verdict': 'pass',
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'rules@1',
      'gen_ai.conversation.id': 'cor_1',
    });
    const execute = named(spans, 'execute');
    expect(execute.attributes).toMatchObject({ 'gatehouse.decision': 'dec_1', 'gatehouse.result': 'uncertain' });
    expect(execute.status.code).toBe(SpanStatusCode.ERROR);
    expect(named(spans, 'send').kind).toBe(SpanKind.CLIENT);
    expect(named(spans, 'process signal.received').startTime).toEqual([(NOW + 1 - ((NOW + 1) % 1_000)) / 1_000, 1e6]);
  });

  test('goes on with a verdict after a review, under the same decision', async () => {
    const spans = await spansOf((tracing) =>
      tracing.batchCommitted(0, 1, { ...batch, processed: [], decisions: [] }, [NOW, NOW + 5]),
    );
    expect(named(spans, 'decide again').spanContext().traceId).toBe(traceId);
  });

  test('of another tenant has another trace', () => {
    expect(lifeIdsOf('other', 'cor_1').traceId).not.toBe(traceId);
  });
});

describe('a request', () => {
  test('stays in the trace of its caller, and links to the life as the life does to it', async () => {
    const spans = await spansOf((tracing) => tracing.requestAnswered(request));
    const span = named(spans, 'POST /v1/signals');
    expect(span.spanContext().traceId).toBe(CALLER_TRACE);
    expect(span.parentSpanContext?.spanId).toBe('b'.repeat(16));
    expect(span.links.map(({ context }) => context.traceId)).toEqual([lifeIdsOf(tenant, 'cor_1').traceId]);
    expect(named(spans, 'accept').links[0]?.context).toMatchObject({
      traceId: CALLER_TRACE,
      spanId: span.spanContext().spanId,
    });
  });

  test.each([[null], ['rubbish'], [`00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`]])(
    'with the header %s has a trace of its own',
    async (traceparent) => {
      const spans = await spansOf((tracing) => tracing.requestAnswered({ ...request, traceparent }));
      expect(named(spans, 'POST /v1/signals').parentSpanContext).toBeUndefined();
    },
  );

  test('whose caller keeps nothing is not kept; the life is', async () => {
    const traceparent = `00-${CALLER_TRACE}-${'b'.repeat(16)}-00`;
    const spans = await spansOf((tracing) => tracing.requestAnswered({ ...request, traceparent }));
    expect(spans.map((span) => span.name)).toEqual(['accept']);
    expect(spans[0]?.links[0]?.context.traceId).toBe(CALLER_TRACE);
  });

  test('that failed is marked', async () => {
    const spans = await spansOf((tracing) => tracing.requestAnswered({ ...request, status: 503, accepted: [] }));
    expect(named(spans, 'POST /v1/signals').status.code).toBe(SpanStatusCode.ERROR);
  });
});

test('a share keeps whole lives, the same ones everywhere', async () => {
  const lives = Array.from({ length: 200 }, (_, index) => `cor_${index}`);
  const kept = async (): Promise<readonly string[]> => {
    const spans = await spansOf((tracing) => {
      for (const correlation of lives) tracing.executed({ ...report, correlation });
    }, 0.25);
    expect(spans.length % 4).toBe(0);
    return spans.filter((span) => span.name === 'execute').map((span) => span.spanContext().traceId);
  };
  const [one, other] = [await kept(), await kept()];
  expect(one).toEqual(other);
  expect(one.length).toBeGreaterThan(20);
  expect(one.length).toBeLessThan(80);
});

test('what was sealed, and why a message was parked, is in no span', async () => {
  const message = { ...batch.processed[0]!.message, sealed: { subject: 'per_1', text: 'maria@acme.com' } };
  const spans = await spansOf((tracing) =>
    tracing.batchCommitted(
      0,
      1,
      { ...batch, processed: [{ message, correlation: 'cor_1', error: 'TypeError: maria@acme.com' }] },
      [NOW, NOW + 1],
    ),
  );
  expect(named(spans, 'process signal.received').status).toEqual({ code: SpanStatusCode.ERROR });
  const told = spans.map(({ name, attributes, links, events, status }) => ({
    name,
    attributes,
    links,
    events,
    status,
  }));
  expect(JSON.stringify(told)).not.toMatch(/maria|per_1/);
});

describe('a call of a model', () => {
  test('is named as the conventions want it, and says nothing of what was asked', async () => {
    const call = { provider: 'voyage', model: 'voyage-3.5', dimensions: 1024, purpose: 'question' } as const;
    const spans = await spansOf((tracing) => {
      tracing.modelCalled({ ...call, result: 'answered', time: [NOW, NOW + 80] });
      tracing.modelCalled({ ...call, result: 'fallback', time: [NOW, NOW + 90] });
    });
    expect(spans.map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
      ['embeddings voyage-3.5', SpanKind.CLIENT, SpanStatusCode.UNSET],
      ['embeddings voyage-3.5', SpanKind.CLIENT, SpanStatusCode.ERROR],
    ]);
    expect(spans[0]?.attributes).toEqual({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'voyage',
      'gen_ai.request.model': 'voyage-3.5',
      'gen_ai.embeddings.dimension.count': 1024,
      'gatehouse.purpose': 'question',
    });
  });

  test('and a decision, carry no attribute for content', async () => {
    const spans = await spansOf((tracing) => {
      tracing.requestAnswered(request);
      tracing.batchCommitted(0, 1, batch, [NOW + 12, NOW + 18]);
      tracing.executed(report);
    });
    const names = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect(GEN_AI_CONTENT.filter((name) => names.has(name))).toEqual([]);
  });
});
