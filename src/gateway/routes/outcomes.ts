/** What followed: read from both ends, corrected and retracted. Outcomes come in with the events. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  outcomeCorrectionBody,
  outcomeCorrectionOf,
  outcomeRetractionBody,
  outcomesQuerySchema,
  outcomeViewSchema,
} from '../schemas/outcome.ts';

const AS_IT_IS = { 200: { description: 'The outcome as it is now.', schema: outcomeViewSchema } };

export function registerOutcomeRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/outcomes',
    operation('listOutcomes', {
      tag: 'governance',
      summary: 'List outcomes',
      description: 'What followed, the last first: of a decision, an action, an account, a contact, or of everything.',
      request: { querystring: outcomesQuerySchema },
      answers: { 200: { description: 'One page of outcomes.', schema: pageOf(outcomeViewSchema) } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { decision, action, account, contact, status, ...page } = request.query;
      const query = { ...pageQueryOf(page), decision, action, account, contact, status };
      return services.listOutcomes(callerOf(request), query);
    },
  );

  app.get(
    '/v1/outcomes/:id',
    operation('getOutcome', {
      tag: 'governance',
      summary: 'Read an outcome',
      description:
        'An outcome with the decision, action, sequence and play that led to it, and the window that says so.',
      request: { params: idParams },
      answers: { 200: { description: 'The outcome.', schema: outcomeViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getOutcome(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/outcomes/:id/corrections',
    operation('correctOutcome', {
      tag: 'governance',
      summary: 'Correct an outcome',
      description:
        'What it was, when, what it was worth, or what it followed. Its link is computed again, and trust takes back what it was given for the outcome as it was.',
      request: { params: idParams, body: outcomeCorrectionBody },
      answers: AS_IT_IS,
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => services.correctOutcome(callerOf(request), request.params.id, outcomeCorrectionOf(request.body)),
  );

  app.post(
    '/v1/outcomes/:id/retraction',
    operation('retractOutcome', {
      tag: 'governance',
      summary: 'Retract an outcome',
      description:
        'It did not happen. It is linked to nothing, and trust takes back what it was given for it. Prohibitions that came with it, such as a suppression, stay until somebody lifts them.',
      request: { params: idParams, body: outcomeRetractionBody },
      answers: AS_IT_IS,
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => services.retractOutcome(callerOf(request), request.params.id, request.body.reason),
  );
}
