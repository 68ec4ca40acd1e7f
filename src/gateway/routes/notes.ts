/** Notes: recorded, read with their links and history, verified, corrected and retracted; and the timelines of accounts and contacts. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { externalIdParams, idParams } from '../schemas/common.ts';
import {
  correctionBody,
  correctionOf,
  instantOf,
  noteBody,
  noteDetailSchema,
  noteRequestOf,
  notesQuerySchema,
  noteViewSchema,
  recordedSchema,
  retractionBody,
  timelineSchema,
  verificationBody,
} from '../schemas/note.ts';

export function registerNoteRoutes(app: GatewayApp, context: GatewayContext): void {
  registerNotes(app, context);
  registerActs(app, context);
  registerTimelines(app, context);
}

function registerNotes(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/notes',
    operation('recordNote', {
      tag: 'memory',
      summary: 'Record a note',
      description:
        'Notes a fact, evidence, hypothesis, objection, conclusion or question about an account or a person. Of several facts about one thing that has a single value, the one that holds from the latest time stands.',
      request: { body: noteBody },
      answers: { 202: { description: 'Stored.', schema: recordedSchema } },
      errors: ['time_in_future', 'conflict', 'storage_full'],
    }),
    async (request, reply) =>
      reply.code(202).send(await services.recordNote(callerOf(request), noteRequestOf(request.body))),
  );

  app.get(
    '/v1/notes/:id',
    operation('getNote', {
      tag: 'memory',
      summary: 'Read a note',
      description: 'A note with its links in both directions, and the history of what it is about.',
      request: { params: idParams },
      answers: { 200: { description: 'The note.', schema: noteDetailSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getNote(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/accounts/:external_id/notes',
    operation('listNotes', {
      tag: 'memory',
      summary: 'List the notes of an account',
      description: 'Notes that stand, or that stood at a moment, about an account and its people.',
      request: { params: externalIdParams, querystring: notesQuerySchema },
      answers: {
        200: { description: 'One page of notes, in the order of recording.', schema: pageOf(noteViewSchema) },
      },
      errors: ['not_found'],
    }),
    async (request) => {
      const { as_of: asOf, all, ...page } = request.query;
      const filter = { ...pageQueryOf(page), as_of: instantOf(asOf), all: all === 'true' };
      return services.listNotes(callerOf(request), request.params.external_id, filter);
    },
  );
}

function registerActs(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/notes/:id/verifications',
    operation('verifyNote', {
      tag: 'memory',
      summary: 'Verify a note',
      description: 'A person found that a note still holds. It is fresh again from now on.',
      request: { params: idParams, body: verificationBody },
      answers: { 200: { description: 'The note as it is now.', schema: noteViewSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => services.verifyNote(callerOf(request), request.params.id, request.body.reason ?? null),
  );

  app.post(
    '/v1/notes/:id/corrections',
    operation('correctNote', {
      tag: 'memory',
      summary: 'Correct a note',
      description: 'A person records what is right. The wrong note is retracted by the same event, and stays readable.',
      request: { params: idParams, body: correctionBody },
      answers: { 202: { description: 'Stored.', schema: recordedSchema } },
      errors: ['not_found', 'conflict', 'storage_full'],
    }),
    async (request, reply) =>
      reply
        .code(202)
        .send(await services.correctNote(callerOf(request), request.params.id, correctionOf(request.body))),
  );

  app.post(
    '/v1/notes/:id/retractions',
    operation('retractNote', {
      tag: 'memory',
      summary: 'Retract a note',
      description: 'A person found a note to be wrong. What it had ended holds again.',
      request: { params: idParams, body: retractionBody },
      answers: { 200: { description: 'The note as it is now.', schema: noteViewSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => services.retractNote(callerOf(request), request.params.id, request.body.reason),
  );
}

function registerTimelines(app: GatewayApp, { services }: GatewayContext): void {
  const answers = { 200: { description: 'The timeline.', schema: timelineSchema } };
  app.get(
    '/v1/accounts/:external_id/timeline',
    operation('getAccountTimeline', {
      tag: 'memory',
      summary: 'Read the timeline of an account',
      description: 'What happened last, what is still open, and the last touches by channel and direction: one read.',
      request: { params: externalIdParams },
      answers,
      errors: ['not_found'],
    }),
    async (request) => services.accountTimeline(callerOf(request), request.params.external_id),
  );

  app.get(
    '/v1/contacts/:external_id/timeline',
    operation('getContactTimeline', {
      tag: 'memory',
      summary: 'Read the timeline of a contact',
      description: 'The part of the timeline of the account that is about this person.',
      request: { params: externalIdParams },
      answers,
      errors: ['not_found'],
    }),
    async (request) => services.contactTimeline(callerOf(request), request.params.external_id),
  );
}
