/** What machines ask around the API: is it alive, is it ready, what does it count, how is it described. None of it needs a key. */
import { z } from 'zod';

import { GatehouseError } from '../../domain/errors.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { problemHelp, problemMarkdown } from '../problem-help.ts';
import { anyObjectSchema } from '../schemas/common.ts';
import { aliveSchema, healthSchema } from '../schemas/health.ts';
import { problemHelpSchema } from '../schemas/problem.ts';
import type { HealthView } from '../services.port.ts';

const NO_HEALTH: HealthView = {
  ready: false,
  checks: { health: { ok: false, detail: 'The check itself failed; the log says why.' } },
};
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function registerSystemRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/healthz',
    operation('getHealth', {
      tag: 'system',
      summary: 'Is it alive?',
      description: 'Answers as long as the process can answer at all. It says nothing about the database.',
      request: {},
      answers: { 200: { description: 'Alive.', schema: aliveSchema } },
    }),
    async () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    operation('getReadiness', {
      tag: 'system',
      summary: 'Is it ready?',
      description: 'Whether requests can be served now, with one check for each thing that this depends on.',
      request: {},
      answers: {
        200: { description: 'Ready.', schema: healthSchema },
        503: { description: 'Not ready; the checks say why.', schema: healthSchema },
      },
    }),
    async (request, reply) => {
      const health = await services.health().catch((error: unknown) => {
        request.log.warn({ err: error }, 'the check of readiness failed');
        return NO_HEALTH;
      });
      return reply.code(health.ready ? 200 : 503).send(health);
    },
  );

  app.get(
    '/metrics',
    operation('getMetrics', {
      tag: 'system',
      summary: 'Read the metrics',
      description: 'In the text format of Prometheus. No label names a tenant, an account or a person.',
      request: {},
      answers: { 200: { description: 'The metrics.', schema: z.string(), type: 'text/plain' } },
    }),
    async (_request, reply) => reply.type(METRICS_TYPE).send(await services.metricsText()),
  );

  app.get(
    '/openapi.json',
    operation('getOpenApi', {
      tag: 'system',
      summary: 'Read this description',
      description: 'The API as OpenAPI 3.1.',
      request: {},
      answers: { 200: { description: 'The description.', schema: anyObjectSchema } },
    }),
    async () => app.swagger(),
  );

  app.get(
    '/problems/:code',
    operation('getProblem', {
      tag: 'system',
      summary: 'Explain an error',
      description: 'What an error of this API means and what to do about it: the `type` of a problem leads here.',
      request: { params: z.strictObject({ code: z.string().max(64) }) },
      answers: {
        200: { description: 'The explanation; as Markdown for `Accept: text/markdown`.', schema: problemHelpSchema },
      },
      errors: ['not_found'],
    }),
    async (request, reply) => {
      const help = problemHelp(request.params.code);
      if (help === null) throw new GatehouseError('not_found', 'There is no error with this code.');
      if (request.headers.accept?.includes('text/markdown') !== true) return help;
      return reply.type('text/markdown; charset=utf-8').send(problemMarkdown(help));
    },
  );
}
