/** Plays: read, drafted by brains, worked out, approved, rejected and retired by people; and the log of what brains found. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageFields, pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  analysisInputSchema,
  analysisViewSchema,
  calibrationSchema,
  loggedAnalysisSchema,
  playApprovalSchema,
  playEditSchema,
  playOutcomesSchema,
  playProposalSchema,
  playRejectionSchema,
  playRetirementSchema,
  playsQuerySchema,
  playViewSchema,
  proposedPlaySchema,
  retrospectiveQuerySchema,
  retrospectiveReportSchema,
} from '../schemas/play.ts';

const AS_IT_IS = { 200: { description: 'The play as it is now.', schema: playViewSchema } };
const REFUSED = ['not_found', 'state_conflict'] as const;

export function registerPlayRoutes(app: GatewayApp, context: GatewayContext): void {
  registerReading(app, context);
  registerWork(app, context);
  registerEnds(app, context);
  registerAnalyses(app, context);
}

function registerReading(app: GatewayApp, { services: { plays } }: GatewayContext): void {
  app.get(
    '/v1/plays',
    operation('listPlays', {
      tag: 'plays',
      summary: 'List plays',
      description: 'Drafts, plays under review, active and retired ones, newest first. A brain sees its own.',
      request: { querystring: playsQuerySchema },
      answers: { 200: { description: 'One page of plays.', schema: pageOf(playViewSchema) } },
    }),
    async (request) => {
      const { state = null, segment = null, tier, ...page } = request.query;
      return plays.list(callerOf(request), {
        ...pageQueryOf(page),
        state,
        segment,
        tier: tier === 'all' ? null : tier,
      });
    },
  );

  app.get(
    '/v1/plays/:id',
    operation('getPlay', {
      tag: 'plays',
      summary: 'Read a play',
      description: 'The play as people worked it out, beside what the brain drafted and every edit in between.',
      request: { params: idParams },
      answers: { 200: { description: 'The play.', schema: playViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => plays.get(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/play-calibration',
    operation('getPlayCalibration', {
      tag: 'plays',
      summary: 'How good the drafts of brains are',
      description:
        'By brain and quarter: the share of drafts that became active against its target, and how much people changed. And whether too many plays are active.',
      request: {},
      answers: { 200: { description: 'The figures.', schema: calibrationSchema } },
    }),
    async (request) => plays.calibration(callerOf(request)),
  );

  app.get(
    '/v1/play-retrospectives',
    operation('getPlayRetrospectives', {
      tag: 'plays',
      summary: 'What became of those whom plays reached',
      description:
        'By play, for sequences that began in a quarter: each success criterion against what followed, with its interval, and what cannot be known. It describes and proves no effect. A brain sees its own plays.',
      request: { querystring: retrospectiveQuerySchema },
      answers: { 200: { description: 'The figures.', schema: retrospectiveReportSchema } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { play = null, quarter = null } = request.query;
      return plays.retrospective(callerOf(request), { play, quarter });
    },
  );
}

function registerWork(app: GatewayApp, { services: { plays } }: GatewayContext): void {
  app.post(
    '/v1/plays',
    operation('proposePlay', {
      tag: 'plays',
      summary: 'Draft a play',
      description: 'For brains only, out of an analysis in their log that suggests it. People draft no plays.',
      request: { body: playProposalSchema },
      answers: { 201: { description: 'The draft is in the library.', schema: proposedPlaySchema } },
      errors: ['not_found', 'conflict', 'storage_full'],
    }),
    async (request, reply) => {
      const { id, originating_proposal_id, segment = null, ...content } = request.body;
      const proposal = { id, originating_proposal_id, segment, content };
      return reply.code(201).send(await plays.propose(callerOf(request), proposal));
    },
  );

  app.post(
    '/v1/plays/:id/review',
    operation('reviewPlay', {
      tag: 'plays',
      summary: 'Take up a draft',
      description: 'A person of RevOps or a sales leader begins to work it out. From now on it can be edited.',
      request: { params: idParams },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => plays.pickUp(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/plays/:id/edits',
    operation('editPlay', {
      tag: 'plays',
      summary: 'Edit a play',
      description: 'Possible under review only. It takes approvals back, and the brain’s draft stays beside it.',
      request: { params: idParams, body: playEditSchema },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => plays.edit(callerOf(request), request.params.id, request.body),
  );

  app.post(
    '/v1/plays/:id/approvals',
    operation('approvePlay', {
      tag: 'plays',
      summary: 'Approve a play',
      description:
        'With the approvals of both SLM and RevOps, by two people, it becomes active. When its segment or account is full, the second approval is refused, and the error names the play to retire.',
      request: { params: idParams, body: playApprovalSchema },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => {
      const { revision, authority = null } = request.body;
      return plays.approve(callerOf(request), request.params.id, { revision, authority });
    },
  );
}

function registerEnds(app: GatewayApp, { services: { plays } }: GatewayContext): void {
  app.post(
    '/v1/plays/:id/rejection',
    operation('rejectPlay', {
      tag: 'plays',
      summary: 'Reject a play',
      description: 'Ends a draft or a play under review. There is no way back: a brain can draft it anew.',
      request: { params: idParams, body: playRejectionSchema },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => plays.reject(callerOf(request), request.params.id, request.body.reason),
  );

  app.post(
    '/v1/plays/:id/retirement',
    operation('retirePlay', {
      tag: 'plays',
      summary: 'Retire a play',
      description: 'Ends an active play and frees its place under the cap. What is under way is finished.',
      request: { params: idParams, body: playRetirementSchema },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => {
      const { retire_reason, note = null } = request.body;
      return plays.retire(callerOf(request), request.params.id, { retire_reason, note });
    },
  );

  app.post(
    '/v1/plays/:id/outcomes',
    operation('measurePlay', {
      tag: 'plays',
      summary: 'Record what a play brought',
      description: 'Measured against its success criteria, by quarter. Recording a quarter again replaces it.',
      request: { params: idParams, body: playOutcomesSchema },
      answers: AS_IT_IS,
      errors: [...REFUSED],
    }),
    async (request) => plays.measure(callerOf(request), request.params.id, request.body),
  );
}

function registerAnalyses(app: GatewayApp, { services: { plays } }: GatewayContext): void {
  app.get(
    '/v1/brain-analysis-log',
    operation('listAnalyses', {
      tag: 'plays',
      summary: 'List what brains found',
      description: 'Newest first. A brain sees its own.',
      request: { querystring: z.strictObject(pageFields) },
      answers: { 200: { description: 'One page of the log.', schema: pageOf(analysisViewSchema) } },
    }),
    async (request) => plays.listAnalyses(callerOf(request), pageQueryOf(request.query)),
  );

  app.get(
    '/v1/brain-analysis-log/:id',
    operation('getAnalysis', {
      tag: 'plays',
      summary: 'Read what a brain found',
      description: 'The id is that of the proposal.',
      request: { params: idParams },
      answers: { 200: { description: 'The analysis.', schema: analysisViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => plays.getAnalysis(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/brain-analysis-log',
    operation('logAnalysis', {
      tag: 'plays',
      summary: 'Log what a brain found',
      description:
        'For brains only. Every citation must lead to a source that was read, a stale source must be disclosed, and each suggestion must be in the brain’s list. The log is append-only.',
      request: { body: analysisInputSchema },
      answers: { 201: { description: 'It is in the log.', schema: loggedAnalysisSchema } },
      errors: ['not_found', 'conflict', 'storage_full'],
    }),
    async (request, reply) => {
      const { account = null, ...analysis } = request.body;
      return reply.code(201).send(await plays.logAnalysis(callerOf(request), { ...analysis, account }));
    },
  );
}
