/** What a person may ask of the data about them. */
import { z } from 'zod';

import { signedErasureProofSchema } from '../../domain/erasure-proof.ts';
import type { ErasureView, ProofCheck, PurgeView, SubjectActView, SubjectExport } from '../services.port.ts';
import { contactViewSchema, eventViewSchema } from './account.ts';
import { isoTimeSchema, objectInputSchema, reasonSchema } from './common.ts';
import { decisionViewSchema } from './decision.ts';
import { keyRotationSchema } from './key-generations.ts';

export const subjectExportSchema = z
  .object({
    subject: z.string().describe('The id of the person.'),
    exported_at: isoTimeSchema,
    erased: z.boolean().describe('True when what was sealed can no longer be read by anybody.'),
    hold: z
      .object({ by: z.string(), reason: z.string(), at: isoTimeSchema })
      .nullable()
      .describe('The legal hold that forbids an erasure.'),
    profile: contactViewSchema.nullable(),
    events: z.array(eventViewSchema),
    decisions: z.array(decisionViewSchema),
    suppressions: z.array(z.object({ scope: z.string(), reason: z.string(), source: z.string() })),
  })
  .meta({ id: 'SubjectExport' }) satisfies z.ZodType<SubjectExport>;

export const subjectRequestSchema = z
  .strictObject({ reason: reasonSchema.describe('Why, without naming the person; it stands on the ledger.') })
  .meta({ id: 'SubjectRequest', examples: [{ reason: 'Asked for it by letter of 12 May.' }] });

export const subjectActSchema = z
  .object({ subject: z.string(), event: z.string(), at: isoTimeSchema })
  .meta({ id: 'SubjectAct' }) satisfies z.ZodType<SubjectActView>;

const remainsSchema = z
  .array(z.object({ what: z.string(), why: z.string(), until: isoTimeSchema.nullable() }))
  .describe('What is left of the person, why, and until when.');

export const erasureSchema = subjectActSchema
  .extend({ remains: remainsSchema })
  .meta({ id: 'Erasure' }) satisfies z.ZodType<ErasureView>;

export const purgeSchema = z
  .object({
    subject: z.string(),
    steps: z.array(
      z.object({
        what: z.string(),
        bytes_before: z.int().nullable().describe('With indexes; null where nobody counts them.'),
        bytes_after: z.int().nullable(),
      }),
    ),
    keys: z
      .union([keyRotationSchema, z.object({ done: z.literal(false), to_do: z.string() })])
      .describe(
        'The master key was replaced, so that no copy of the key of the person can be opened; or what must be done first.',
      ),
    remains: remainsSchema,
  })
  .meta({ id: 'Purge' }) satisfies z.ZodType<PurgeView>;

export const erasureProofViewSchema = signedErasureProofSchema.meta({ id: 'ErasureProof' });

export const proofDocumentSchema = objectInputSchema
  .describe('The proof as it was handed out, with its signature.')
  .meta({ id: 'ErasureProofDocument', examples: [{ format: 1, kind: 'erasure_proof', signature: '…' }] });

export const proofCheckSchema = z
  .object({
    ok: z.boolean().describe('True when it is a proof of this installation and tenant, unaltered, and still true.'),
    subject: z.string().nullable(),
    faults: z.array(z.string()),
  })
  .meta({ id: 'ErasureProofCheck' }) satisfies z.ZodType<ProofCheck>;
