/** One decision beside another, and beside what the gate would have said otherwise. */
import { z } from 'zod';

import { CHANGE_KINDS, isOwner, THRESHOLDS } from '../../domain/counterfactual.ts';
import { VERDICT_KINDS } from '../../domain/gate.ts';
import type { ComparisonView, CounterfactualView } from '../what-if.port.ts';
import { checkSchema, idSchema, isoTimeSchema } from './common.ts';

export const comparisonQuerySchema = z.strictObject({ with: idSchema.describe('The other decision.') });

export const comparisonSchema = z
  .object({
    one: z.string(),
    other: z.string(),
    differences: z
      .array(z.object({ what: z.string(), one: z.string().nullable(), other: z.string().nullable() }))
      .describe('What differs of the decisions, in the words of the trace.'),
    gate: z
      .array(z.object({ check: z.string(), one: checkSchema.nullable(), other: checkSchema.nullable() }))
      .describe('The checks that came out otherwise; null where the gate was not asked.'),
  })
  .meta({ id: 'Comparison' }) satisfies z.ZodType<ComparisonView>;

export const counterfactualQuerySchema = z
  .strictObject({
    change: z.enum(CHANGE_KINDS),
    owner: z
      .string()
      .max(200)
      .refine(
        (name) => name === 'nobody' || isOwner(name),
        'a lane such as lane:tam, a person such as person:ana, or nobody',
      )
      .optional()
      .describe('For `owner`: a lane such as `lane:tam`, a person such as `person:ana`, or `nobody`.'),
    threshold: z.enum(THRESHOLDS).optional().describe('For `threshold`: which one.'),
    value: z.coerce
      .number()
      .min(0)
      .optional()
      .describe('For `threshold`: its value. Days in days, money in minor units.'),
  })
  .refine(({ change, owner }) => (change === 'owner') === (owner !== undefined), {
    path: ['owner'],
    error: 'belongs to the change `owner`',
  })
  .refine(
    ({ change, threshold, value }) =>
      (change === 'threshold') === (threshold !== undefined) && (change === 'threshold') === (value !== undefined),
    { path: ['threshold'], error: 'belongs to the change `threshold`, with its value' },
  );

const simulatedSchema = z.object({
  verdict: z.enum(VERDICT_KINDS),
  next_at: isoTimeSchema.nullable(),
  checks: z.array(checkSchema),
});

export const counterfactualSchema = z
  .object({
    decision: z.string(),
    simulation: z.literal(true).describe('Nothing of it happened, and what would have followed is not known.'),
    change: z.string().describe('What was changed, in words.'),
    gate_version: z.int(),
    policy: z.string(),
    then: simulatedSchema,
    now: simulatedSchema,
    differing: z.array(z.string()).describe('The checks that come out otherwise.'),
  })
  .meta({ id: 'Counterfactual' }) satisfies z.ZodType<CounterfactualView>;
