/** Pieces that the schemas of several paths share. */
import { z } from 'zod';

import { checkResultSchema } from '../../domain/gate.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { externalIdSchema, isCleanText } from '../../domain/text.ts';
import { NAME_LENGTH_MAX } from '../event-checks.ts';

/** In answers: any JSON. What the services hand over is JSON by its type, so it is described and not checked. */
export const anyJsonSchema = z.custom<JsonValue>();
export const anyObjectSchema = z.custom<JsonObject>(isObject).meta({ type: 'object' });

/** In requests: a JSON object of the caller's. A `__proto__` of its own is left out. */
export const objectInputSchema = z.record(
  z.string(),
  z.custom<JsonValue>(() => true),
);

export const isoTimeSchema = z.string().meta({ format: 'date-time' });

/** An id that this system made, or a person's name for something: whatever it is, the services look it up. */
export const idSchema = externalIdSchema(NAME_LENGTH_MAX);

export const externalIdParams = z.strictObject({
  external_id: externalIdSchema(NAME_LENGTH_MAX).describe('The id that your own systems use.'),
});
export const idParams = z.strictObject({ id: idSchema });

export const subjectSchema = z
  .string()
  .max('account/'.length + NAME_LENGTH_MAX)
  .regex(/^(account|contact|lead)\/./u, 'must be `account/<id>`, `contact/<id>` or `lead/<id>`')
  .refine(isCleanText, 'must be well-formed text without control characters or surrounding spaces')
  .describe('`account/<id>`, `contact/<id>` or `lead/<id>`, with the id that your own systems use.');

/** Text that a person writes to explain an act. */
export const reasonSchema = z.string().min(1).max(2_000).refine(isWellFormed, 'must be well-formed text without NUL');

export const checkSchema = checkResultSchema.meta({
  id: 'GateCheck',
  description: 'One check of the gate: what was compared, and what came of it.',
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}
