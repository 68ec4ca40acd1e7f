/** Brain-ready views as they are read. */
import { z } from 'zod';

import { anyJsonSchema, idSchema, isoTimeSchema } from './common.ts';

export const viewParams = z.strictObject({ name: idSchema.describe('`account_composite` or `pipeline_by_segment`.') });

export const viewQuerySchema = z.strictObject({
  key: idSchema.describe('For `account_composite` your own id of the account; for `pipeline_by_segment` a dimension.'),
  budget_tokens: z.coerce
    .number('must be a whole number from 100')
    .int('must be a whole number from 100')
    .min(100, 'must be a whole number from 100')
    .optional()
    .describe('A smaller budget than that of the contract.'),
  refresh: z.enum(['true', 'false']).optional().describe('`true`: make it anew before reading it.'),
});

export const viewContractSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    version: z.int().describe('Raised when a member is taken away or means something else.'),
    owner: z.string(),
    pattern: z.enum(['composite', 'top_n_and_aggregate']),
    parameter: z.string().describe('What `key` names.'),
    refresh_hours: z.number(),
    token_budget: z.int(),
    used_by: z.array(z.string()),
    parts: z.array(
      z.object({
        name: z.string(),
        source: z.string(),
        projection: z.string(),
        filter: z.string(),
        staleness_threshold_hours: z.number(),
        items_max: z.int(),
      }),
    ),
  })
  .meta({
    id: 'ViewContract',
    description: 'What a view holds, who owns it, how fresh it is kept and how long it may be.',
  });

export const brainViewSchema = z
  .object({
    view: z.string(),
    version: z.int(),
    key: z.string(),
    view_metadata: z.object({
      last_refresh_timestamp: isoTimeSchema,
      staleness_threshold_hours: z.number().describe('The smallest of its parts.'),
      is_stale: z.boolean().describe('Whether any part is stale. Read this first.'),
      stale_parts: z.array(z.string()),
      token_budget: z.int(),
      tokens: z.int(),
      cut: z.array(z.object({ part: z.string(), kept: z.int(), of: z.int() })).describe('What did not fit.'),
    }),
    parts: z.record(z.string(), z.array(anyJsonSchema)),
  })
  .meta({ id: 'BrainView', description: 'A view as it was when it was last refreshed, cut to its budget.' });
