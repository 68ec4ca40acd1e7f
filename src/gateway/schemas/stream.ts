/** The stream of changes. */
import { z } from 'zod';

import type { ChangeView } from '../stream.port.ts';
import { isoTimeSchema } from './common.ts';

export const changeSchema = z
  .object({
    kind: z.enum(['review', 'action', 'decision', 'pause', 'outcome']),
    id: z.string(),
    type: z.string().describe('Of the event on the ledger.'),
    at: isoTimeSchema,
  })
  .meta({ id: 'Change', description: 'The data of one `change` event.' }) satisfies z.ZodType<ChangeView>;

export const streamTextSchema = z.string().describe('Events `change` and `reset`, each with the position as its id.');
