/** Touches made elsewhere, how current they are, and on what messages rest. */
import { z } from 'zod';

import { channelSchema } from '../../domain/action-types.ts';
import { CONSENT_BASES, countrySchema } from '../../domain/entity.ts';
import { purposeSchema } from '../../domain/lawful-basis.ts';
import { DIRECTIONS } from '../../domain/signal-types.ts';
import { syncSourceSchema } from '../../domain/sync.ts';
import { labelSchema } from '../../domain/text.ts';
import type { LawfulBasesView, SyncView, TouchAccepted } from '../gate-facts.port.ts';
import { idSchema, isoTimeSchema, reasonSchema, subjectSchema } from './common.ts';

const TOUCHES_MAX = 1_000;
const timeSchema = z.iso.datetime({ offset: true });

const touchSchema = z
  .strictObject({
    id: idSchema.describe('Unique per source: sent again it changes nothing.'),
    source: idSchema.describe('The tool or mailbox that reports it.'),
    subject: subjectSchema,
    channel: channelSchema,
    direction: z.enum(DIRECTIONS).default('outbound').describe('`inbound`: they replied, which stops sequences.'),
    at: timeSchema.describe('When it happened, in the past or now.'),
  })
  .meta({ id: 'TouchElsewhere' });

export const touchesSchema = z.strictObject({ touches: z.array(touchSchema).min(1).max(TOUCHES_MAX) }).meta({
  id: 'TouchesElsewhere',
  examples: [
    {
      touches: [
        { id: 'msg-81', source: 'mailbox', subject: 'contact/c-42', channel: 'email', at: '2026-11-20T09:12:00Z' },
      ],
    },
  ],
});

export const touchesAcceptedSchema = z
  .object({
    accepted: z.array(z.object({ id: z.string(), duplicate: z.boolean() }) satisfies z.ZodType<TouchAccepted>),
  })
  .meta({ id: 'TouchesAccepted' });

export const syncReportSchema = z
  .strictObject({
    source: syncSourceSchema,
    complete_to: timeSchema.describe('Everything of the source up to this moment was sent.'),
  })
  .meta({ id: 'SyncReport', examples: [{ source: 'crm', complete_to: '2026-11-20T09:15:00Z' }] });

export const syncsSchema = z
  .object({
    items: z.array(
      z.object({
        source: syncSourceSchema,
        complete_to: isoTimeSchema.nullable().describe('Null when it never reported.'),
        limit_ms: z.int().nullable().describe('How old it may be before selling waits; null: the policy does not say.'),
        stale: z.boolean(),
      }) satisfies z.ZodType<SyncView>,
    ),
  })
  .meta({ id: 'Syncs' });

export const lawfulBasisInputSchema = z
  .strictObject({
    purpose: purposeSchema,
    basis: z.enum(CONSENT_BASES).describe('`withdrawn` takes it back.'),
    source: labelSchema().describe('Where it was obtained or withdrawn. Names nobody.'),
    since: timeSchema.nullable().default(null).describe('When it was obtained or withdrawn; null: now.'),
    jurisdiction: countrySchema.nullable().default(null).describe('Whose law it was obtained under.'),
    evidence: z.string().max(10_000).nullable().default(null).describe('What proves it. It is sealed.'),
  })
  .meta({
    id: 'LawfulBasis',
    examples: [
      {
        purpose: 'marketing',
        basis: 'consent',
        source: 'webinar form',
        since: '2026-10-02T08:00:00Z',
        jurisdiction: 'DE',
      },
    ],
  });

export const lawfulBasesSchema = z
  .object({
    subject: z.string(),
    general: z.enum(CONSENT_BASES).nullable().describe('What a source says of the contact as a whole.'),
    purposes: z.array(
      z.object({
        purpose: purposeSchema,
        basis: z.enum(CONSENT_BASES),
        source: z.string(),
        since: isoTimeSchema,
        jurisdiction: z.string().nullable(),
        proven: z.boolean().describe('Whether a proof is sealed with the event that recorded it.'),
      }),
    ),
  })
  .meta({ id: 'LawfulBases' }) satisfies z.ZodType<LawfulBasesView>;

export const bounceClearanceSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'BounceClearance', examples: [{ reason: 'The address was misspelled.' }] });
export const bounceClearedSchema = z.object({ subject: z.string() }).meta({ id: 'BounceCleared' });
