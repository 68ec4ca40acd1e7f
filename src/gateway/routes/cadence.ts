/** Sequences of touches under active plays: what happened to each touch, how far each play has come. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { cadenceEventSchema, cadencePlaysSchema, cadenceQuerySchema, cadenceRunSchema } from '../schemas/cadence.ts';

export function registerCadenceRoutes(app: GatewayApp, { services: { cadence } }: GatewayContext): void {
  app.get(
    '/v1/cadence/events',
    operation('listCadenceEvents', {
      tag: 'plays',
      summary: 'List what happened to touches of plays',
      description:
        'The cadence event log, newest first: which touches were proposed, which were held back and why, and how they ended. A brain sees its own plays.',
      request: { querystring: cadenceQuerySchema },
      answers: { 200: { description: 'One page of the log.', schema: pageOf(cadenceEventSchema) } },
    }),
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      return cadence.listEvents(callerOf(request), { ...pageQueryOf({ limit, cursor }), ...filter });
    },
  );

  app.get(
    '/v1/cadence/plays',
    operation('listCadencePlays', {
      tag: 'plays',
      summary: 'List active plays and their sequences',
      description: 'How many sequences each active play has begun and how they stand, or why it begins none.',
      request: {},
      answers: { 200: { description: 'The active plays.', schema: cadencePlaysSchema } },
    }),
    async (request) => cadence.listPlays(callerOf(request)),
  );

  app.post(
    '/v1/cadence/runs',
    operation('runCadence', {
      tag: 'plays',
      summary: 'Begin the sequences that may begin',
      description:
        'Looks at all contacts now. A server looks at some of them every few seconds by itself; asking twice changes nothing.',
      request: {},
      answers: { 200: { description: 'What was looked at and begun.', schema: cadenceRunSchema } },
      errors: ['storage_full'],
    }),
    async (request) => cadence.run(callerOf(request)),
  );
}
