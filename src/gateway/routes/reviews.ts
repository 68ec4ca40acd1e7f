/** Held actions, and what a person decides about them. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import { reviewDecidedSchema, reviewDecisionSchema, reviewQuerySchema, reviewViewSchema } from '../schemas/review.ts';

export function registerReviewRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/reviews',
    operation('listReviews', {
      tag: 'review',
      summary: 'List reviews',
      description: 'Held actions that wait for a person, and those that were decided.',
      request: { querystring: reviewQuerySchema },
      answers: { 200: { description: 'One page of reviews.', schema: pageOf(reviewViewSchema) } },
    }),
    async (request) => {
      const { state } = request.query;
      return services.listReviews(callerOf(request), { ...pageQueryOf(request.query), state });
    },
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

  app.post(
    '/v1/reviews/:id/decisions',
    operation('decideReview', {
      tag: 'review',
      summary: 'Decide a review',
      description:
        'Approves, edits, rejects or cancels a held action. The fingerprint is that of the draft that was read: if it has changed since, nothing happens. An edit goes through the gate again. An agent never approves, and nobody approves what they proposed.',
      request: { params: idParams, body: reviewDecisionSchema },
      answers: { 200: { description: 'The review and the action as they are now.', schema: reviewDecidedSchema } },
      errors: ['not_found', 'state_conflict', 'content_changed', 'storage_full'],
    }),
    async (request) => {
      const { decision, fingerprint, reason = null, content = null } = request.body;
      return services.decideReview(callerOf(request), request.params.id, { decision, fingerprint, reason, content });
    },
  );
}
