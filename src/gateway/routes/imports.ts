/** Imports: start, send the rows in order, finish; or undo. The same import started again goes on where it stopped. */
import { callerOf, rawBodyOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf } from '../cursor.ts';
import { receiveRecords } from '../import-records.ts';
import { operation } from '../operation.ts';
import { IMPORT_BYTES_MAX } from '../request-body.ts';
import { idParams } from '../schemas/common.ts';
import {
  importRecordsSchema,
  importStartOf,
  importStartSchema,
  importViewSchema,
  undoReportSchema,
} from '../schemas/import.ts';
import { describingCompiler } from '../validation.ts';

export function registerImportRoutes(app: GatewayApp, context: GatewayContext): void {
  registerImports(app, context);
  registerRecords(app, context);
}

function registerImports(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/imports',
    operation('listImports', {
      tag: 'imports',
      summary: 'List imports',
      description: 'All imports of the tenant, on one page.',
      request: {},
      answers: { 200: { description: 'The imports.', schema: pageOf(importViewSchema) } },
    }),
    async (request) => ({ items: await services.listImports(callerOf(request)), next_cursor: null }),
  );

  app.post(
    '/v1/imports',
    operation('startImport', {
      tag: 'imports',
      summary: 'Start or resume an import',
      description: 'An import with the same digest resumes: `applied` is the index of the row to go on from.',
      request: { body: importStartSchema },
      answers: { 200: { description: 'The import.', schema: importViewSchema } },
      errors: ['state_conflict'],
    }),
    async (request) => services.startImport(callerOf(request), importStartOf(request.body)),
  );

  app.post(
    '/v1/imports/:id/finish',
    operation('finishImport', {
      tag: 'imports',
      summary: 'Finish an import',
      description: 'Closes the import after its last row.',
      request: { params: idParams },
      answers: { 200: { description: 'The import.', schema: importViewSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.finishImport(callerOf(request), request.params.id),
  );

  app.post(
    '/v1/imports/:id/undo',
    operation('undoImport', {
      tag: 'imports',
      summary: 'Undo an import',
      description: 'Puts everything back that nothing has touched since, and says what stayed. The ledger keeps both.',
      request: { params: idParams },
      answers: { 200: { description: 'What was undone.', schema: undoReportSchema } },
      errors: ['not_found', 'state_conflict'],
    }),
    async (request) => services.undoImport(callerOf(request), request.params.id),
  );
}

function registerRecords(app: GatewayApp, { services, now }: GatewayContext): void {
  app.post(
    '/v1/imports/:id/records',
    {
      ...operation(
        'applyImport',
        {
          tag: 'imports',
          summary: 'Send rows of an import',
          description:
            'Up to 10,000 rows and 16 MiB, in index order. Rows before the resume point are skipped. A request with one wrong row applies none.',
          request: { params: idParams, body: importRecordsSchema },
          answers: { 200: { description: 'The rows are stored.', schema: importViewSchema } },
          errors: [
            'unknown_type',
            'time_in_future',
            'not_found',
            'state_conflict',
            'conflict',
            'too_many_events',
            'storage_full',
          ],
        },
        { rawBody: true, bodyLimit: IMPORT_BYTES_MAX },
      ),
      validatorCompiler: describingCompiler,
    },
    async (request) => {
      const records = receiveRecords(rawBodyOf(request), now());
      return services.applyImport(callerOf(request), request.params.id, records);
    },
  );
}
