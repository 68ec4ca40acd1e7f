/** Notes and timelines as they come in and leave. */
import { z } from 'zod';

import {
  linkTypeSchema,
  NOTE_LINKS_MAX,
  NOTE_TEXT_MAX,
  noteAuthoritySchema,
  noteKindSchema,
  predicateSchema,
  spanSchema,
} from '../../domain/note.ts';
import { externalIdSchema } from '../../domain/text.ts';
import { pageFields } from '../cursor.ts';
import type { CorrectionRequest, NoteDetail, NoteRequest, NoteView } from '../note-services.port.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import { idSchema, isoTimeSchema, reasonSchema, subjectSchema } from './common.ts';

const time = z
  .string()
  .max(64)
  .refine((text) => parseRfc3339(text) !== null, 'must be an RFC 3339 timestamp such as 2026-11-21T10:00:00Z')
  .meta({ format: 'date-time' });

const text = z
  .string()
  .min(1)
  .max(NOTE_TEXT_MAX)
  .refine((value) => value.isWellFormed() && !value.includes('\u0000'), 'must be well-formed text without NUL');
const value = z
  .string()
  .min(1)
  .max(500)
  .refine((item) => item.isWellFormed() && !item.includes('\u0000'), 'must be well-formed text without NUL');

export const noteBody = z
  .strictObject({
    id: idSchema.describe('Chosen by the caller and unique: sending a note again changes nothing.'),
    subject: subjectSchema,
    kind: noteKindSchema,
    text: text.describe('What is noted, in a sentence or two. It is sealed with the key of its subject.'),
    predicate: predicateSchema
      .nullish()
      .describe(
        'What is said of the subject. A fact about one that has a single value at a time ends the one before it.',
      ),
    value: value.nullish().describe('The value alone; required for a fact with a predicate.'),
    observed_at: time.nullish().describe('When it was seen or said; the present if it is left out.'),
    valid_from: time.nullish().describe('Since when it holds; `observed_at` if it is left out.'),
    valid_to: time.nullish().describe('Until when it holds, if that is known already.'),
    confidence: z.number().min(0).max(1).nullish().describe('0 to 1; 1 if it is left out.'),
    source: externalIdSchema(256)
      .nullish()
      .describe('The document that it is from. Notes of one document are neighbours.'),
    ordinal: z.int().min(0).max(1e15).nullish().describe('Its place in that document.'),
    links: z
      .array(
        z.strictObject({
          to: idSchema.max(64),
          type: linkTypeSchema,
          weight: z
            .number()
            .gt(0)
            .max(1)
            .optional()
            .describe('How strongly they belong together; 1 if it is left out.'),
        }),
      )
      .max(NOTE_LINKS_MAX)
      .nullish(),
  })
  .meta({
    id: 'NewNote',
    examples: [
      {
        id: 'crm-4711',
        subject: 'account/acme',
        kind: 'fact',
        predicate: 'budget',
        value: '50,000 EUR',
        text: 'They have 50,000 EUR for this year.',
        observed_at: '2026-11-20T09:30:00Z',
      },
    ],
  });

export const correctionBody = z
  .strictObject({
    id: idSchema.describe('Chosen by the caller and unique: sending a correction again changes nothing.'),
    text,
    value: value.nullish(),
    valid_from: time.nullish().describe('That of the corrected note if it is left out.'),
    valid_to: time.nullish().describe('That of the corrected note if it is left out.'),
  })
  .meta({ id: 'NoteCorrection', examples: [{ id: 'fix-1', text: 'The budget is 40,000 EUR.', value: '40,000 EUR' }] });

export const verificationBody = z
  .strictObject({ reason: reasonSchema.nullish().describe('How it was found to hold; it stands on the ledger.') })
  .meta({ id: 'NoteVerification', examples: [{ reason: 'Asked on the phone.' }] });

export const retractionBody = z
  .strictObject({ reason: reasonSchema.describe('Why it is wrong; it stands on the ledger.') })
  .meta({ id: 'NoteRetraction', examples: [{ reason: 'That was another company of the same name.' }] });

export const notesQuerySchema = z.strictObject({
  ...pageFields,
  as_of: time.optional().describe('What was known then, and held then.'),
  all: z.enum(['true', 'false']).optional().describe('With `true` also notes that were superseded or retracted.'),
});

export const recordedSchema = z
  .object({ note: z.string(), duplicate: z.boolean().describe('True when it was recorded before.') })
  .meta({ id: 'NoteRecorded' });

export const noteViewSchema = z
  .object({
    id: z.string(),
    kind: noteKindSchema,
    account: z.string().nullable(),
    person: z.string().nullable(),
    predicate: predicateSchema.nullable(),
    text: z.string().nullable().describe('Null when the key of its subject was destroyed.'),
    value: z.string().nullable(),
    confidence: z.number(),
    authority: noteAuthoritySchema,
    rule: z.string().nullable().describe('The rule that made it; null when somebody said it.'),
    by: z.string(),
    source: z.string(),
    ordinal: z.number(),
    provenance: z.array(spanSchema).describe('Events and the characters in them that it was read from.'),
    event: z.string().describe('The event that recorded it.'),
    observed_at: isoTimeSchema,
    valid_from: isoTimeSchema,
    valid_to: isoTimeSchema.nullable(),
    recorded_at: isoTimeSchema,
    superseded_at: isoTimeSchema.nullable(),
    retracted_at: isoTimeSchema.nullable(),
    last_verified_at: isoTimeSchema,
    is_stale: z.boolean().describe('True when nobody has found it to hold for longer than such a thing usually does.'),
  })
  .meta({ id: 'Note' }) satisfies z.ZodType<NoteView>;

export const noteDetailSchema = noteViewSchema
  .extend({
    links: z.array(
      z.object({ direction: z.enum(['out', 'in']), type: linkTypeSchema, weight: z.number(), note: z.string() }),
    ),
    history: z
      .array(
        z.object({
          note: z.string(),
          valid_from: isoTimeSchema,
          valid_to: isoTimeSchema.nullable(),
          recorded_from: isoTimeSchema,
          recorded_to: isoTimeSchema.nullable(),
        }),
      )
      .describe('When each fact of this subject and predicate held, and from when to when that was what was known.'),
  })
  .meta({ id: 'NoteDetail' }) satisfies z.ZodType<NoteDetail>;

const touchSchema = z.object({ at: isoTimeSchema, ref: z.string().optional(), person: z.string().optional() });
const touchesSchema = z
  .record(z.string(), touchSchema)
  .describe('Last touches by channel and direction, such as `email/out`.');

export const timelineSchema = z
  .object({
    account: z.string().nullable(),
    person: z.string().nullable(),
    first_at: isoTimeSchema.nullable(),
    last_at: isoTimeSchema.nullable(),
    counts: z.record(z.string(), z.int()).describe('How often each type of event came.'),
    entries: z.array(
      z.object({
        type: z.string(),
        at: isoTimeSchema,
        to: isoTimeSchema.optional().describe('The last time, where it happened several times in a row.'),
        count: z.int().optional(),
        what: z.string().optional(),
        lane: z.string().optional(),
        channel: z.string().optional(),
        person: z.string().optional(),
        ref: z.string(),
      }),
    ),
    open: z
      .array(
        z.object({
          kind: z.enum(['request', 'reply', 'question', 'action']),
          ref: z.string(),
          what: z.string(),
          at: isoTimeSchema,
          person: z.string().optional(),
          state: z.enum(['proposed', 'scheduled', 'held', 'permitted', 'uncertain']).optional(),
          waits_for: z.string().optional(),
          lane: z.string().optional(),
          channel: z.string().optional(),
        }),
      )
      .describe('What waits for an answer, a review or a channel.'),
    touches: touchesSchema,
    people: z.record(
      z.string(),
      z.object({ signals: z.int(), last_at: isoTimeSchema, touches: z.record(z.string(), isoTimeSchema) }),
    ),
  })
  .meta({ id: 'Timeline', description: 'Holds ids only: whoever may read a contact finds the person there.' });

type Sent<Body extends z.ZodType> = z.infer<Body>;

export function noteRequestOf(body: Sent<typeof noteBody>): NoteRequest {
  return {
    id: body.id,
    subject: body.subject,
    kind: body.kind,
    text: body.text,
    predicate: body.predicate ?? null,
    value: body.value ?? null,
    observed_at: instantOf(body.observed_at),
    valid_from: instantOf(body.valid_from),
    valid_to: instantOf(body.valid_to),
    confidence: body.confidence ?? null,
    source: body.source ?? null,
    ordinal: body.ordinal ?? null,
    links: (body.links ?? []).map(({ to, type, weight }) => ({ to, type, weight: weight ?? 1 })),
  };
}

export function correctionOf(body: Sent<typeof correctionBody>): CorrectionRequest {
  return {
    id: body.id,
    text: body.text,
    value: body.value ?? null,
    valid_from: instantOf(body.valid_from),
    valid_to: instantOf(body.valid_to),
  };
}

export function instantOf(given: string | null | undefined): number | null {
  return given === null || given === undefined ? null : parseRfc3339(given);
}
