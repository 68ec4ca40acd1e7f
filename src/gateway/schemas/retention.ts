/** How long what is kept. */
import { z } from 'zod';

import { retentionClassSchema } from '../../domain/retention.ts';
import type { RetentionRunView, RetentionView } from '../services.port.ts';

export const retentionViewSchema = z
  .object({
    policy: z.string().describe('Hash of the policy in force, which has the periods.'),
    classes: z.array(
      z.object({
        class: retentionClassSchema,
        days: z.int().nullable().describe('Null: for ever.'),
        default_days: z.int(),
        due: z.int().describe('Rows that the next run deletes.'),
        what: z.string(),
      }),
    ),
  })
  .meta({ id: 'Retention' }) satisfies z.ZodType<RetentionView>;

export const retentionRunSchema = z
  .object({ policy: z.string(), deleted: z.record(z.string(), z.int()) })
  .meta({ id: 'RetentionRun' }) satisfies z.ZodType<RetentionRunView>;
