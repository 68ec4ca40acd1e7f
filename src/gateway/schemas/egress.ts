/** What leaves the installation. */
import { z } from 'zod';

import { egressBlockSchema } from '../../domain/egress.ts';
import type { EgressView } from '../services.port.ts';

const block = egressBlockSchema
  .nullable()
  .describe('What to put into `egress.blocked` of the policy to keep it back; null when that is not possible.');

export const egressViewSchema = z
  .object({
    policy: z.string().describe('Hash of the policy in force, which has the blocks.'),
    destinations: z.array(
      z.object({
        destination: z.string(),
        title: z.string(),
        host: z.string().nullable().describe('Host and port; null when none is configured, so nothing goes there.'),
        block,
        blocked: z.boolean(),
        fields: z.array(
          z.object({ field: z.string(), what: z.string(), personal: z.boolean(), block, blocked: z.boolean() }),
        ),
      }),
    ),
  })
  .meta({ id: 'Egress' }) satisfies z.ZodType<EgressView>;
