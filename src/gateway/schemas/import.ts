/** Imports of history: how one starts, and how it stands. */
import { z } from 'zod';

import { policySchema } from '../../domain/policy.ts';
import { externalIdSchema, labelSchema } from '../../domain/text.ts';
import type { ImportStart, ImportView, UndoReport } from '../services.port.ts';
import { anyObjectSchema, isoTimeSchema, subjectSchema } from './common.ts';

const importModeSchema = z.enum(['history', 'simulate', 'live']);

export const importStartSchema = z
  .strictObject({
    name: labelSchema(),
    mode: importModeSchema.describe('`history` fills memory only; `simulate` decides and sends nothing; `live` acts.'),
    digest: externalIdSchema(128).describe('Over the files and the map: the same import started again resumes.'),
    total: z.int().min(0).describe('Rows in all files.'),
    policy: policySchema.nullish().describe('Policy to bring into force before the first row.'),
    dry_run: externalIdSchema(128).nullish().describe('For `live`: digest of the dry-run report that was read.'),
  })
  .meta({
    id: 'ImportStart',
    examples: [{ name: 'crm-2025', mode: 'history', digest: '9f86d081884c7d65', total: 45_211 }],
  });

export function importStartOf(start: z.infer<typeof importStartSchema>): ImportStart {
  return { ...start, policy: start.policy ?? null, dry_run: start.dry_run ?? null };
}

/** Describes a row; `import-records.ts` checks it. */
export const importRecordsSchema = z
  .array(
    z.strictObject({
      index: z.int().min(0).describe('Position over all files, from 0.'),
      kind: z.enum(['signal', 'outcome']),
      id: externalIdSchema(),
      type: z.string().describe('A signal type or an outcome type.'),
      subject: subjectSchema,
      time: z.int().describe('Milliseconds since 1970.'),
      data: anyObjectSchema.describe('As in an event of this type. Its text is kept byte for byte.'),
      window_ms: z
        .int()
        .min(0)
        .nullish()
        .describe('For an outcome: how long after a decision it may still belong to it.'),
    }),
  )
  .max(10_000)
  .meta({
    examples: [
      [
        {
          index: 0,
          kind: 'signal',
          id: 'row-0',
          type: 'web.form_submitted',
          subject: 'lead/l-1',
          time: 1_767_225_600_000,
          data: { form: 'demo', dimensions: { origin: 'organic' } },
        },
      ],
    ],
  });

export const importViewSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: importModeSchema,
    state: z.enum(['running', 'completed', 'undoing', 'undone']),
    total: z.int(),
    applied: z.int().describe('Rows applied so far: the index to go on from.'),
    counts: z.record(z.string(), z.int()),
    started_at: isoTimeSchema,
  })
  .meta({ id: 'Import' }) satisfies z.ZodType<ImportView>;

export const undoReportSchema = z
  .object({
    import: z.string(),
    reverted: z.int(),
    cancelled_actions: z.int(),
    kept: z
      .array(z.object({ kind: z.string(), key: z.string(), detail: z.string() }))
      .describe('What stayed because something touched it after the import.'),
  })
  .meta({ id: 'UndoReport' }) satisfies z.ZodType<UndoReport>;
