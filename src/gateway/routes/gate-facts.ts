/** What people and other systems tell the gate. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { externalIdParams } from '../schemas/common.ts';
import {
  bounceClearanceSchema,
  bounceClearedSchema,
  lawfulBasesSchema,
  lawfulBasisInputSchema,
  syncReportSchema,
  syncsSchema,
  touchesAcceptedSchema,
  touchesSchema,
} from '../schemas/gate-facts.ts';

const SYNCS = { 200: { description: 'Every source that reported or has a limit.', schema: syncsSchema } };
const BASES = { 200: { description: 'What holds now, per purpose.', schema: lawfulBasesSchema } };

export function registerGateFactRoutes(app: GatewayApp, { services }: GatewayContext): void {
  const { gateFacts } = services;
  app.post(
    '/v1/touches',
    operation('recordTouches', {
      tag: 'ingest',
      summary: 'Report touches and replies made elsewhere',
      description:
        'What reps and other tools did counts for cooldowns and caps, dated when it happened; a reply stops sequences. Two reports of one touch of a contact, by one channel and within five minutes, count once. All or nothing.',
      request: { body: touchesSchema },
      answers: { 202: { description: 'Stored.', schema: touchesAcceptedSchema } },
      errors: ['time_in_future', 'conflict', 'storage_full'],
    }),
    async (request, reply) =>
      reply.code(202).send({ accepted: [...(await gateFacts.recordTouches(callerOf(request), request.body.touches))] }),
  );

  app.get(
    '/v1/syncs',
    operation('listSyncs', {
      tag: 'governance',
      summary: 'Show how current the sources elsewhere are',
      description: 'Selling waits while a source is older than the policy allows.',
      request: {},
      answers: SYNCS,
    }),
    async (request) => ({ items: [...(await gateFacts.listSyncs(callerOf(request)))] }),
  );

  app.post(
    '/v1/syncs',
    operation('reportSync', {
      tag: 'ingest',
      summary: 'Report that a source was read',
      description: 'For connectors, after everything up to that moment was sent. An earlier moment changes nothing.',
      request: { body: syncReportSchema },
      answers: SYNCS,
      errors: ['time_in_future', 'storage_full'],
    }),
    async (request) => {
      const { source, complete_to: completeTo } = request.body;
      return { items: [...(await gateFacts.reportSync(callerOf(request), source, completeTo))] };
    },
  );

  app.get(
    '/v1/contacts/:external_id/lawful-bases',
    operation('getLawfulBases', {
      tag: 'governance',
      summary: 'Show on what messages to a contact rest',
      description: 'The basis for each purpose, with its source, date and jurisdiction.',
      request: { params: externalIdParams },
      answers: BASES,
      errors: ['not_found'],
    }),
    async (request) => gateFacts.showBases(callerOf(request), request.params.external_id),
  );

  app.post(
    '/v1/contacts/:external_id/lawful-bases',
    operation('recordLawfulBasis', {
      tag: 'governance',
      summary: 'Record or withdraw a lawful basis',
      description:
        'An event of the contact, with its proof sealed. Of two records for one purpose the later dated one holds, whichever comes first.',
      request: { params: externalIdParams, body: lawfulBasisInputSchema },
      answers: BASES,
      errors: ['not_found', 'time_in_future', 'storage_full'],
    }),
    async (request) => gateFacts.recordBasis(callerOf(request), request.params.external_id, request.body),
  );

  app.post(
    '/v1/contacts/:external_id/bounce-clearance',
    operation('clearBounce', {
      tag: 'governance',
      summary: 'Say that a bounced address was corrected',
      description: 'E-mail may go to the contact again, as far as everything else allows.',
      request: { params: externalIdParams, body: bounceClearanceSchema },
      answers: { 200: { description: 'The bounce counts no longer.', schema: bounceClearedSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => gateFacts.clearBounce(callerOf(request), request.params.external_id, request.body.reason),
  );
}
