/** How a rebuild reads what the runtime keeps of notes and timelines, by partition. */
import type { TenantId } from '../../domain/ids.ts';
import type { NoteRecord } from '../../domain/note.ts';
import type { KeptExample } from '../examples/example-store.port.ts';
import type { LinkRow, TimelineRow, ValidityRow } from '../memory/memory-store.port.ts';
import type { KeptPlays } from './rebuild-plays.ts';

/** A note as it should stand after all that happened to it. */
export interface KeptNote {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly seq: number;
  readonly scope: string;
  readonly slot: string | null;
  readonly recordedAt: number;
  readonly supersededAt: number | null;
  readonly retractedAt: number | null;
  readonly lastVerifiedAt: number;
  readonly batch: string | null;
  /** The sealed bytes, which are those of the event. */
  readonly sealed: string | null;
  readonly record: Omit<NoteRecord, 'links' | 'replaces' | 'topic' | 'persona'>;
}

export interface KeptMemory {
  readonly timelines: readonly TimelineRow[];
  readonly notes: readonly KeptNote[];
  readonly versions: readonly ValidityRow[];
  readonly links: readonly LinkRow[];
}

/** What one partition counted of a sender in one hour. */
export interface SenderSendsRow {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly channel: string;
  readonly sender: string;
  readonly hour: number;
  readonly sent: number;
}

export interface MemoryReader {
  /** Events up to this position are from before notes and timelines were kept. */
  start(partition: number): Promise<number>;
  kept(partition: number): Promise<KeptMemory>;
  examples(partition: number): Promise<readonly KeptExample[]>;
  /** Plays, and the log of brains, of all tenants. */
  plays(): Promise<KeptPlays>;
  /** What senders sent, of all tenants. */
  senderSends(): Promise<readonly SenderSendsRow[]>;
}
