/** Whether the system is alive and ready. */
import { z } from 'zod';

import type { HealthView } from '../services.port.ts';

export const aliveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });

export const healthSchema = z
  .object({
    ready: z.boolean(),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Health' }) satisfies z.ZodType<HealthView>;
