/** What a person may ask of the data about them: to see it, to object, and to be erased. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { idParams } from '../schemas/common.ts';
import {
  erasureProofViewSchema,
  erasureSchema,
  proofCheckSchema,
  proofDocumentSchema,
  purgeSchema,
  subjectActSchema,
  subjectExportSchema,
  subjectRequestSchema,
} from '../schemas/subject.ts';

const NAME =
  'The id is that of the person, or `contact/ID` or `lead/ID` under your own id, with the slash written as `%2F`.';

export function registerSubjectRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/subjects/:id',
    operation('exportSubject', {
      tag: 'administration',
      summary: 'Export a person',
      description: `Everything that is kept of one person, opened. ${NAME}`,
      request: { params: idParams },
      answers: { 200: { description: 'Everything.', schema: subjectExportSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.exportSubject(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/subjects/:id/objection',
    operation('objectSubject', {
      tag: 'administration',
      summary: 'Record an objection',
      description: `Nothing more is sent to the person, what is open for them is cancelled, and their interest is no longer scored. ${NAME}`,
      request: { params: idParams, body: subjectRequestSchema },
      answers: { 200: { description: 'It is on the ledger and in force.', schema: subjectActSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.objectSubject(callerOf(request), request.params.id, request.body.reason),
  );

  app.post(
    '/v1/subjects/:id/hold',
    operation('holdSubject', {
      tag: 'administration',
      summary: 'Put a legal hold on a person',
      description: `Nothing of the person is deleted until the hold is released; an erasure is answered with 409. ${NAME}`,
      request: { params: idParams, body: subjectRequestSchema },
      answers: { 200: { description: 'It is on the ledger and in force.', schema: subjectActSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.holdSubject(callerOf(request), request.params.id, request.body.reason),
  );

  app.post(
    '/v1/subjects/:id/release',
    operation('releaseSubject', {
      tag: 'administration',
      summary: 'Lift a legal hold',
      description: `From then on the person can be erased again. ${NAME}`,
      request: { params: idParams, body: subjectRequestSchema },
      answers: { 200: { description: 'It is on the ledger and in force.', schema: subjectActSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.releaseSubject(callerOf(request), request.params.id, request.body.reason),
  );

  app.post(
    '/v1/subjects/:id/erasure',
    operation('eraseSubject', {
      tag: 'administration',
      summary: 'Erase a person',
      description: `Destroys the key with which everything personal of them is sealed, and empties the rows that name them. It cannot be taken back. Their address stays suppressed, by a keyed hash. ${NAME}`,
      request: { params: idParams, body: subjectRequestSchema },
      answers: { 200: { description: 'It is done; and what is left.', schema: erasureSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.eraseSubject(callerOf(request), request.params.id, request.body.reason),
  );

  app.post(
    '/v1/subjects/:id/purge',
    operation('purgeSubject', {
      tag: 'administration',
      summary: 'Purge the bytes of an erased person',
      description: `Takes what an erasure deleted out of the files at once: writes the tables anew that held it, makes the files of LanceDB again, and drops what lies in the broker. Each table is locked while it is written. Then the master key is replaced, so that no copy of the person's key in a log or a backup can be opened. ${NAME}`,
      request: { params: idParams },
      answers: { 200: { description: 'What was written anew.', schema: purgeSchema } },
      errors: ['not_found', 'state_conflict', 'unavailable'],
    }),
    async (request) => services.purgeSubject(callerOf(request), request.params.id),
  );

  app.get(
    '/v1/subjects/:id/erasure-proof',
    operation('proveErasure', {
      tag: 'administration',
      summary: 'Prove an erasure',
      description: `Counts in every place what is left of an erased person, and signs the result with the Ed25519 key of the installation. The document holds nothing that was known of the person. ${NAME}`,
      request: { params: idParams },
      answers: { 200: { description: 'The signed proof.', schema: erasureProofViewSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.proveErasure(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/verify-erasure-proof',
    operation('checkErasureProof', {
      tag: 'audit',
      summary: 'Check a proof of an erasure',
      description: 'Checks the signature, and compares what the proof says with the ledger as it is now.',
      request: { body: proofDocumentSchema },
      answers: { 200: { description: 'What was found; `ok` says whether all is well.', schema: proofCheckSchema } },
    }),
    async (request) => services.checkErasureProof(callerOf(request), request.body),
  );
}
