/** What people correct again and again, and the rules that follow from it. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  patternConfirmationSchema,
  patternDetailSchema,
  patternDismissalSchema,
  patternDismissedSchema,
  patternSchema,
} from '../schemas/pattern.ts';
import { policyProposalSchema } from '../schemas/policy.ts';

export function registerPatternRoutes(app: GatewayApp, { services: { patterns } }: GatewayContext): void {
  app.get(
    '/v1/patterns',
    operation('listPatterns', {
      tag: 'review',
      summary: 'List what is corrected again and again',
      description:
        'Equal corrections of one class of drafts within 90 days: at least three, and at least half of the reviews of the class. The strongest comes first; all are on one page. Dismissed ones return when as many corrections as make one have come since.',
      request: {},
      answers: { 200: { description: 'The patterns.', schema: pageOf(patternSchema) } },
    }),
    async (request) => ({ items: [...(await patterns.list(callerOf(request)))], next_cursor: null }),
  );

  app.get(
    '/v1/patterns/:id',
    operation('getPattern', {
      tag: 'review',
      summary: 'Read a pattern and try its rule on the past',
      description: 'Decides the recorded decisions of the last 30 days again with the suggested rule. Writes nothing.',
      request: { params: idParams },
      answers: { 200: { description: 'The pattern and its back-test.', schema: patternDetailSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => patterns.get(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/patterns/:id/confirmation',
    operation('confirmPattern', {
      tag: 'review',
      summary: 'Confirm a pattern',
      description:
        'Proposes the policy in force with the suggested rule or an edited one. It comes into force when an owner of the rules has approved it. Only people confirm.',
      request: { params: idParams, body: patternConfirmationSchema },
      answers: { 201: { description: 'The proposed policy.', schema: policyProposalSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request, reply) => {
      const { rule = null, reason = null } = request.body;
      return reply.code(201).send(await patterns.confirm(callerOf(request), request.params.id, { rule, reason }));
    },
  );

  app.post(
    '/v1/patterns/:id/dismissal',
    operation('dismissPattern', {
      tag: 'review',
      summary: 'Dismiss a pattern',
      description:
        'It is not listed again until as many corrections as make a pattern have come since. Only people dismiss.',
      request: { params: idParams, body: patternDismissalSchema },
      answers: { 200: { description: 'The pattern that was dismissed.', schema: patternDismissedSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => patterns.dismiss(callerOf(request), request.params.id, request.body.reason),
  );
}
