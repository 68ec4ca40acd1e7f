/** What waits for its time, and pauses. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import { optionalReasonSchema } from '../schemas/review.ts';
import {
  actionParams,
  cancelSchema,
  moveSchema,
  pauseInputSchema,
  pauseViewSchema,
  scheduledOutcomeSchema,
  scheduledQuerySchema,
  scheduledSchema,
} from '../schemas/schedule.ts';

const REFUSED = ['not_found', 'state_conflict', 'storage_full'] as const;
const OUTCOME = { 200: { description: 'What became of it.', schema: scheduledOutcomeSchema } };

export function registerScheduleRoutes(app: GatewayApp, context: GatewayContext): void {
  registerScheduled(app, context);
  registerPauses(app, context);
}

function registerScheduled(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/scheduled',
    operation('listScheduled', {
      tag: 'review',
      summary: 'List what waits for its time',
      description: 'By time. Each item says what the gate would say to it now.',
      request: { querystring: scheduledQuerySchema },
      answers: { 200: { description: 'One page of scheduled actions.', schema: pageOf(scheduledSchema) } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { limit, cursor, ...filters } = request.query;
      return services.listScheduled(callerOf(request), { ...pageQueryOf({ limit, cursor }), ...filters });
    },
  );

  app.get(
    '/v1/scheduled/:action',
    operation('getScheduled', {
      tag: 'review',
      summary: 'Read a scheduled action',
      description: 'What it waits for, and what the gate would say to it now.',
      request: { params: actionParams },
      answers: { 200: { description: 'The scheduled action.', schema: scheduledSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getScheduled(callerOf(request), request.params.action),
  );

  app.post(
    '/v1/scheduled/:action/cancel',
    operation('cancelScheduled', {
      tag: 'review',
      summary: 'Cancel a scheduled action',
      description: 'It never happens. In the time for a veto this is the veto.',
      request: { params: actionParams, body: cancelSchema },
      answers: OUTCOME,
      errors: REFUSED,
    }),
    async (request) => services.cancelScheduled(callerOf(request), request.params.action, request.body.reason),
  );

  app.post(
    '/v1/scheduled/:action/move',
    operation('moveScheduled', {
      tag: 'review',
      summary: 'Move a scheduled action',
      description:
        'It goes to the gate at that time, which may put it off again. Times for an undo or a veto are not shortened.',
      request: { params: actionParams, body: moveSchema },
      answers: OUTCOME,
      errors: REFUSED,
    }),
    async (request) => {
      const { at, reason = null } = request.body;
      return services.moveScheduled(callerOf(request), request.params.action, { at, reason });
    },
  );

  app.post(
    '/v1/scheduled/:action/send-now',
    operation('sendNow', {
      tag: 'review',
      summary: 'Let a scheduled action go now',
      description:
        'It goes through the gate at once, without waiting for an undo or a veto. The gate may still put it off.',
      request: { params: actionParams, body: optionalReasonSchema },
      answers: OUTCOME,
      errors: REFUSED,
    }),
    async (request) =>
      services.sendNow(callerOf(request), request.params.action, { reason: request.body.reason ?? null }),
  );
}

function registerPauses(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/pauses',
    operation('listPauses', {
      tag: 'review',
      summary: 'List pauses',
      description: 'Parts of the outreach that somebody has stopped for a while.',
      request: {},
      answers: { 200: { description: 'The pauses in force.', schema: z.object({ items: z.array(pauseViewSchema) }) } },
    }),
    async (request) => ({ items: [...(await services.listPauses(callerOf(request)))] }),
  );

  app.post(
    '/v1/pauses',
    operation('setPause', {
      tag: 'review',
      summary: 'Pause a part of the outreach',
      description:
        'From its commit on the gate puts off what it concerns, and permits that were granted before are not used any more.',
      request: { body: pauseInputSchema },
      answers: { 201: { description: 'It is paused.', schema: pauseViewSchema } },
      errors: REFUSED,
    }),
    async (request, reply) => {
      const { scope, value = '', reason } = request.body;
      return reply.code(201).send(await services.setPause(callerOf(request), { scope, value, reason }));
    },
  );

  app.delete(
    '/v1/pauses/:id',
    operation('releasePause', {
      tag: 'review',
      summary: 'End a pause',
      description: 'What it stopped goes to the gate again at once.',
      request: { params: idParams },
      answers: { 204: { description: 'It goes on.', schema: null } },
      errors: ['not_found'],
    }),
    async (request, reply) => {
      await services.releasePause(callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
