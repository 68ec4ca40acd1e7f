/** Changes of the policy: looked at before anybody applies them, proposed by one person and approved by others. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  diffRequestSchema,
  diffViewSchema,
  lintRequestSchema,
  lintViewSchema,
  policyProposalRequestSchema,
  policyProposalSchema,
  policyRejectionSchema,
  policyTestRequestSchema,
  policyTestSchema,
  singleOperatorSchema,
  singleOperatorSetSchema,
} from '../schemas/policy.ts';

const DAYS_DEFAULT = 30;
const AS_IT_IS = { 200: { description: 'The proposal as it is now.', schema: policyProposalSchema } };

export function registerPolicyRoutes(app: GatewayApp, context: GatewayContext): void {
  registerLooks(app, context);
  registerProposals(app, context);
}

function registerLooks(app: GatewayApp, { services: { policies } }: GatewayContext): void {
  app.post(
    '/v1/policy/lint',
    operation('lintPolicy', {
      tag: 'administration',
      summary: 'Look for faults in a policy',
      description:
        'Rules that are never true or never matter, thresholds that nothing reaches at the rates that were observed, grants that override what was learned, and permits that a required check has not seen. Writes nothing.',
      request: { body: lintRequestSchema },
      answers: { 200: { description: 'What was found.', schema: lintViewSchema } },
    }),
    async (request) => policies.lint(callerOf(request), request.body.policy ?? null, request.body.require ?? []),
  );

  app.post(
    '/v1/policy/diff',
    operation('diffPolicy', {
      tag: 'administration',
      summary: 'Compare two policies',
      description: 'Each difference in words, with the authorities that own the section. Writes nothing.',
      request: { body: diffRequestSchema },
      answers: { 200: { description: 'The differences.', schema: diffViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => policies.diff(callerOf(request), request.body.after, request.body.before ?? null),
  );

  app.post(
    '/v1/policy/tests',
    operation('testPolicy', {
      tag: 'administration',
      summary: 'Try a policy on the past and on cases',
      description:
        'Decides the recorded decisions of the last days again under this policy and under the one in force, and says which would be held, denied, delayed or released. Cases name facts and the verdict that they must lead to. Writes nothing.',
      request: { body: policyTestRequestSchema },
      answers: { 200: { description: 'What would change.', schema: policyTestSchema } },
    }),
    async (request) => {
      const { policy = null, days = DAYS_DEFAULT, cases = [] } = request.body;
      return policies.test(callerOf(request), { policy, days, cases });
    },
  );

  app.put(
    '/v1/single-operator',
    operation('setSingleOperator', {
      tag: 'administration',
      summary: 'Set single-operator mode',
      description:
        'In it one person may hold all authorities and approve what they proposed, so that a trial with one user works. Only a person sets it, and the ledger says who.',
      request: { body: singleOperatorSchema },
      answers: { 200: { description: 'The mode as it is now.', schema: singleOperatorSetSchema } },
    }),
    async (request) => policies.setSingleOperator(callerOf(request), request.body.enabled),
  );
}

function registerProposals(app: GatewayApp, { services: { policies } }: GatewayContext): void {
  app.get(
    '/v1/policy/proposals',
    operation('listPolicyProposals', {
      tag: 'administration',
      summary: 'List proposed policies',
      description: 'Those that are open or wait for their time, and the last that have ended, on one page.',
      request: {},
      answers: { 200: { description: 'The proposals.', schema: pageOf(policyProposalSchema) } },
    }),
    async (request) => ({ items: [...(await policies.list(callerOf(request)))], next_cursor: null }),
  );

  app.post(
    '/v1/policy/proposals',
    operation('proposePolicy', {
      tag: 'administration',
      summary: 'Propose a policy',
      description:
        'Stores the policy with its findings and with what it would have done in the past. It comes into force when other people have approved every section that it changes, and not before `effective_from`.',
      request: { body: policyProposalRequestSchema },
      answers: { 201: { description: 'The proposal.', schema: policyProposalSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request, reply) => {
      const { policy, effective_from: from = null, reason, days = DAYS_DEFAULT } = request.body;
      return reply
        .code(201)
        .send(await policies.propose(callerOf(request), { policy, effective_from: from, reason, days }));
    },
  );

  app.get(
    '/v1/policy/proposals/:id',
    operation('getPolicyProposal', {
      tag: 'administration',
      summary: 'Read a proposed policy',
      description: 'Who proposed it, which sections it changes, and who has approved them. Its trace has the findings.',
      request: { params: idParams },
      answers: AS_IT_IS,
      errors: ['not_found'],
    }),
    async (request) => policies.get(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/policy/proposals/:id/approvals',
    operation('approvePolicyProposal', {
      tag: 'administration',
      summary: 'Approve a proposed policy',
      description:
        'Covers the sections that the authorities of the caller own. Its author cannot approve it, except in single-operator mode.',
      request: { params: idParams },
      answers: AS_IT_IS,
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => policies.approve(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/policy/proposals/:id/rejection',
    operation('rejectPolicyProposal', {
      tag: 'administration',
      summary: 'Reject a proposed policy',
      description: 'Also withdraws one, and one that is approved and waits for its time.',
      request: { params: idParams, body: policyRejectionSchema },
      answers: AS_IT_IS,
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => policies.reject(callerOf(request), request.params.id, request.body.reason),
  );
}
