/** What the system has learned and what came of it. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageFields, pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import {
  loopQuerySchema,
  loopReportSchema,
  readinessQuerySchema,
  readinessReportSchema,
  trustCellParams,
  trustEventSchema,
  trustViewSchema,
} from '../schemas/report.ts';

const trustHistoryQuerySchema = z.strictObject(pageFields);

export function registerReportRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/trust',
    operation('listTrust', {
      tag: 'reports',
      summary: 'List trust',
      description:
        'How far each kind of action may go by itself, on what evidence, and what it lacks. All cells are on one page.',
      request: {},
      answers: { 200: { description: 'All trust cells.', schema: pageOf(trustViewSchema) } },
    }),
    async (request) => ({ items: await services.listTrust(callerOf(request)), next_cursor: null }),
  );

  app.get(
    '/v1/trust/:cell/history',
    operation('getTrustHistory', {
      tag: 'reports',
      summary: 'Read the history of a trust cell',
      description:
        'Each piece of evidence, what was taken back, and each change of level with its reason, newest first.',
      request: { params: trustCellParams, querystring: trustHistoryQuerySchema },
      answers: { 200: { description: 'One page.', schema: pageOf(trustEventSchema) } },
    }),
    async (request) => services.trustHistory(callerOf(request), request.params.cell, pageQueryOf(request.query)),
  );

  app.get(
    '/v1/reports/loop',
    operation('getLoopReport', {
      tag: 'reports',
      summary: 'Report the loop',
      description: 'From signals to outcomes in figures; with a dimension, conversion for each of its values.',
      request: { querystring: loopQuerySchema },
      answers: { 200: { description: 'The report.', schema: loopReportSchema } },
    }),
    async (request) => services.loopReport(callerOf(request), { dimension: request.query.dimension ?? null }),
  );

  app.get(
    '/v1/reports/readiness',
    operation('getReadinessReport', {
      tag: 'reports',
      summary: 'Report which facts the gate misses',
      description:
        'How many contacts a sales or marketing message would be held for now because the gate does not know something, which facts these are, and how to supply each for many contacts.',
      request: { querystring: readinessQuerySchema },
      answers: { 200: { description: 'The report.', schema: readinessReportSchema } },
    }),
    async (request) => services.gateFacts.readiness(callerOf(request), request.query.purpose),
  );
}
