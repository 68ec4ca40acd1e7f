/** What comes in: signals and outcomes. 202 means that every event of the request is stored for good. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { GatehouseError } from '../../domain/errors.ts';
import { BATCH_TYPE, EVENT_MEDIA_TYPES, receiveEvents, repointFaults, STRUCTURED_TYPE } from '../cloud-events.ts';
import type { ReceivedEvents } from '../cloud-events.ts';
import { callerOf, rawBodyOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { OUTCOME_CATALOGUE, SIGNAL_CATALOGUE } from '../event-catalogue.ts';
import type { EventCatalogue } from '../event-catalogue.ts';
import { followSignals } from '../follow-signals.ts';
import { operation } from '../operation.ts';
import { waitSeconds } from '../prefer.ts';
import {
  acceptedSchema,
  eventHeadersSchema,
  followedSchema,
  outcomeBatchSchema,
  outcomesBodySchema,
  outcomeSchema,
  signalBatchSchema,
  signalHeadersSchema,
  signalsBodySchema,
  signalSchema,
} from '../schemas/event.ts';
import type { AcceptResult, Caller, EventInput } from '../services.port.ts';
import { describingCompiler } from '../validation.ts';

type Accepted = Extract<AcceptResult, { readonly status: 'accepted' }>;
type Accept = (caller: Caller, events: readonly EventInput[]) => Promise<readonly AcceptResult[]>;

const ENVELOPE =
  'CloudEvents 1.0: one event (`application/cloudevents+json` or `application/json`), a batch of up to 1,000 (`application/cloudevents-batch+json`, or an array as `application/json`), or binary mode with `ce-…` headers. A batch is all or nothing. The data is kept byte for byte.';

const EVENT_ERRORS = ['unknown_type', 'time_in_future', 'conflict', 'too_many_events', 'storage_full'] as const;
const EVENT_CONFIG = { rawBody: true, accepts: EVENT_MEDIA_TYPES };

export function registerEventRoutes(app: GatewayApp, context: GatewayContext): void {
  const { services, metrics } = context;

  app.post(
    '/v1/signals',
    {
      ...operation(
        'acceptSignals',
        {
          tag: 'ingest',
          summary: 'Send signals',
          description: `${ENVELOPE} With \`Prefer: wait=10\` the answer is 200 and tells what was decided, or why nothing was; the wait is at most 30 seconds, and 202 after that.`,
          request: { body: signalsBodySchema, headers: signalHeadersSchema },
          bodyByType: {
            'application/json': signalsBodySchema,
            [STRUCTURED_TYPE]: signalSchema,
            [BATCH_TYPE]: signalBatchSchema,
          },
          answers: {
            200: {
              description: 'Stored, and this is what it led to. Only with `Prefer: wait`.',
              schema: followedSchema,
            },
            202: { description: 'Stored.', schema: acceptedSchema },
          },
          errors: EVENT_ERRORS,
        },
        EVENT_CONFIG,
      ),
      validatorCompiler: describingCompiler,
    },
    async (request, reply) => {
      const { received, accepted } = await acceptEvents(request, SIGNAL_CATALOGUE, context, (caller, events) =>
        services.acceptSignals(caller, events),
      );
      for (const [index, { duplicate }] of accepted.entries()) {
        const type = received.events[index]?.type;
        if (!duplicate && type !== undefined) metrics.signals.inc({ type });
      }
      return answerSignals(request, reply, accepted, context);
    },
  );

  app.post(
    '/v1/outcomes',
    {
      ...operation(
        'acceptOutcomes',
        {
          tag: 'ingest',
          summary: 'Send outcomes',
          description: `${ENVELOPE} The type is the outcome; it is linked to the decision that it followed, if there was one.`,
          request: { body: outcomesBodySchema, headers: eventHeadersSchema },
          bodyByType: {
            'application/json': outcomesBodySchema,
            [STRUCTURED_TYPE]: outcomeSchema,
            [BATCH_TYPE]: outcomeBatchSchema,
          },
          answers: { 202: { description: 'Stored.', schema: acceptedSchema } },
          errors: EVENT_ERRORS,
        },
        EVENT_CONFIG,
      ),
      validatorCompiler: describingCompiler,
    },
    async (request, reply) => {
      const { accepted } = await acceptEvents(request, OUTCOME_CATALOGUE, context, (caller, events) =>
        services.acceptOutcomes(caller, events),
      );
      return reply.code(202).send(acceptedBody(accepted));
    },
  );
}

async function acceptEvents(
  request: FastifyRequest,
  catalogue: EventCatalogue,
  { now, traced }: GatewayContext,
  accept: Accept,
): Promise<{ readonly received: ReceivedEvents; readonly accepted: readonly Accepted[] }> {
  const received = receiveEvents(rawBodyOf(request), request.headers, { catalogue, now: now() });
  if (received.events.length === 0) return { received, accepted: [] };
  try {
    const accepted = refuseConflicts(await accept(callerOf(request), received.events));
    if (traced)
      request.begun = accepted.flatMap(({ duplicate, correlation }) =>
        duplicate || correlation === null ? [] : [correlation],
      );
    return { received, accepted };
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.faults.length === 0) throw error;
    const faults = repointFaults(error.faults, received.mode);
    throw new GatehouseError(error.code, error.message, { faults, cause: error });
  }
}

/** A conflict refuses the whole request; its faults point to the events that were sent before with different content. */
function refuseConflicts(results: readonly AcceptResult[]): readonly Accepted[] {
  const accepted = results.filter((result) => result.status === 'accepted');
  if (accepted.length === results.length) return accepted;
  const faults = results.flatMap((result, index) =>
    result.status === 'conflict'
      ? [{ pointer: `/${index}/id`, detail: 'was accepted before with different content' }]
      : [],
  );
  throw new GatehouseError(
    'conflict',
    'Events with the same source and id were accepted before with different content.',
    { faults },
  );
}

async function answerSignals(
  request: FastifyRequest,
  reply: FastifyReply,
  accepted: readonly Accepted[],
  { services }: GatewayContext,
): Promise<FastifyReply> {
  const seconds = waitSeconds(request.headers['prefer']);
  const followed =
    seconds === null
      ? null
      : await followSignals(services, callerOf(request), accepted, seconds * 1_000, () => reply.raw.destroyed);
  if (followed === null) return reply.code(202).send(acceptedBody(accepted));
  return reply
    .code(200)
    .header('preference-applied', `wait=${seconds}`)
    .send({ ...acceptedBody(accepted), ...followed });
}

function acceptedBody(accepted: readonly Accepted[]) {
  return { accepted: accepted.map(({ id, duplicate, correlation }) => ({ id, duplicate, correlation })) };
}
