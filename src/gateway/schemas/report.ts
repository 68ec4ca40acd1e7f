/** Trust, the loop from signal to outcome, and the three proofs of the ledger. */
import { z } from 'zod';

import { channelSchema } from '../../domain/action-types.ts';
import { READINESS_PURPOSES } from '../../domain/readiness.ts';
import { GATE_REASONS } from '../../domain/reason-codes.ts';
import type { GateReason } from '../../domain/reason-codes.ts';
import { SENDER_LEVELS } from '../../domain/sender-health.ts';
import type { ReadinessReport } from '../gate-facts.port.ts';
import type {
  AnchorView,
  BackupView,
  LoopReport,
  RebuildReport,
  ReplayAllReport,
  TrustEventView,
  TrustView,
  VerifyReport,
} from '../services.port.ts';
import { anyJsonSchema, isoTimeSchema } from './common.ts';

export const trustViewSchema = z
  .object({
    cell: z.string(),
    action_type: z.string(),
    channel: z.string(),
    risk_class: z.string(),
    engine: z.string(),
    level: z.string(),
    good: z.number().describe('Decayed evidence in favour.'),
    bad: z.number().describe('Decayed evidence against.'),
    quantile: z.number().describe('The 5 % quantile that the gate uses.'),
    theta: z.number().describe('What the quantile has to reach.'),
    prior_good: z.number().describe('What the cell begins with, for and against.'),
    prior_bad: z.number(),
    prior_cells: z
      .int()
      .nullable()
      .describe(
        'From how many cells of the tenant that comes; null when the policy says it, since too few have evidence.',
      ),
    min_evidence: z.number(),
    explanation: z.string(),
  })
  .meta({ id: 'TrustCell' }) satisfies z.ZodType<TrustView>;

export const trustCellParams = z.strictObject({
  cell: z
    .string()
    .regex(/^[\w.:@/-]{1,300}$/, 'must be a trust cell')
    .describe('As `GET /v1/trust` names it, percent-encoded: action type, channel, risk class and engine.'),
});
export const trustEventSchema = z
  .object({ event: z.string(), at: isoTimeSchema, type: z.string(), data: anyJsonSchema })
  .meta({ id: 'TrustEvent' }) satisfies z.ZodType<TrustEventView>;

export const loopQuerySchema = z.strictObject({
  dimension: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'must be the name of a dimension such as origin')
    .optional()
    .describe('Group conversion by this dimension.'),
});

const counts = z.record(z.string(), z.int());

export const loopReportSchema = z
  .object({
    signals: z.int(),
    triage: z.object({ act: z.int(), later: z.int(), none: z.int() }),
    decisions: z.int(),
    verdicts: counts,
    executions: z.int(),
    outcomes: z.object({ total: z.int(), linked: z.int(), unlinked: z.int(), preceding: z.int() }),
    outcomes_by_type: counts,
    preceding: z
      .array(
        z.object({
          outcome: z.string(),
          subject: z.string(),
          type: z.string(),
          occurred_at: isoTimeSchema,
          first_seen_at: isoTimeSchema,
        }),
      )
      .describe('Outcomes that happened before the subject was first seen.'),
    conversion: z
      .array(
        z.object({
          value: z.string().nullable().describe('Null for subjects without the dimension.'),
          subjects: z.int(),
          won: z.int(),
          rate: z.number(),
        }),
      )
      .nullable(),
  })
  .meta({ id: 'LoopReport' }) satisfies z.ZodType<LoopReport>;

export const readinessQuerySchema = z.strictObject({
  purpose: z.enum(READINESS_PURPOSES).default('sales').describe('What kind of message to ask about.'),
});

const contactsOf = (meaning: string) => z.int().describe(meaning);

export const readinessReportSchema = z
  .object({
    purpose: z.enum(READINESS_PURPOSES),
    at: isoTimeSchema,
    contacts: contactsOf('All, without those that were merged into another or erased.'),
    ready: contactsOf(
      'Nothing that the gate asks for is unknown. A cooldown or a review may still make a message wait.',
    ),
    held: contactsOf('At least one fact is missing, and nothing known speaks against a message.'),
    refused: contactsOf('What is known forbids a message; further facts would not help.'),
    gaps: z
      .array(
        z.object({
          reason: z.enum(Object.keys(GATE_REASONS) as GateReason[]),
          fact: z.string().nullable().describe('The name of the fact where the reason does not say it.'),
          contacts: contactsOf('Held ones that lack this.'),
          share: z.number().describe('Of all contacts, 0 to 1.'),
          alone: contactsOf('Those that would be ready if only this were told.'),
          title: z.string(),
          remedy: z.string(),
          fix: z.string().describe('How to supply it for many contacts at once.'),
          examples: z.array(z.string()).describe('External ids of up to five of them.'),
        }),
      )
      .describe('The most frequent first.'),
    refusals: z
      .array(
        z.object({
          reason: z.enum(Object.keys(GATE_REASONS) as GateReason[]),
          contacts: contactsOf('Refused ones that this forbids a message to.'),
          share: z.number().describe('Of all contacts, 0 to 1.'),
          alone: contactsOf('Those that nothing else forbids a message to.'),
          title: z.string(),
          remedy: z.string(),
          fix: z.string().describe('How to take it back for many contacts at once, where it is wrong.'),
          examples: z.array(z.string()).describe('External ids of up to five of them.'),
        }),
      )
      .describe('The most frequent first.'),
    limited_senders: z
      .array(z.object({ channel: channelSchema, sender: z.string(), level: z.enum(SENDER_LEVELS) }))
      .describe('Senders that the gate limits, whoever the contact is.'),
  })
  .meta({ id: 'ReadinessReport' }) satisfies z.ZodType<ReadinessReport>;

export const backupViewSchema = z
  .object({
    folder: z.string(),
    taken_at: z.string(),
    schema: z.int(),
    events: z.int(),
    rows: z.int(),
    bytes: z.int(),
  })
  .meta({ id: 'Backup' }) satisfies z.ZodType<BackupView>;

export const verifyReportSchema = z
  .object({
    ok: z.boolean(),
    events: z.int(),
    partitions: z.int(),
    faults: z.array(z.object({ partition: z.int(), seq: z.int(), kind: z.string(), detail: z.string() })),
    unnamed: z.int().describe('Faults that were found beyond those that are named.'),
    anchors: z
      .object({
        files: z.int(),
        newest_at: isoTimeSchema.nullable(),
        faults: z.array(z.object({ file: z.string(), detail: z.string() })),
      })
      .describe('The anchors that the chains were compared with, and what is wrong with the files themselves.'),
    archives: z
      .object({
        known: z.int(),
        events: z.int(),
        read: z.boolean(),
        faults: z.array(z.object({ file: z.string(), detail: z.string() })),
      })
      .describe(
        'Archives of what has left the database: how many there are, whether their files were read, and what is wrong with them.',
      ),
  })
  .meta({ id: 'VerifyReport' }) satisfies z.ZodType<VerifyReport>;

export const anchorRequestSchema = z
  .strictObject({
    restored_from: z.iso
      .datetime()
      .optional()
      .describe(
        'The time of a backup that was restored since the last anchor. Anchors of after it are left out from now on.',
      ),
  })
  .meta({ id: 'AnchorRequest', examples: [{}] });

export const anchorViewSchema = z
  .object({
    file: z.string(),
    number: z.int(),
    at: isoTimeSchema,
    events: z.int(),
    public_key: z.string().describe('Ed25519, base64 of its 32 bytes.'),
  })
  .meta({ id: 'Anchor' }) satisfies z.ZodType<AnchorView>;

export const rebuildReportSchema = z
  .object({
    ok: z.boolean(),
    events: z.int(),
    actors: z.int(),
    guards: z.int(),
    notes: z.int(),
    timelines: z.int(),
    differences: z.array(z.object({ kind: z.string(), key: z.string(), detail: z.string() })),
  })
  .meta({ id: 'RebuildReport' }) satisfies z.ZodType<RebuildReport>;

export const replayAllReportSchema = z
  .object({
    ok: z.boolean(),
    evaluations: z.int(),
    identical: z.int(),
    different: z.int(),
    redacted: z.int(),
    facts_differ: z.int(),
    other_time_zone_data: z
      .int()
      .describe('Evaluations that another edition of the time zone database answered than the one of this program.'),
    examples: z.array(z.object({ event: z.string(), detail: z.string() })),
  })
  .meta({ id: 'ReplayAllReport' }) satisfies z.ZodType<ReplayAllReport>;
