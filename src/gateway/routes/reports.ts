/** What the system has learned and what came of it. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { loopQuerySchema, loopReportSchema, trustViewSchema } from '../schemas/report.ts';

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
}
