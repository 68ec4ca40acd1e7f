/**
 * Puts the gateway together: what happens to every request, in which order, and which routes there are. A request is authenticated
 * before its body is read, its body is read before it is checked, and whatever goes wrong leaves as problem+json.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { GatehouseError } from '../domain/errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { AllowedMethods } from './allowed-methods.ts';
import { Authenticator } from './authenticator.ts';
import { answerClientError } from './client-error.ts';
import { endConnectionsOnClose } from './closing.ts';
import type { ConsoleFiles } from './console-files.port.ts';
import type { GatewayApp, GatewayContext } from './context.ts';
import { registerOpenApi } from './openapi.ts';
import { OPERATIONS, requirePermission } from './permissions.ts';
import { waitSeconds } from './prefer.ts';
import { sendProblem } from './problem.ts';
import { BODY_BYTES_MAX, checkBodyHeaders, parseBody, RawBody, readBody } from './request-body.ts';
import type { RequestTracer } from './request-tracer.port.ts';
import { registerAccountRoutes } from './routes/accounts.ts';
import { registerAdministrationRoutes } from './routes/administration.ts';
import { registerAuditRoutes } from './routes/audit.ts';
import { registerCadenceRoutes } from './routes/cadence.ts';
import { registerConsoleRoutes } from './routes/console.ts';
import { registerDecisionRoutes } from './routes/decisions.ts';
import { registerEgressRoutes } from './routes/egress.ts';
import { registerEventRoutes } from './routes/events.ts';
import { registerGateFactRoutes } from './routes/gate-facts.ts';
import { registerIdentityRoutes } from './routes/identity.ts';
import { registerImportRoutes } from './routes/imports.ts';
import { registerKeyGenerationRoutes } from './routes/key-generations.ts';
import { registerMemoryRoutes } from './routes/memory.ts';
import { registerNoteRoutes } from './routes/notes.ts';
import { registerOutcomeRoutes } from './routes/outcomes.ts';
import { registerOwnershipRoutes } from './routes/ownership.ts';
import { registerParkedRoutes } from './routes/parked.ts';
import { registerPastRoutes } from './routes/past.ts';
import { registerPatternRoutes } from './routes/patterns.ts';
import { registerPlayRoutes } from './routes/plays.ts';
import { registerPolicyRoutes } from './routes/policies.ts';
import { registerProposalRoutes } from './routes/proposals.ts';
import { registerReportRoutes } from './routes/reports.ts';
import { registerRetentionRoutes } from './routes/retention.ts';
import { registerReviewRoutes } from './routes/reviews.ts';
import { registerScheduleRoutes } from './routes/schedule.ts';
import { registerSenderRoutes } from './routes/senders.ts';
import { registerSessionRoutes } from './routes/sessions.ts';
import { registerStreamRoutes } from './routes/stream.ts';
import { registerSubjectRoutes } from './routes/subjects.ts';
import { registerSuppressionRoutes } from './routes/suppressions.ts';
import { registerSystemRoutes } from './routes/system.ts';
import { registerUncertainRoutes } from './routes/uncertain.ts';
import { registerViewRoutes } from './routes/views.ts';
import { registerWhatIfRoutes } from './routes/what-if.ts';
import type { Services } from './services.port.ts';
import { requireOwnPage, sessionSecretOf } from './session-cookie.ts';
import { validatorCompiler } from './validation.ts';

export interface GatewayOptions {
  readonly services: Services;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Nothing is traced without one. */
  readonly tracer?: RequestTracer | null;
  /** Nothing is shown at `/` without them. */
  readonly console?: ConsoleFiles | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The most bytes of a body; the records of an import have a limit of their own. */
  readonly maxBodyBytes?: number;
  /** How long a request may take to arrive, so that a slow sender cannot hold a connection for ever. */
  readonly requestTimeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** How often late requests are looked for. */
const CHECK_CONNECTIONS_MS = 10_000;
/** An external id has up to 256 characters, and each can take twelve when it is percent-encoded. */
const PATH_PARAMETER_MAX = 256 * 12;
const BODYLESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export function createGateway(options: GatewayOptions): FastifyInstance {
  const { services, logger, metrics, now, maxBodyBytes = BODY_BYTES_MAX } = options;
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const app: FastifyInstance = fastify({
    http: {
      // Node swaps the two when the headers may take longer than the whole request.
      headersTimeout: Math.min(requestTimeout, HEADERS_TIMEOUT_MS),
      connectionsCheckingInterval: Math.min(requestTimeout, CHECK_CONNECTIONS_MS),
    },
    loggerInstance: logger,
    // Requests are logged below, at debug: at info they would cost more than the signals do.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestTimeout,
    routerOptions: { maxParamLength: PATH_PARAMETER_MAX },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendProblem(error, request as FastifyRequest, reply),
    clientErrorHandler: answerClientError,
  });
  const tracer = options.tracer ?? null;
  const traced = tracer !== null;
  const context: GatewayContext = { services, metrics, now, traced, authenticator: new Authenticator(services, now) };

  endConnectionsOnClose(app);
  takeBodies(app, maxBodyBytes);
  authenticateRequests(app, context);
  observeRequests(app, metrics);
  if (tracer !== null) traceRequests(app, tracer, now);
  answerErrors(app);
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed where they are made; checking them again at run time would only cost.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  registerOpenApi(app);
  void app.register((scope, _options, done) => {
    registerRoutes(scope.withTypeProvider<ZodTypeProvider>(), context);
    registerConsoleRoutes(scope.withTypeProvider<ZodTypeProvider>(), options.console ?? null);
    done();
  });
  return app;
}

function registerRoutes(app: GatewayApp, context: GatewayContext): void {
  registerEventRoutes(app, context);
  registerProposalRoutes(app, context);
  registerDecisionRoutes(app, context);
  registerOutcomeRoutes(app, context);
  registerAccountRoutes(app, context);
  registerReviewRoutes(app, context);
  registerPatternRoutes(app, context);
  registerScheduleRoutes(app, context);
  registerParkedRoutes(app, context);
  registerPlayRoutes(app, context);
  registerCadenceRoutes(app, context);
  registerPolicyRoutes(app, context);
  registerSubjectRoutes(app, context);
  registerEgressRoutes(app, context);
  registerRetentionRoutes(app, context);
  registerNoteRoutes(app, context);
  registerIdentityRoutes(app, context);
  registerOwnershipRoutes(app, context);
  registerSenderRoutes(app, context);
  registerGateFactRoutes(app, context);
  registerSuppressionRoutes(app, context);
  registerKeyGenerationRoutes(app, context);
  registerMemoryRoutes(app, context);
  registerViewRoutes(app, context);
  registerUncertainRoutes(app, context);
  registerReportRoutes(app, context);
  registerAdministrationRoutes(app, context);
  registerSessionRoutes(app, context);
  registerStreamRoutes(app, context);
  registerAuditRoutes(app, context);
  registerPastRoutes(app, context);
  registerWhatIfRoutes(app, context);
  registerImportRoutes(app, context);
  registerSystemRoutes(app, context);
}

function takeBodies(app: FastifyInstance, maxBodyBytes: number): void {
  const limitOf = (request: FastifyRequest): number => request.routeOptions.config.bodyLimit ?? maxBodyBytes;
  app.decorateRequest('parsedBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, limitOf(request)),
  );

  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { accepts } = request.routeOptions.config;
    if (accepts === undefined || BODYLESS_METHODS.has(request.method)) {
      done(null, payload);
      return;
    }
    try {
      checkBodyHeaders(request, accepts, limitOf(request));
      done(null, payload);
    } catch (error) {
      done(error as GatehouseError);
    }
  });

  app.addHook('preValidation', (request, _reply, done) => {
    const { body } = request;
    const { operation, rawBody, exactMember = '' } = request.routeOptions.config;
    if (operation === undefined || rawBody === true || !(body instanceof RawBody)) {
      done();
      return;
    }
    try {
      request.parsedBody = body.isEmpty ? null : parseBody(body, exactMember, Number.POSITIVE_INFINITY);
      request.body = request.parsedBody?.value;
      done();
    } catch (error) {
      done(error as GatehouseError);
    }
  });
}

function authenticateRequests(app: FastifyInstance, { authenticator }: GatewayContext): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('begun', null);
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1') && route.config?.operation === undefined) {
      throw new Error(`${String(route.method)} ${route.url} names no operation, so nothing would check its key`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    const { operation } = request.routeOptions.config;
    if (operation === undefined || OPERATIONS[operation] === 'open') return;
    const { authorization } = request.headers;
    const secret = authorization === undefined ? sessionSecretOf(request.headers) : null;
    if (secret === null) request.caller = await authenticator.authenticate(authorization);
    else {
      requireOwnPage(request.method, request.headers);
      request.caller = await authenticator.authenticateSession(secret);
    }
    requirePermission(request.caller, operation);
  });
}

function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.httpRequests.inc({ method: request.method, route, status: reply.statusCode });
    // Who asks to wait is not waiting for us.
    const asked = waitSeconds(request.headers['prefer']) ?? 0;
    if (asked === 0) metrics.httpSeconds.observe({ route }, reply.elapsedTime / 1_000);
    request.log.debug({ route, status: reply.statusCode, ms: reply.elapsedTime }, 'answered');
    done();
  });
}

function traceRequests(app: FastifyInstance, tracer: RequestTracer, now: () => number): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route } = request.routeOptions;
    const { traceparent } = request.headers;
    if (route?.startsWith('/v1/') === true) {
      const to = now();
      tracer.requestAnswered({
        method: request.method,
        route,
        status: reply.statusCode,
        from: to - reply.elapsedTime,
        to,
        traceparent: typeof traceparent === 'string' ? traceparent : null,
        tenant: request.caller?.tenant ?? null,
        accepted: request.begun ?? [],
      });
    }
    done();
  });
}

function answerErrors(app: FastifyInstance): void {
  const allowed = new AllowedMethods();
  app.addHook('onRoute', (route) => allowed.add(route.url, route.method));
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    const methods = allowed.of(path);
    if (methods.length === 0) {
      throw new GatehouseError('not_found', 'There is no such path. `GET /openapi.json` lists the paths.');
    }
    reply.header('allow', methods.join(', '));
    throw new GatehouseError('method_not_allowed', `This path has ${methods.join(', ')}.`);
  });
}
