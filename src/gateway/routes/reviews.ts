/** Held actions, and what people do with them. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  assignmentSchema,
  bulkInputSchema,
  bulkPreviewInputSchema,
  bulkPreviewSchema,
  bulkResultSchema,
  optionalReasonSchema,
  reservationSchema,
  reviewDecidedSchema,
  reviewDecisionSchema,
  reviewQuerySchema,
  reviewSummarySchema,
  reviewViewSchema,
  sequenceParams,
  snoozeSchema,
} from '../schemas/review.ts';

const REFUSED = ['not_found', 'state_conflict', 'reserved', 'storage_full'] as const;
const AS_IT_IS = { 200: { description: 'The review as it is now.', schema: reviewViewSchema } };

export function registerReviewRoutes(app: GatewayApp, context: GatewayContext): void {
  registerReading(app, context);
  registerActs(app, context);
  registerBulk(app, context);
}

function registerReading(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/reviews',
    operation('listReviews', {
      tag: 'review',
      summary: 'List reviews',
      description:
        'Held actions that wait for a person, and those that were decided, by risk times age. What was put aside is listed with `state=snoozed` only.',
      request: { querystring: reviewQuerySchema },
      answers: { 200: { description: 'One page of reviews.', schema: pageOf(reviewViewSchema) } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { limit, cursor, ...filters } = request.query;
      return services.listReviews(callerOf(request), { ...pageQueryOf({ limit, cursor }), ...filters });
    },
  );

  app.get(
    '/v1/reviews/summary',
    operation('summarizeReviews', {
      tag: 'review',
      summary: 'Count what waits',
      description: 'How many reviews are open, overdue, put aside and yours, and how many were decided today.',
      request: {},
      answers: { 200: { description: 'The counts.', schema: reviewSummarySchema } },
    }),
    async (request) => services.summarizeReviews(callerOf(request)),
  );

  app.get(
    '/v1/reviews/:id',
    operation('getReview', {
      tag: 'review',
      summary: 'Read a review',
      description: 'The draft as the recipient would see it, its fingerprint, and why it is held.',
      request: { params: idParams },
      answers: { 200: { description: 'The review.', schema: reviewViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getReview(callerOf(request), request.params.id),
  );
}

function registerActs(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/reviews/:id/reservation',
    operation('reserveReview', {
      tag: 'review',
      summary: 'Take a review to work on',
      description: 'Until the time is over nobody else can take it or decide it. Taking it again prolongs it.',
      request: { params: idParams },
      answers: { 200: { description: 'It is yours until then.', schema: reservationSchema } },
      errors: REFUSED,
    }),
    async (request) => services.reserveReview(callerOf(request), request.params.id),
  );

  app.delete(
    '/v1/reviews/:id/reservation',
    operation('letGoReview', {
      tag: 'review',
      summary: 'Let a review go',
      description: 'Others may work on it again. It changes nothing when it is not yours.',
      request: { params: idParams },
      answers: { 204: { description: 'It is free.', schema: null } },
      errors: ['not_found'],
    }),
    async (request, reply) => {
      await services.letGoReview(callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/reviews/:id/decisions',
    operation('decideReview', {
      tag: 'review',
      summary: 'Decide a review',
      description:
        'Approves, edits, rejects or cancels a held action. The fingerprint is that of the draft that was read: if it has changed since, nothing happens. An approval waits until the time to undo it is over, and then goes through the gate again. An agent never approves, and nobody approves what they proposed.',
      request: { params: idParams, body: reviewDecisionSchema },
      answers: { 200: { description: 'The review and the action as they are now.', schema: reviewDecidedSchema } },
      errors: [...REFUSED, 'content_changed'],
    }),
    async (request) => {
      const { decision, fingerprint, reason = null, content = null, whole_sequence: whole } = request.body;
      return services.decideReview(callerOf(request), request.params.id, {
        decision,
        fingerprint,
        reason,
        content,
        ...(whole === undefined ? {} : { whole_sequence: whole }),
      });
    },
  );

  app.post(
    '/v1/reviews/:id/snooze',
    operation('snoozeReview', {
      tag: 'review',
      summary: 'Put a review aside',
      description: 'It is not listed among the open ones until then. It expires all the same.',
      request: { params: idParams, body: snoozeSchema },
      answers: AS_IT_IS,
      errors: REFUSED,
    }),
    async (request) => {
      const { until, reason = null } = request.body;
      return services.snoozeReview(callerOf(request), request.params.id, { until, reason });
    },
  );

  app.post(
    '/v1/reviews/:id/assignment',
    operation('assignReview', {
      tag: 'review',
      summary: 'Give a review to somebody',
      description: 'Says who should decide it. Others still may.',
      request: { params: idParams, body: assignmentSchema },
      answers: AS_IT_IS,
      errors: REFUSED,
    }),
    async (request) => {
      const { to, reason = null } = request.body;
      return services.assignReview(callerOf(request), request.params.id, { to, reason });
    },
  );

  app.post(
    '/v1/reviews/:id/undo',
    operation('undoReview', {
      tag: 'review',
      summary: 'Take an approval back',
      description:
        'Within the time that the policy allows. The action is held again, and what the approval told trust is withdrawn.',
      request: { params: idParams, body: optionalReasonSchema },
      answers: AS_IT_IS,
      errors: REFUSED,
    }),
    async (request) =>
      services.undoReview(callerOf(request), request.params.id, { reason: request.body.reason ?? null }),
  );
}

function registerBulk(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/reviews/bulk/preview',
    operation('previewReviews', {
      tag: 'review',
      summary: 'See what a decision about many would do',
      description: 'What the gate would say to each item on what is known now. Nothing is decided.',
      request: { body: bulkPreviewInputSchema },
      answers: { 200: { description: 'The consequences, grouped.', schema: bulkPreviewSchema } },
    }),
    async (request) => services.previewReviews(callerOf(request), request.body),
  );

  app.post(
    '/v1/reviews/bulk',
    operation('decideReviews', {
      tag: 'review',
      summary: 'Decide many reviews',
      description: 'Each item by itself: some may be refused while others are done. At most 100.',
      request: { body: bulkInputSchema },
      answers: { 200: { description: 'What became of each item.', schema: bulkResultSchema } },
      errors: ['storage_full'],
    }),
    async (request) => {
      const { decision, items, reason = null } = request.body;
      return services.decideReviews(callerOf(request), { decision, items, reason });
    },
  );

  app.post(
    '/v1/sequences/:sequence/decisions',
    operation('decideSequence', {
      tag: 'review',
      summary: 'Decide steps of a sequence',
      description: 'Every item must belong to it. A rejection cancels the other steps for the same contact.',
      request: { params: sequenceParams, body: bulkInputSchema },
      answers: { 200: { description: 'What became of each item.', schema: bulkResultSchema } },
      errors: ['storage_full'],
    }),
    async (request) => {
      const { decision, items, reason = null } = request.body;
      return services.decideSequence(callerOf(request), request.params.sequence, { decision, items, reason });
    },
  );
}
