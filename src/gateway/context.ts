/** What every route of the gateway works with, and what the hooks leave on a request for it. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { must } from '../domain/errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Authenticator } from './authenticator.ts';
import type { RouteConfig } from './operation.ts';
import { BODY_BYTES_MAX, RawBody } from './request-body.ts';
import type { ParsedBody } from './request-body.ts';
import type { Caller, Services } from './services.port.ts';

export interface GatewayContext {
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  /** Whether anybody wants to know what a request began. */
  readonly traced: boolean;
  readonly now: () => number;
}

export type GatewayApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `operation()`. Routes of other plugins have none and are not checked here. */
    readonly operation?: RouteConfig['operation'];
    readonly rawBody?: boolean;
    readonly accepts?: readonly string[];
    readonly bodyLimit?: number | null;
    readonly exactMember?: string;
  }
  interface FastifyRequest {
    caller: Caller | null;
    /** Correlations of the lives that this request began; null when there are none or nobody asks. */
    begun: readonly string[] | null;
    parsedBody: ParsedBody | null;
  }
}

/** Who calls. Every operation that is not open has somebody. */
export function callerOf(request: Pick<FastifyRequest, 'caller'>): Caller {
  return must(request.caller, 'the operation asks for a key');
}

/** The bytes of the body, for routes that read them by themselves. */
export function rawBodyOf(request: { readonly body: unknown }): RawBody {
  return request.body instanceof RawBody ? request.body : new RawBody(Buffer.alloc(0), BODY_BYTES_MAX);
}

/** The body as it was parsed, with its text. */
export function parsedBodyOf(request: Pick<FastifyRequest, 'parsedBody'>): ParsedBody {
  return must(request.parsedBody, 'the operation takes a body');
}
