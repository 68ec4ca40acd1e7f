/** Actions that somebody outside proposes, and the question what the gate would say. */
import { callerOf, parsedBodyOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { gateAnswerSchema, proposalOf, proposalSchema, proposedSchema } from '../schemas/proposal.ts';

const EXACT_CONTENT = { exactMember: 'content' };

export function registerProposalRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/proposals',
    operation(
      'propose',
      {
        tag: 'governance',
        summary: 'Propose an action',
        description:
          'Hands an action to the gate. It leaves only if the gate lets it; read the decision to see what became of it.',
        request: { body: proposalSchema },
        answers: { 202: { description: 'Stored and handed to the gate.', schema: proposedSchema } },
        errors: ['conflict', 'not_found', 'storage_full'],
      },
      EXACT_CONTENT,
    ),
    async (request, reply) => {
      const proposal = proposalOf(request.body, parsedBodyOf(request));
      return reply.code(202).send(await services.propose(callerOf(request), proposal));
    },
  );

  app.post(
    '/v1/gate/check',
    operation(
      'checkGate',
      {
        tag: 'governance',
        summary: 'Ask what the gate would say',
        description:
          'Evaluates a proposal as of now and explains every check. Nothing is granted and nothing is written.',
        request: { body: proposalSchema },
        answers: { 200: { description: 'What the gate would say now.', schema: gateAnswerSchema } },
        errors: ['not_found', 'state_conflict'],
      },
      EXACT_CONTENT,
    ),
    async (request) => services.checkGate(callerOf(request), proposalOf(request.body, parsedBodyOf(request))),
  );
}
