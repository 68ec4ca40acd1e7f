/** What happens to an action, from its proposal through the gate and the review to its end. */
import { z } from 'zod';

import { actionTypeSchema, channelSchema, riskClassSchema } from '../action-types.ts';
import { SEQUENCE_TYPES } from '../cadence.ts';
import { checkResultSchema, HOLD_QUEUES } from '../gate.ts';
import { laneSchema } from '../lane.ts';
import { modeSchema } from '../mode.ts';
import { by, instant, reasonText, spec } from './event-parts.ts';

/** What every evaluation by the gate leaves behind: enough to run it again and to check that its facts were true. */
export const admissionSchema = z.strictObject({
  verdict_hash: z.string(),
  /** Checks that did not pass. */
  reasons: z.array(checkResultSchema),
  /** Hash of the snapshot part that holds the request and the facts. */
  snapshot: z.string(),
  policy: z.string(),
  gate_version: z.int(),
  guard_versions: z.record(z.string(), z.int()),
  registry_version: z.int(),
  trust_version: z.int(),
  /** Keys under which suppressions were looked up; empty when the tenant had none in force. */
  suppression_keys: z.array(z.string()),
});
export type Admission = z.infer<typeof admissionSchema>;

const actionProposed = z.strictObject({
  decision: z.string(),
  action_type: actionTypeSchema,
  channel: channelSchema,
  risk_class: riskClassSchema,
  lane: laneSchema,
  proposer: z.string(),
  engine: z.string(),
  account: z.string().nullable(),
  person: z.string().nullable(),
  domain: z.string().nullable(),
  fingerprint: z.string(),
  confidence: z.number().nullable(),
  sender: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  originating_proposal_id: z.string().nullable(),
  /** Of a touch that is not one of a sequence; those carry it in the events of their sequence. Left out by versions that did not log it. */
  touch: z
    .strictObject({
      sequence_type: z.enum(SEQUENCE_TYPES),
      /** The score of the person when it was proposed; null without one. */
      priority_score_at_queue: z.number().nullable(),
    })
    .optional(),
});

/**
 * What a scheduled action waits for beside the rules of the gate: `undo`, the time in which an approval can be taken back; `veto`, the time in which people may stop
 * what nobody had to approve; `capacity`, the next day on which reviewers have time for it; `pause`, the end of a pause.
 */
export const WAITS = ['undo', 'veto', 'capacity', 'pause'] as const;
export type Wait = (typeof WAITS)[number];

const byKind = z.enum(['person', 'agent', 'system']);

export const REVIEW_DECISIONS = ['approve', 'edit', 'reject', 'cancel'] as const;

/** Who said how an attempt ended whose channel could not. */
const settledSchema = z.strictObject({ by, reason: reasonText });

export const ACTION_EVENTS = {
  'action.proposed': spec(['action'], 'An action was proposed', actionProposed),
  'action.passed': spec(
    ['action'],
    'The gate passed an action',
    z.strictObject({
      admission: admissionSchema,
      permit: z.string(),
      expires_at: instant,
    }),
  ),
  'action.shadowed': spec(
    ['action'],
    'The gate would have passed an action',
    z.strictObject({ admission: admissionSchema }),
  ),
  'action.scheduled': spec(
    ['action'],
    'The gate put an action off',
    z.strictObject({
      admission: admissionSchema,
      due_at: instant,
      /** Left out when rules of the gate put it off. */
      waits: z.enum(WAITS).optional(),
    }),
  ),
  'action.held': spec(
    ['action'],
    'The gate held an action',
    z.strictObject({
      admission: admissionSchema,
      queue: z.enum(HOLD_QUEUES),
      review: z.string(),
      expires_at: instant,
      /** When a person should have decided. */
      review_due_at: instant.optional(),
      /** How many different people have to approve it; one when it is left out. */
      approvals_needed: z.int().min(1).optional(),
    }),
  ),
  'action.snoozed': spec(
    ['action'],
    'A held action was put aside for a while',
    z.strictObject({ review: z.string(), until: instant, by, reason: reasonText.nullable() }),
  ),
  'action.assigned': spec(
    ['action'],
    'A held action was given to somebody to decide',
    z.strictObject({ review: z.string(), to: z.string().nullable(), by, reason: reasonText.nullable() }),
  ),
  'action.undone': spec(
    ['action'],
    'A person took an approval back in time',
    z.strictObject({ review: z.string(), expires_at: instant, by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.moved': spec(
    ['action'],
    'A person moved a scheduled action to another time',
    z.strictObject({ due_at: instant, by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.hastened': spec(
    ['action'],
    'A person sent a scheduled action to the gate at once',
    z.strictObject({ by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.denied': spec(['action'], 'The gate denied an action', z.strictObject({ admission: admissionSchema })),
  'action.due': spec(['action'], 'A scheduled action came due', z.strictObject({ due_at: instant })),
  'action.called': spec(
    ['action'],
    'What the action waited for has ended',
    z.strictObject({ because: z.literal('ownership') }),
  ),
  'action.reviewed': spec(
    ['action'],
    'A person decided a held action',
    z.strictObject({
      decision: z.enum(REVIEW_DECISIONS),
      by,
      by_kind: byKind,
      fingerprint: z.string(),
      reason: z.string().nullable(),
      /** Fingerprint of the edited content and the share of text that was edited, 0 to 1. */
      edited_fingerprint: z.string().nullable(),
      edited_share: z.number(),
      /** Digest of the approved text, where its words name nobody and later drafts may learn from it. */
      example: z.string().optional(),
    }),
  ),
  'action.executed': spec(
    ['action'],
    'An action was executed',
    z.strictObject({
      permit: z.string(),
      receipt: z.string(),
      mode: modeSchema,
      executed_at: instant,
      settled: settledSchema.optional(),
    }),
  ),
  'action.failed': spec(
    ['action'],
    'An action failed for good',
    z.strictObject({ permit: z.string(), code: z.string(), detail: z.string(), settled: settledSchema.optional() }),
  ),
  'action.uncertain': spec(
    ['action'],
    'It is not known whether an action was executed',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.resumed': spec(
    ['action'],
    'An action was certainly not executed and goes on',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.returned': spec(
    ['action'],
    'A permit was given back, because it is not the hour to use it',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.expired': spec(
    ['action'],
    'A permit or a review expired',
    z.strictObject({ what: z.enum(['permit', 'review']), id: z.string() }),
  ),
} as const;
