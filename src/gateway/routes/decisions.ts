/** What was decided, why, and whether deciding again gives the same. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  correlationParams,
  decisionQuerySchema,
  decisionViewSchema,
  machineViewSchema,
  replayViewSchema,
  traceStepSchema,
  traceViewSchema,
} from '../schemas/decision.ts';

export function registerDecisionRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/decisions',
    operation('listDecisions', {
      tag: 'governance',
      summary: 'List decisions',
      description: 'Newest first. Filters can be combined.',
      request: { querystring: decisionQuerySchema },
      answers: { 200: { description: 'One page of decisions.', schema: pageOf(decisionViewSchema) } },
    }),
    async (request) => {
      const { account, contact, verdict, correlation } = request.query;
      const page = pageQueryOf(request.query);
      return services.listDecisions(callerOf(request), { ...page, account, contact, verdict, correlation });
    },
  );

  app.get(
    '/v1/decisions/:id',
    operation('getDecision', {
      tag: 'governance',
      summary: 'Read a decision',
      description: 'The candidates, the chosen one, the verdict and its reasons.',
      request: { params: idParams },
      answers: { 200: { description: 'The decision.', schema: decisionViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getDecision(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/decisions/:id/trace',
    operation('traceDecision', {
      tag: 'governance',
      summary: 'Trace a decision',
      description: 'Every step from the signal to the outcome, every check of the gate, and what was known.',
      request: { params: idParams },
      answers: { 200: { description: 'The trace.', schema: traceViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.traceDecision(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/machines/:id',
    operation('getMachine', {
      tag: 'governance',
      summary: 'Read a state machine',
      description:
        'States and arrows of the machine that drives one kind of actor, such as `action`, as this server runs it.',
      request: { params: idParams },
      answers: { 200: { description: 'The machine.', schema: machineViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getMachine(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/decisions/:id/replay',
    operation('replayDecision', {
      tag: 'governance',
      summary: 'Replay a decision',
      description:
        'Derives the facts from the ledger again, evaluates the gate again, and compares the hashes. Nothing is written.',
      request: { params: idParams },
      answers: { 200: { description: 'The comparison.', schema: replayViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.replayDecision(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/traces/:correlation',
    operation('getTrace', {
      tag: 'governance',
      summary: 'Trace a signal',
      description: 'What one accepted message led to, also when nothing was decided. The whole trace is on one page.',
      request: { params: correlationParams },
      answers: { 200: { description: 'The steps, oldest first.', schema: pageOf(traceStepSchema) } },
      errors: ['not_found'],
    }),
    async (request) => {
      const items = await services.traceCorrelation(callerOf(request), request.params.correlation);
      return { items, next_cursor: null };
    },
  );
}
