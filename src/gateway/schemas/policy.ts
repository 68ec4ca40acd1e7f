/** Changes of the policy: findings, differences, what a change would have done, and proposals. */
import { z } from 'zod';

import { GATE_CHECKS } from '../../domain/gate.ts';
import { CASES_MAX, policyCaseSchema } from '../../domain/policy-case.ts';
import { POLICY_PROPOSAL_STATES } from '../../domain/policy-proposal.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { PolicyDiffView, PolicyLintView, PolicyProposalView, PolicyTestView } from '../policy.port.ts';
import { policyBodySchema } from './administration.ts';
import { anyJsonSchema, isoTimeSchema, reasonSchema } from './common.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be the hash of a policy');
const DAYS_MAX = 3_650;
const daysSchema = z.int().min(0).max(DAYS_MAX);

export const lintRequestSchema = z
  .strictObject({
    policy: policyBodySchema.optional().describe('The one in force if it is left out.'),
    require: z
      .array(z.enum(GATE_CHECKS))
      .optional()
      .describe('Checks that every permit must have been asked for: a way around one of them is an error.'),
  })
  .meta({ id: 'PolicyLintRequest', examples: [{ require: ['consent'] }] });

const findingSchema = z.object({
  code: z.string(),
  severity: z.string().describe('`error` is certain to be wrong, `warning` may be meant, `note` is worth knowing.'),
  pointer: z.string(),
  message: z.string(),
});
export const lintViewSchema = z
  .object({ ok: z.boolean(), policy: z.string(), findings: z.array(findingSchema) })
  .meta({ id: 'PolicyLint' }) satisfies z.ZodType<PolicyLintView>;

export const diffRequestSchema = z
  .strictObject({
    before: hashSchema.optional().describe('The one in force if it is left out.'),
    after: policyBodySchema,
  })
  .meta({ id: 'PolicyDiffRequest', examples: [{ after: DEFAULT_POLICY }] });

export const diffViewSchema = z
  .object({
    before: z.string(),
    after: z.string(),
    changes: z.array(
      z.object({
        section: z.string(),
        pointer: z.string(),
        before: anyJsonSchema,
        after: anyJsonSchema,
        words: z.string(),
        owners: z.array(z.string()).describe('Authorities any one of which may approve it.'),
      }),
    ),
  })
  .meta({ id: 'PolicyDifference' }) satisfies z.ZodType<PolicyDiffView>;

export const policyTestRequestSchema = z
  .strictObject({
    policy: policyBodySchema.optional().describe('The one in force if it is left out.'),
    days: daysSchema
      .optional()
      .describe('Decisions of so many days are decided again; 0 for none, 30 if it is left out.'),
    cases: z.array(policyCaseSchema).max(CASES_MAX).optional(),
  })
  .meta({
    id: 'PolicyTestRequest',
    examples: [{ days: 0, cases: [{ request: { action_type: 'outreach_push' }, expect: 'pass' }] }],
  });

const count = z.int();
const saidSchema = z.object({ verdict: z.string(), reasons: z.array(z.string()) });
export const backtestSchema = z.object({
  before: z.string(),
  after: z.string(),
  since: isoTimeSchema,
  until: isoTimeSchema,
  decisions: count,
  counts: z.object({
    held: count,
    denied: count,
    delayed: count,
    released: count,
    chosen_otherwise: count,
    unknown: count,
    same: count,
  }),
  changed: z.array(
    z.object({
      decision: z.string(),
      at: isoTimeSchema,
      action_type: z.string(),
      kind: z.enum(['held', 'denied', 'delayed', 'released', 'chosen_otherwise', 'unknown', 'same']),
      from: z.string().nullable(),
      to: z.string().nullable(),
      reasons: z.array(z.string()),
    }),
  ),
  unnamed: count,
});

export const policyTestSchema = z
  .object({
    ok: z.boolean().describe('False when a case was decided otherwise than it says.'),
    backtest: backtestSchema.nullable(),
    cases: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        expected: z.object({ verdict: z.string(), reasons: z.array(z.string()).nullable() }),
        found: saidSchema,
      }),
    ),
  })
  .meta({ id: 'PolicyTest' }) satisfies z.ZodType<PolicyTestView>;

export const policyProposalRequestSchema = z
  .strictObject({
    policy: policyBodySchema,
    effective_from: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('When it comes into force; as soon as it is approved if it is left out.'),
    reason: reasonSchema,
    days: daysSchema.optional().describe('Days of the past that approvers are shown; 30 if it is left out.'),
  })
  .meta({ id: 'PolicyProposalRequest', examples: [{ policy: DEFAULT_POLICY, reason: 'Fewer touches in December.' }] });

export const policyRejectionSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'PolicyRejection', examples: [{ reason: 'The cap is too high.' }] });

export const policyProposalSchema = z
  .object({
    id: z.string(),
    state: z.enum(POLICY_PROPOSAL_STATES),
    name: z.string(),
    policy: z.string(),
    base: z.string(),
    by: z.string(),
    at: isoTimeSchema,
    effective_from: isoTimeSchema.nullable(),
    sections: z.array(
      z.object({ section: z.string(), owners: z.array(z.string()), approved_by: z.string().nullable() }),
    ),
  })
  .meta({ id: 'PolicyProposal' }) satisfies z.ZodType<PolicyProposalView>;

export const singleOperatorSchema = z
  .strictObject({ enabled: z.boolean() })
  .meta({ id: 'SingleOperator', examples: [{ enabled: true }] });
export const singleOperatorSetSchema = z.object({ single_operator: z.boolean() }).meta({ id: 'SingleOperatorState' });
