/** Patterns of corrections: what was corrected, how often, and the rule that would have said so before. */
import { z } from 'zod';

import { actionTypeSchema } from '../../domain/action-types.ts';
import { tenantRuleSchema } from '../../domain/policy.ts';
import type { TenantRule } from '../../domain/policy.ts';
import type { PatternDetail, PatternView } from '../patterns.port.ts';
import { isoTimeSchema, reasonSchema } from './common.ts';
import { backtestSchema } from './policy.ts';

const EDITED_RULE: TenantRule = {
  id: 'pattern-0123456789abcdef',
  title: 'No mail to users',
  when: [{ attribute: 'persona', operator: 'eq', value: 'user' }],
  then: 'hold',
};

export const patternSchema = z
  .object({
    id: z.string().describe('The same for the same class and correction.'),
    state: z.enum(['open', 'proposed']).describe('`proposed` while a policy with its rule waits.'),
    proposal: z.string().nullable().describe('That policy.'),
    class: z.object({
      action_type: actionTypeSchema,
      attribute: z.string().nullable().describe('Null: all drafts of this type.'),
      value: z.string().nullable(),
    }),
    correction: z.enum(['rejected', 'edited']),
    reason: z.string().nullable().describe('As it was said last; null for edits.'),
    words: z.string(),
    corrections: z.int(),
    reviews: z.int().describe('Decided reviews of the class, the corrections among them.'),
    evidence: z.array(z.string()).describe('Reviews that were corrected so, the newest 20.'),
    first_at: isoTimeSchema,
    last_at: isoTimeSchema,
    rule: tenantRuleSchema.describe('What a confirmation proposes.'),
  })
  .meta({ id: 'Pattern' }) satisfies z.ZodType<PatternView>;

export const patternDetailSchema = patternSchema
  .extend({ backtest: backtestSchema.describe('What the policy in force would have done with the rule.') })
  .meta({ id: 'PatternDetail' }) satisfies z.ZodType<PatternDetail>;

export const patternConfirmationSchema = z
  .strictObject({
    rule: tenantRuleSchema.optional().describe('Another rule than the suggested one, under the same id.'),
    reason: reasonSchema.optional(),
  })
  .meta({ id: 'PatternConfirmation', examples: [{ rule: EDITED_RULE, reason: 'They never buy.' }] });

export const patternDismissalSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'PatternDismissal', examples: [{ reason: 'The list was wrong, not the class.' }] });

export const patternDismissedSchema = z.object({ id: z.string() }).meta({ id: 'DismissedPattern' });
