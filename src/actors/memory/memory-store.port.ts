/** What the runtime reads and writes of notes and timelines with a batch. All of it follows from the ledger. */
import type { TenantId } from '../../domain/ids.ts';
import type { NoteAuthority, NoteLink, NoteRecord } from '../../domain/note.ts';

/** A fact that was not retracted, with the stretch in which it is now said to have held. */
export interface SlotFact {
  readonly id: string;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly observedAt: number;
  readonly authority: NoteAuthority;
  readonly confidence: number;
  readonly valueHash: string | null;
  readonly lastVerifiedAt: number;
  /** Null when it holds at no time. */
  readonly open: { readonly validTo: number | null; readonly recordedFrom: number } | null;
}

/** All facts of one subject and predicate, and when its history changed last. */
export interface Slot {
  readonly facts: readonly SlotFact[];
  readonly changedAt: number;
}

export interface NoteRow {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly seq: number;
  readonly scope: string;
  readonly slot: string | null;
  readonly recordedAt: number;
  readonly batch: string | null;
  readonly record: NoteRecord;
}

/** What changed about notes, some of which may be older than the batch. Undefined members stay as they are. */
export interface NoteChange {
  readonly tenant: TenantId;
  readonly id: string;
  /** The partition and scope of the event that changes it: a note elsewhere is not touched. */
  readonly partition: number;
  readonly scope: string;
  readonly retractedAt?: number;
  readonly lastVerifiedAt?: number;
  /** Null when it holds again. */
  readonly supersededAt?: number | null;
  /** Superseded by a link: counts only the first time, and only for a note that is no single-valued fact. */
  readonly linkedAway?: boolean;
}

export interface ValidityRow {
  readonly tenant: TenantId;
  readonly note: string;
  readonly partition: number;
  readonly slot: string;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly recordedFrom: number;
  readonly recordedTo: number | null;
}

export interface LinkRow extends NoteLink {
  readonly tenant: TenantId;
  readonly from: string;
  readonly partition: number;
}

export interface TimelineRow {
  readonly tenant: TenantId;
  readonly scope: string;
  readonly partition: number;
  /** JSON of a `Timeline`. */
  readonly body: string;
}

export interface MemoryWrites {
  readonly notes: readonly NoteRow[];
  readonly links: readonly LinkRow[];
  readonly changes: readonly NoteChange[];
  /** Versions from before the batch that end; one that would end when it began goes. */
  readonly versionsEnded: readonly ValidityRow[];
  readonly versions: readonly ValidityRow[];
  readonly timelines: readonly TimelineRow[];
}

/** Keys are those of `tenantKey`. */
export interface LoadedMemory {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly timelines: ReadonlyMap<string, string>;
}
