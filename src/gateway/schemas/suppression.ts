/** Whom nobody may write to. */
import { z } from 'zod';

import { externalIdSchema, labelSchema } from '../../domain/text.ts';
import { pageFields } from '../cursor.ts';
import type { SuppressionView } from '../suppression.port.ts';
import { reasonSchema } from './common.ts';

const whom = {
  scope: z.enum(['contact', 'email', 'domain', 'account']),
  value: externalIdSchema().describe('The address, the domain, or the external id.'),
  reason: reasonSchema,
};

export const suppressionSchema = z
  .strictObject({ ...whom, source: labelSchema().default('api').describe('Where the wish came from.') })
  .meta({ id: 'Suppression', examples: [{ scope: 'email', value: 'maria@acme.com', reason: 'Asked by telephone.' }] });

export const suppressionRemovalSchema = z.strictObject(whom).meta({
  id: 'SuppressionRemoval',
  examples: [{ scope: 'domain', value: 'acme.com', reason: 'No customer any more.' }],
});

export const suppressedSchema = z.object({ key: z.string() }).meta({ id: 'Suppressed' });

export const suppressionQuerySchema = z.strictObject({ ...pageFields });

export const suppressionViewSchema = z
  .object({
    key: z.string().describe('Of an address or a domain only a keyed hash is kept.'),
    scope: z.enum(['contact', 'email', 'domain', 'account']),
    reason: z.string(),
    source: z.string(),
  })
  .meta({ id: 'SuppressionInForce' }) satisfies z.ZodType<SuppressionView>;
