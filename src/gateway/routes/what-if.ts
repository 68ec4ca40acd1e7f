/** One decision beside another, and beside what the gate would have said otherwise. */
import type { z } from 'zod';

import type { Change } from '../../domain/counterfactual.ts';
import { must } from '../../domain/errors.ts';
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  comparisonQuerySchema,
  comparisonSchema,
  counterfactualQuerySchema,
  counterfactualSchema,
} from '../schemas/what-if.ts';

function changeOf({ change, owner, threshold, value }: z.infer<typeof counterfactualQuerySchema>): Change {
  switch (change) {
    case 'no_cooldown':
      return { kind: 'no_cooldown' };
    case 'owner':
      return { kind: 'owner', owner: owner === 'nobody' ? null : must(owner, 'the schema asks for an owner') };
    case 'threshold':
      return {
        kind: 'threshold',
        threshold: must(threshold, 'the schema asks for a threshold'),
        value: must(value, 'the schema asks for a value'),
      };
  }
}

export function registerWhatIfRoutes(app: GatewayApp, { services }: GatewayContext): void {
  const { whatIf } = services;
  app.get(
    '/v1/decisions/:id/comparison',
    operation('compareDecisions', {
      tag: 'governance',
      summary: 'Compare two decisions',
      description: 'What differs between them, and which checks of the gate came out otherwise.',
      request: { params: idParams, querystring: comparisonQuerySchema },
      answers: { 200: { description: 'What differs.', schema: comparisonSchema } },
      errors: ['not_found'],
    }),
    async (request) => whatIf.compare(callerOf(request), request.params.id, request.query.with),
  );

  app.get(
    '/v1/decisions/:id/counterfactual',
    operation('getCounterfactual', {
      tag: 'governance',
      summary: 'Ask the gate what it would have said otherwise',
      description:
        'Evaluates the last evaluation of the decision again with one thing changed: without the cooldown, with another owner, or with another threshold of the policy. A simulation: nothing is written, and what would have followed is not known.',
      request: { params: idParams, querystring: counterfactualQuerySchema },
      answers: { 200: { description: 'Then, and with the change.', schema: counterfactualSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => whatIf.counterfactual(callerOf(request), request.params.id, changeOf(request.query)),
  );
}
