/**
 * What a note is. A note says one thing that is known, assumed or asked about an account or a person, where that came from, and since when
 * it is known. Its text is sealed; what stands here in the clear names nobody.
 */
import { z } from 'zod';

import { PERSONAS } from './entity.ts';
import type { AccountId, EventId, ImportId, NoteId, PersonId, ScopeId, TenantId } from './ids.ts';
import type { Instant } from './instant.ts';

export const NOTE_KINDS = ['fact', 'evidence', 'hypothesis', 'objection', 'conclusion', 'question'] as const;
export const noteKindSchema = z.enum(NOTE_KINDS);
export type NoteKind = z.infer<typeof noteKindSchema>;

export const LINK_TYPES = ['supports', 'contradicts', 'supersedes', 'about', 'derived_from'] as const;
export const linkTypeSchema = z.enum(LINK_TYPES);
export type LinkType = z.infer<typeof linkTypeSchema>;

/** Who stands behind a note, weakest first. A record is a system of record such as a CRM. */
export const NOTE_AUTHORITIES = ['agent', 'rule', 'record', 'person'] as const;
export const noteAuthoritySchema = z.enum(NOTE_AUTHORITIES);
export type NoteAuthority = z.infer<typeof noteAuthoritySchema>;

/** What an objection can be about. */
export const OBJECTION_TOPICS = ['price', 'timing', 'need', 'integration', 'security', 'incumbent', 'other'] as const;
export const objectionTopicSchema = z.enum(OBJECTION_TOPICS);
export type ObjectionTopic = z.infer<typeof objectionTopicSchema>;

/** An objection as an account keeps it for the decisions about its people. */
export const standingObjectionSchema = z.strictObject({
  note: z.string(),
  topic: objectionTopicSchema,
  /** Who raised it; null when nobody is named. */
  person: z.string().nullable(),
  /** What that person was to the purchase, as far as was known then. */
  persona: z.enum(PERSONAS).nullable(),
  /** When it was raised. */
  at: z.number(),
});
export type StandingObjection = z.infer<typeof standingObjectionSchema>;

interface PredicateSpec {
  readonly title: string;
  /** Whom it is said of. */
  readonly about: 'account' | 'person';
  /** True when there is one value at a time, so that a later one ends an earlier one. */
  readonly single: boolean;
  /** After how many days without a new look it counts as stale, unless the settings say otherwise. */
  readonly staleAfterDays: number;
}

const predicate = (title: string, about: PredicateSpec['about'], single: boolean, staleAfterDays: number) => ({
  title,
  about,
  single,
  staleAfterDays,
});

/** What notes can say of somebody. A note without predicate is free text. */
export const PREDICATES = {
  owner: predicate('Owner of the account on our side', 'account', true, 90),
  stage: predicate('Stage of the opportunity', 'account', true, 30),
  employees: predicate('Number of employees', 'account', true, 365),
  vertical: predicate('Industry', 'account', true, 730),
  country: predicate('Country', 'account', true, 730),
  annual_revenue: predicate('Annual revenue', 'account', true, 365),
  budget: predicate('Budget', 'account', true, 120),
  timeline: predicate('When they want to decide', 'account', true, 60),
  contract_end: predicate('When the present contract ends', 'account', true, 365),
  title: predicate('Job title', 'person', true, 180),
  competitor: predicate('A competitor was named', 'account', false, 180),
  pricing: predicate('Price was spoken of', 'account', false, 90),
} as const satisfies Record<string, PredicateSpec>;
export type Predicate = keyof typeof PREDICATES;
export const PREDICATE_NAMES = Object.keys(PREDICATES) as [Predicate, ...Predicate[]];
export const predicateSchema = z.enum(PREDICATE_NAMES);

/** One place in what an event carried: characters `from` up to, not with, `to` of the text at `pointer` of its data. */
export const spanSchema = z.strictObject({
  event: z.string(),
  pointer: z.string().max(200),
  from: z.int().min(0),
  to: z.int().min(0),
});
export type Span = z.infer<typeof spanSchema>;

export const noteLinkSchema = z.strictObject({
  to: z.string().min(1).max(64),
  type: linkTypeSchema,
  /** 0 to 1: how strongly the two belong together. */
  weight: z.number().gt(0).max(1),
});
export type NoteLink = z.infer<typeof noteLinkSchema>;

/** How many links one note may have, and how long its text may be. */
export const NOTE_LINKS_MAX = 50;
export const NOTE_TEXT_MAX = 8_000;

/** A note as the event that records it says it, without its text. */
export const noteRecordSchema = z.strictObject({
  note: z.string(),
  kind: noteKindSchema,
  account: z.string().nullable(),
  /** Whose key seals the text; null when it is the account's. */
  person: z.string().nullable(),
  predicate: predicateSchema.nullable(),
  source: z.string().max(256),
  ordinal: z.int(),
  confidence: z.number().min(0).max(1),
  authority: noteAuthoritySchema,
  observed_at: z.number(),
  valid_from: z.number(),
  valid_to: z.number().nullable(),
  /** The rule that made it; null when a person or an agent did. */
  rule: z.string().nullable(),
  by: z.string(),
  /** Hash of a value that is not personal, to see that it was only said again. */
  value_hash: z.string().nullable(),
  provenance: z.array(spanSchema).max(20),
  links: z.array(noteLinkSchema).max(NOTE_LINKS_MAX),
  /** The note that this one corrects, which is retracted with it. */
  replaces: z.string().nullable(),
  /** What an objection is about, and who raised it: with it, the account keeps the objection for decisions. */
  topic: objectionTopicSchema.optional(),
  persona: z.enum(PERSONAS).optional(),
});
export type NoteRecord = z.infer<typeof noteRecordSchema>;

/** What stands sealed beside a note. */
export const noteTextSchema = z.strictObject({
  text: z.string().min(1).max(NOTE_TEXT_MAX),
  /** The value alone, for a fact with a predicate. */
  value: z.string().max(500).nullable(),
});
export type NoteText = z.infer<typeof noteTextSchema>;

/** A note that was read out of a message. Its provenance is completed by the event that the message becomes. */
export interface NoteDraft {
  readonly record: Omit<NoteRecord, 'provenance'>;
  readonly spans: readonly Omit<Span, 'event'>[];
  readonly content: NoteText;
}

/**
 * The subject and predicate of a single-valued fact, or null when the note is none. What is said of an account belongs to the scope that keeps the
 * note, so a slot has one writer also where a person with a scope of their own speaks of an account.
 */
export function slotOf(note: Pick<NoteRecord, 'kind' | 'person' | 'predicate'>, scope: ScopeId): string | null {
  if (note.kind !== 'fact' || note.predicate === null) return null;
  const spec: PredicateSpec = PREDICATES[note.predicate];
  if (!spec.single) return null;
  const subject = spec.about === 'person' ? note.person : scope;
  return subject === null ? null : `${subject}/${note.predicate}`;
}

/** A note as it is stored. */
export interface StoredNote {
  readonly tenant: TenantId;
  readonly id: NoteId;
  readonly event: EventId;
  readonly scope: ScopeId;
  readonly account: AccountId | null;
  readonly person: PersonId | null;
  readonly kind: NoteKind;
  readonly predicate: Predicate | null;
  readonly slot: string | null;
  readonly source: string;
  readonly ordinal: number;
  readonly confidence: number;
  readonly authority: NoteAuthority;
  readonly observedAt: Instant;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly recordedAt: Instant;
  /** When another note took its place; null while it stands. */
  readonly supersededAt: Instant | null;
  readonly retractedAt: Instant | null;
  readonly lastVerifiedAt: Instant;
  readonly rule: string | null;
  readonly by: string;
  readonly provenance: readonly Span[];
  readonly batch: ImportId | null;
  /** Null when the key of its subject is gone. */
  readonly content: NoteText | null;
}
