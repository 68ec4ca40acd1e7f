/** Identities as they come in and leave: merges, moves, further names, probable duplicates. */
import { z } from 'zod';

import { ALIAS_KINDS } from '../../domain/identity.ts';
import { pageFields } from '../cursor.ts';
import type { AliasView, IdentityActView, NamedEntity, SuggestionView } from '../identity.port.ts';
import { externalIdParams, idSchema, isoTimeSchema, reasonSchema } from './common.ts';

const namedEntitySchema = z
  .object({ id: z.string(), external_id: z.string().nullable().describe('Null for people: theirs is sealed.') })
  .meta({ id: 'NamedEntity' }) satisfies z.ZodType<NamedEntity>;

export const identityActSchema = z
  .object({
    id: z.string(),
    act: z.enum(['merge', 'reparent']),
    subject_kind: z.enum(['account', 'contact']),
    subject: namedEntitySchema,
    target: namedEntitySchema
      .nullable()
      .describe('Into whom it was merged, or the account that a person was moved to.'),
    previous: namedEntitySchema.nullable().describe('The account before a move.'),
    state: z
      .enum(['joining', 'merged', 'splitting', 'split', 'done', 'reversed'])
      .describe('`joining` and `splitting` end by themselves; both sides are restricted from the first moment.'),
    by: z.string(),
    reason: z.string(),
    at: isoTimeSchema,
  })
  .meta({ id: 'IdentityAct' }) satisfies z.ZodType<IdentityActView>;

const requestIdSchema = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('Makes the act safe to repeat: the same id with the same content changes nothing more.');

export const mergeSchema = z
  .strictObject({
    into: idSchema.describe('External id of the one that stays.'),
    reason: reasonSchema,
    request_id: requestIdSchema,
  })
  .meta({
    id: 'Merge',
    examples: [{ into: 'acme', reason: 'The same company under its old name.', request_id: 'dup-17' }],
  });

export const moveSchema = z
  .strictObject({
    account: idSchema.nullable().describe('External id of the new account; null for none.'),
    reason: reasonSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: 'Move', examples: [{ account: 'globex', reason: 'Changed jobs in May.' }] });

export const reversalSchema = z
  .strictObject({ reason: reasonSchema, request_id: requestIdSchema })
  .meta({ id: 'Reversal', examples: [{ reason: 'Two companies after all.' }] });

export const aliasSchema = z
  .object({
    id: z.string(),
    kind: z.enum(ALIAS_KINDS),
    value: z.string().nullable().describe('Null when it was learned from a signal or erased.'),
    added_at: isoTimeSchema.nullable(),
  })
  .meta({ id: 'Alias' }) satisfies z.ZodType<AliasView>;

const aliasFields = {
  kind: z.enum(ALIAS_KINDS),
  system: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('The system that an external id is of; it is found as `system:value`.'),
  value: z.string().min(1).max(254),
};
export const newAliasSchema = z.strictObject({ ...aliasFields, reason: reasonSchema }).meta({
  id: 'NewAlias',
  examples: [{ kind: 'external', system: 'crm', value: '00Q1', reason: 'Its id in the CRM.' }],
});
export const aliasQuerySchema = z.strictObject({ entity: z.enum(['account', 'contact']), ...aliasFields });
export const aliasParams = externalIdParams.extend({ id: idSchema });
export const aliasReasonQuery = z.strictObject({ reason: reasonSchema });
export const aliasListSchema = z.object({ items: z.array(aliasSchema) });
export const removedAliasSchema = z.object({ id: z.string() }).meta({ id: 'RemovedAlias' });
export { namedEntitySchema };

export const suggestionSchema = z
  .object({
    kind: z.enum(['account', 'contact']),
    one: namedEntitySchema,
    other: namedEntitySchema,
    score: z.number().describe('0 to 100: the points of all reasons.'),
    reasons: z.array(z.object({ code: z.string(), detail: z.string(), points: z.number() })),
  })
  .meta({ id: 'Suggestion' }) satisfies z.ZodType<SuggestionView>;
export const suggestionQuerySchema = z.strictObject({
  kind: z.enum(['account', 'contact']).optional().describe('Accounts, if it is left out.'),
  ...pageFields,
});
export const dismissalSchema = z
  .strictObject({ kind: z.enum(['account', 'contact']), one: idSchema, other: idSchema, reason: reasonSchema })
  .meta({
    id: 'Dismissal',
    examples: [{ kind: 'account', one: 'acc_1', other: 'acc_2', reason: 'A franchise with its own budget.' }],
  });
export const dismissedSchema = z.object({ one: z.string(), other: z.string() }).meta({ id: 'Dismissed' });
export const identityActQuerySchema = z.strictObject({ ...pageFields });
