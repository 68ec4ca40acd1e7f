/**
 * Traces for OpenTelemetry, from what the runtime and the gateway say anyway: spans are made when something has ended, with the times it
 * took, so nothing has to be carried along while it runs. A request is a span in the trace of its caller; a life (one signal and all that
 * follows from it) has a trace of its own, and both link to each other. No text that anybody wrote, and nothing about a person, is ever put
 * into a span.
 */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Context, Link, SpanContext, Tracer } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { IdGenerator, SpanExporter } from '@opentelemetry/sdk-trace';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';

import packageJson from '../../package.json' with { type: 'json' };
import type {
  CommittedBatch,
  ExecutionReport,
  ExecutionResult,
  RuntimeObserver,
  Span,
} from '../actors/observer.port.ts';
import type { RequestTracer, TracedRequest } from '../gateway/request-tracer.port.ts';
import { GEN_AI, GEN_AI_OPERATION } from './gen-ai.ts';
import type { ModelCall } from './model-call.ts';
import { lifeIdsOf } from './trace-ids.ts';
import type { LifeIds } from './trace-ids.ts';

export interface TracingOptions {
  readonly hostId: string;
  /** The share of traces that is kept, 0 to 1. It follows from the trace id, so all hosts keep the same ones. */
  readonly share: number;
  /** Where spans go; by default to the collector that the standard variables name. */
  readonly exporter?: SpanExporter;
}

/** Exporting a span may fail; nobody waits for it and nothing is thrown. */
export interface Tracing extends RequestTracer, Pick<RuntimeObserver, 'batchCommitted' | 'executed'> {
  modelCalled(call: ModelCall): void;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/** A message that was accepted longer ago than this was not waiting all the time: its tenant lives in another time. */
const WAITED_MAX_MS = 60 * 60 * 1_000;
const FAILED: ReadonlySet<ExecutionResult> = new Set(['refused', 'failed', 'uncertain', 'expired']);

/** Random ids, except where the next span is the root of a life. */
class LifeIdGenerator implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  next: LifeIds | null = null;

  generateTraceId(): string {
    return this.next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.next?.rootSpanId ?? this.#random.generateSpanId();
  }
}

interface SpanParts {
  readonly name: string;
  readonly time: Span;
  readonly attributes?: Attributes;
  readonly links?: readonly Link[];
  readonly kind?: SpanKind;
  readonly failed?: boolean;
}

export function createTracing(options: TracingOptions): Tracing {
  const ids = new LifeIdGenerator();
  const provider = new TracerProvider({
    idGenerator: ids,
    // Not by the decision of a parent: the parts of a life never meet, and its id is all that they share.
    sampler: new TraceIdRatioBasedSampler(options.share),
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          [ATTR_SERVICE_NAME]: 'gatehouse',
          [ATTR_SERVICE_VERSION]: packageJson.version,
          [ATTR_SERVICE_INSTANCE_ID]: options.hostId,
        }),
      )
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: options.exporter ?? new OTLPTraceExporter() })],
  });
  const tracer: Tracer = provider.getTracer('gatehouse', packageJson.version);

  function record(context: Context, { name, time: [from, to], failed, ...rest }: SpanParts): SpanContext {
    const span = tracer.startSpan(
      name,
      {
        startTime: from,
        kind: rest.kind ?? SpanKind.INTERNAL,
        attributes: rest.attributes ?? {},
        links: [...(rest.links ?? [])],
      },
      context,
    );
    if (failed === true) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(to);
    return span.spanContext();
  }

  /** The span that stands for the whole life in its trace; whoever begins the life records it, once. */
  function recordRoot(life: LifeIds, parts: SpanParts): void {
    ids.next = life;
    record(ROOT_CONTEXT, parts);
    ids.next = null;
  }

  return {
    requestAnswered(request) {
      const lives = request.accepted.map((correlation) => lifeIdsOf(request.tenant ?? '', correlation));
      const caller = request.traceparent === null ? null : parseTraceParent(request.traceparent);
      // A caller who keeps nothing of his trace does not want our part of it; the lives are ours.
      const link =
        caller !== null && (caller.traceFlags & TraceFlags.SAMPLED) === 0
          ? caller
          : record(caller === null ? ROOT_CONTEXT : under(caller), requestSpan(request, lives));
      for (const [index, life] of lives.entries())
        record(under(rootOf(life)), {
          name: 'accept',
          time: [request.from, request.to],
          kind: SpanKind.PRODUCER,
          links: [{ context: link }],
          attributes: lifeAttributes(request.tenant ?? '', request.accepted[index] ?? ''),
        });
    },

    batchCommitted(lane, messages, batch, time) {
      const links = batch.processed.flatMap(({ message, correlation }): Link[] =>
        correlation === null ? [] : [{ context: rootOf(lifeIdsOf(message.tenant, correlation)) }],
      );
      const commit = record(ROOT_CONTEXT, {
        name: 'commit batch',
        time,
        links,
        attributes: {
          'gatehouse.lane': lane,
          'gatehouse.messages': messages,
          'gatehouse.events': batch.drafts.length,
        },
      });
      for (const row of batch.processed) recordMessage(row, commit, time);
      recordDecisions(batch, time);
    },

    executed(report) {
      const life = lifeIdsOf(report.tenant, report.correlation);
      const parent = record(under(rootOf(life)), executionSpan(report));
      record(under(parent), { name: 'claim', time: report.claimed });
      if (report.sent !== null)
        record(under(parent), {
          name: 'send',
          time: report.sent,
          kind: SpanKind.CLIENT,
          attributes: { 'gatehouse.channel': report.channel },
        });
      record(under(parent), { name: 'record', time: report.recorded });
    },

    modelCalled({ purpose, result, provider, model, dimensions, time }) {
      record(ROOT_CONTEXT, {
        name: `${GEN_AI_OPERATION.embeddings} ${model}`,
        time,
        kind: SpanKind.CLIENT,
        attributes: {
          [GEN_AI.operation]: GEN_AI_OPERATION.embeddings,
          [GEN_AI.provider]: provider,
          [GEN_AI.requestModel]: model,
          [GEN_AI.embeddingDimensions]: dimensions,
          'gatehouse.purpose': purpose,
        },
        failed: result !== 'answered',
      });
    },

    async stop() {
      // A collector that is gone must not keep the process from ending well.
      await provider.shutdown().catch(() => {});
    },
  };

  function recordMessage(
    { message, correlation, error }: CommittedBatch['processed'][number],
    commit: SpanContext,
    [from, to]: Span,
  ): void {
    if (correlation === null) return;
    const life = lifeIdsOf(message.tenant, correlation);
    const waited = from - message.at;
    const parts: SpanParts = {
      name: `process ${message.type}`,
      time: [waited > 0 && waited < WAITED_MAX_MS ? message.at : from, to],
      kind: SpanKind.CONSUMER,
      links: [{ context: commit }],
      attributes: { ...lifeAttributes(message.tenant, correlation), 'gatehouse.message': message.type },
      failed: error !== null,
    };
    // A message that brings no correlation begins a life.
    if (message.correlation === null) recordRoot(life, parts);
    else record(under(rootOf(life)), parts);
  }

  /** A verdict about a decision of the same batch stands on its span; one that follows a review or a timer has its own. */
  function recordDecisions({ decisions, decisionUpdates }: CommittedBatch, time: Span): void {
    const verdicts = new Map(decisionUpdates.map((update) => [`${update.tenant}/${update.id}`, update]));
    for (const { tenant, id, correlation, engine, actionType, verdict } of decisions) {
      const update = verdicts.get(`${tenant}/${id}`);
      verdicts.delete(`${tenant}/${id}`);
      record(under(rootOf(lifeIdsOf(tenant, correlation))), {
        name: 'decide',
        time,
        attributes: {
          'gatehouse.decision': id,
          'gatehouse.engine': engine,
          [GEN_AI.operation]: GEN_AI_OPERATION.invokeAgent,
          [GEN_AI.agent]: engine,
          [GEN_AI.conversation]: correlation,
          'gatehouse.action_type': actionType,
          'gatehouse.verdict': update?.verdict ?? verdict,
        },
      });
    }
    for (const { tenant, id, correlation, verdict } of verdicts.values())
      record(under(rootOf(lifeIdsOf(tenant, correlation))), {
        name: 'decide again',
        time,
        attributes: { 'gatehouse.decision': id, 'gatehouse.verdict': verdict },
      });
  }
}

function under(parent: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

function rootOf({ traceId, rootSpanId }: LifeIds): SpanContext {
  return { traceId, spanId: rootSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

function lifeAttributes(tenant: string, correlation: string): Attributes {
  return { 'gatehouse.tenant': tenant, 'gatehouse.correlation': correlation };
}

function requestSpan(request: TracedRequest, lives: readonly LifeIds[]): SpanParts {
  return {
    name: `${request.method} ${request.route}`,
    time: [request.from, request.to],
    kind: SpanKind.SERVER,
    links: lives.map((life) => ({ context: rootOf(life) })),
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: request.method,
      [ATTR_HTTP_ROUTE]: request.route,
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: request.status,
    },
    failed: request.status >= 500,
  };
}

function executionSpan(report: ExecutionReport): SpanParts {
  return {
    name: 'execute',
    time: [report.claimed[0], report.recorded[1]],
    attributes: {
      ...lifeAttributes(report.tenant, report.correlation),
      'gatehouse.decision': report.decision,
      'gatehouse.permit': report.permit,
      'gatehouse.action_type': report.actionType,
      'gatehouse.channel': report.channel,
      'gatehouse.mode': report.mode,
      'gatehouse.result': report.result,
    },
    failed: FAILED.has(report.result),
  };
}
