/** Search in the memory of an account as it comes in and leaves. */
import { z } from 'zod';

import { parseRfc3339 } from '../rfc3339.ts';
import type { MemorySearchRequest } from '../search-services.port.ts';
import { instantOf, noteViewSchema, timelineSchema } from './note.ts';

const LAYERS = ['lexical', 'neighbours', 'links', 'vectors'] as const;
const BUDGET_TOKENS = { default: 4_000, max: 200_000 };
const BUDGET_MS = { default: 200, max: 10_000 };
const QUERY_MAX = 2_000;

/** A number of a query string, with its limits. */
function numeral(max: number) {
  return z
    .string()
    .regex(/^\d{1,7}$/, 'must be a whole number')
    .refine((text) => Number(text) >= 1 && Number(text) <= max, `must be from 1 to ${max}`);
}

export const memoryQuerySchema = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(QUERY_MAX)
    .optional()
    .describe('What is asked, in words. Without it only the timeline is read.'),
  as_of: z
    .string()
    .max(64)
    .refine((text) => parseRfc3339(text) !== null, 'must be an RFC 3339 timestamp such as 2026-11-21T10:00:00Z')
    .meta({ format: 'date-time' })
    .optional()
    .describe('What was known then. A timeline is of now, so a look back has none.'),
  budget_tokens: numeral(BUDGET_TOKENS.max)
    .optional()
    .describe(`How much the answer may cost a model to read; ${BUDGET_TOKENS.default} if it is left out.`),
  budget_ms: numeral(BUDGET_MS.max)
    .optional()
    .describe(`No further layer begins after so many milliseconds; ${BUDGET_MS.default} if it is left out.`),
});

export function memoryRequestOf(query: z.infer<typeof memoryQuerySchema>): MemorySearchRequest {
  return {
    query: query.query ?? null,
    as_of: instantOf(query.as_of),
    budget_tokens: Number(query.budget_tokens ?? BUDGET_TOKENS.default),
    budget_ms: Number(query.budget_ms ?? BUDGET_MS.default),
  };
}

export const memoryAnswerSchema = z
  .object({
    provider: z.string().describe('`lexical`, or the space of the vectors that were compared.'),
    semantic: z.boolean().describe('Whether meanings were compared. `lexical` compares words and follows links.'),
    timeline: timelineSchema.nullable(),
    items: z.array(
      z.object({
        note: noteViewSchema,
        score: z.number().describe('Comparable within one answer only.'),
        layer: z.enum(LAYERS).describe('The layer that found it first.'),
        tokens: z.int(),
      }),
    ),
    tokens: z.int().describe('An estimate for the whole answer, four characters a token.'),
    trace: z.object({
      steps: z.array(
        z.object({
          layer: z.enum(['timeline', ...LAYERS]),
          added: z.int().describe('Notes that no layer before had found.'),
          milliseconds: z.number(),
        }),
      ),
      stopped: z.enum(['first_look', 'all_layers_done', 'nothing_found', 'time_budget', 'token_budget']),
      searched: z
        .enum(['index', 'notes', 'timeline'])
        .describe('`notes` when the index was missing or behind, and the notes were read one by one.'),
    }),
  })
  .meta({ id: 'Memory' });

export const reindexedSchema = z.object({ notes: z.int(), partitions: z.int() }).meta({ id: 'MemoryReindexed' });
