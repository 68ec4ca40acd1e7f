/** A case that a policy must decide as its author says: what is proposed, what is known, and what the gate is to say. */
import { z } from 'zod';

import { actionTypeSchema } from './action-types.ts';
import { gateRequestSchema, VERDICT_KINDS } from './gate.ts';
import type { JsonValue } from './json.ts';

export const CASES_MAX = 1_000;

export const policyCaseSchema = z.strictObject({
  name: z.string().max(200).optional(),
  /** What is proposed; the rest is as the catalogue has it. */
  request: gateRequestSchema.partial().extend({ action_type: actionTypeSchema }),
  /** What is known; guards are completed, and null takes a fact away. */
  facts: z
    .record(
      z.string(),
      z.custom<JsonValue>(() => true),
    )
    .optional(),
  expect: z.union([
    z.enum(VERDICT_KINDS),
    z.strictObject({ verdict: z.enum(VERDICT_KINDS), reasons: z.array(z.string()).optional() }),
  ]),
});
export type PolicyCase = z.infer<typeof policyCaseSchema>;
