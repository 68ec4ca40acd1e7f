/** Notes and timelines as the gateway and the command line see them. */
import type { LinkType, NoteAuthority, NoteKind, Predicate, Span } from '../domain/note.ts';
import type { OpenThread, TimelineEntry } from '../domain/timeline.ts';
import type { Caller, Page, PageQuery } from './services.port.ts';

export interface NoteView {
  readonly id: string;
  readonly kind: NoteKind;
  readonly account: string | null;
  readonly person: string | null;
  readonly predicate: Predicate | null;
  /** Null when the key of its subject was destroyed. */
  readonly text: string | null;
  readonly value: string | null;
  readonly confidence: number;
  readonly authority: NoteAuthority;
  /** The rule that made it; null when somebody said it. */
  readonly rule: string | null;
  readonly by: string;
  readonly source: string;
  readonly ordinal: number;
  readonly provenance: readonly Span[];
  readonly event: string;
  readonly observed_at: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly recorded_at: string;
  readonly superseded_at: string | null;
  readonly retracted_at: string | null;
  readonly last_verified_at: string;
  readonly is_stale: boolean;
}

export interface NoteLinkView {
  readonly direction: 'out' | 'in';
  readonly type: LinkType;
  readonly weight: number;
  readonly note: string;
}

/** A stretch in which one of the facts of the same subject and predicate held, as it was known from one moment to another. */
export interface NoteHistoryView {
  readonly note: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly recorded_from: string;
  readonly recorded_to: string | null;
}

export interface NoteDetail extends NoteView {
  readonly links: readonly NoteLinkView[];
  /** Empty when the note is no single-valued fact. */
  readonly history: readonly NoteHistoryView[];
}

export interface NoteRequest {
  readonly id: string;
  readonly subject: string;
  readonly kind: NoteKind;
  readonly text: string;
  readonly predicate: Predicate | null;
  readonly value: string | null;
  readonly observed_at: number | null;
  readonly valid_from: number | null;
  readonly valid_to: number | null;
  readonly confidence: number | null;
  readonly source: string | null;
  readonly ordinal: number | null;
  readonly links: readonly { readonly to: string; readonly type: LinkType; readonly weight: number }[];
}

export interface CorrectionRequest {
  readonly id: string;
  readonly text: string;
  readonly value: string | null;
  readonly valid_from: number | null;
  readonly valid_to: number | null;
}

export interface NotesFilter extends PageQuery {
  /** Milliseconds: what was known then. */
  readonly as_of: number | null;
  /** Also notes that do not stand any more. */
  readonly all: boolean;
}

type Times<Item, Keys extends keyof Item> = Omit<Item, Keys> & {
  readonly [Key in Keys]: undefined extends Item[Key] ? string | undefined : string;
};

export interface TouchView {
  readonly at: string;
  readonly ref?: string | undefined;
  readonly person?: string | undefined;
}

export interface TimelineView {
  readonly account: string | null;
  readonly person: string | null;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly entries: readonly Times<TimelineEntry, 'at' | 'to'>[];
  readonly open: readonly Times<OpenThread, 'at'>[];
  readonly touches: Readonly<Record<string, TouchView>>;
  readonly people: Readonly<
    Record<
      string,
      { readonly signals: number; readonly last_at: string; readonly touches: Readonly<Record<string, string>> }
    >
  >;
}

export interface NoteServices {
  /** Throws `invalid_request` when a link leads nowhere, `conflict` when the id was used for something else. */
  recordNote(caller: Caller, input: NoteRequest): Promise<{ readonly note: string; readonly duplicate: boolean }>;
  /** Throws `not_found`. */
  getNote(caller: Caller, id: string): Promise<NoteDetail>;
  verifyNote(caller: Caller, id: string, reason: string | null): Promise<NoteView>;
  correctNote(
    caller: Caller,
    id: string,
    input: CorrectionRequest,
  ): Promise<{ readonly note: string; readonly duplicate: boolean }>;
  retractNote(caller: Caller, id: string, reason: string): Promise<NoteView>;
  /** Of an account, by its external id, in the order in which they were recorded. */
  listNotes(caller: Caller, account: string, filter: NotesFilter): Promise<Page<NoteView>>;
  accountTimeline(caller: Caller, account: string): Promise<TimelineView>;
  contactTimeline(caller: Caller, contact: string): Promise<TimelineView>;
}
