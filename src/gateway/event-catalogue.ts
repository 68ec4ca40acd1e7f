/**
 * Which types of event a path takes, and what their data must look like. Signals and outcomes travel in the same envelope; only their
 * catalogues differ.
 */
import { z } from 'zod';

import { dimensionsSchema } from '../domain/entity.ts';
import { moneySchema } from '../domain/money.ts';
import { OUTCOME_TYPES, outcomeTypeSchema } from '../domain/outcome-types.ts';
import { SIGNAL_TYPE_NAMES, SIGNAL_TYPES } from '../domain/signal-types.ts';
import { externalIdSchema } from '../domain/text.ts';

export interface EventCatalogue {
  /** What one event is called in messages to people. */
  readonly noun: string;
  readonly types: ReadonlyMap<string, z.ZodType<Record<string, unknown>>>;
}

/** Data of an outcome. Members that are not known are kept and ignored, as with signals. */
export const outcomeDataSchema = z.looseObject({
  amount: moneySchema.optional().describe('What the outcome is worth.'),
  decision: externalIdSchema(128)
    .optional()
    .describe('Id of the decision that led here, if the sender knows it; a hint, checked against the window.'),
  text: z.string().max(100_000).optional().describe('What was written, as in a reply; notes are read out of it.'),
  conversation: externalIdSchema().optional().describe('The thread that it belongs to.'),
  dimensions: dimensionsSchema.optional().describe('Values to group reports by, such as an origin.'),
});

const revisionFields = {
  outcome: externalIdSchema(1_000).describe('`id` of the event with which the outcome was sent.'),
  source: externalIdSchema(1_000)
    .optional()
    .describe('`source` of that event; the source of this one if it is left out.'),
  reason: z.string().min(1).max(2_000).describe('Why; it stands on the ledger.'),
};

/** An outcome that was sent before was not quite so. Its `time` is when that was known: the later of two corrections holds. */
export const outcomeCorrectedSchema = z.looseObject({
  ...revisionFields,
  type: outcomeTypeSchema.optional(),
  occurred_at: z.iso.datetime({ offset: true }).optional(),
  amount: moneySchema.nullable().optional(),
  decision: externalIdSchema(128).nullable().optional(),
});

/** An outcome that was sent before did not happen. */
export const outcomeRetractedSchema = z.looseObject(revisionFields);

/** A `Map`, because a type such as `constructor` must not find what every object inherits. */
export const SIGNAL_CATALOGUE: EventCatalogue = {
  noun: 'signal',
  types: new Map(SIGNAL_TYPE_NAMES.map((type) => [type, SIGNAL_TYPES[type].data])),
};

export const OUTCOME_CATALOGUE: EventCatalogue = {
  noun: 'outcome',
  types: new Map<string, z.ZodType<Record<string, unknown>>>([
    ...OUTCOME_TYPES.map((type) => [type, outcomeDataSchema] as const),
    ['corrected', outcomeCorrectedSchema],
    ['retracted', outcomeRetractedSchema],
  ]),
};

/** What to tell a sender whose type is not there. */
export function unknownTypeDetail(catalogue: EventCatalogue): string {
  return `is not a ${catalogue.noun} type. The catalogue: ${[...catalogue.types.keys()].join(', ')}; GET /openapi.json describes the data of each.`;
}
