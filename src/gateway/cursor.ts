/**
 * Pages. A cursor belongs to whoever made it: the gateway hands it on as it came and looks only at its length and characters, so
 * that text of any other kind never travels further.
 */
import { z } from 'zod';

import type { PageQuery } from './services.port.ts';

export const PAGE_LIMIT_MAX = 200;
export const PAGE_LIMIT_DEFAULT = 50;
const LIMIT_MESSAGE = `must be a whole number from 1 to ${PAGE_LIMIT_MAX}`;

export const cursorSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,1024}={0,2}$/, 'must be a `next_cursor` of an earlier answer')
  .describe('`next_cursor` of the page before. Leave it out for the first page.');

/** Members of a query string that every list takes. */
export const pageFields = {
  limit: z.coerce
    .number(LIMIT_MESSAGE)
    .int(LIMIT_MESSAGE)
    .min(1, LIMIT_MESSAGE)
    .max(PAGE_LIMIT_MAX, LIMIT_MESSAGE)
    .optional()
    .describe(`Items on a page: 1 to ${PAGE_LIMIT_MAX}, ${PAGE_LIMIT_DEFAULT} if it is left out.`),
  cursor: cursorSchema.optional(),
};

export function pageQueryOf(query: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): PageQuery {
  return { limit: query.limit ?? PAGE_LIMIT_DEFAULT, cursor: query.cursor ?? null };
}

/** The schema of one page of items. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('Null on the last page.'),
  });
}
