/** How notes are read: by whom they are about, by id, by what they are linked to, and by what stands beside them in their source. */
import type { NoteId, TenantId } from '../../domain/ids.ts';
import type { LinkType, StoredNote } from '../../domain/note.ts';

export interface NoteEdge {
  readonly from: NoteId;
  readonly to: NoteId;
  readonly type: LinkType;
  readonly weight: number;
}

/** A stretch of time in which a single-valued fact held, and from when to when that was what was known. */
export interface NoteValidity {
  readonly note: NoteId;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly recordedFrom: number;
  readonly recordedTo: number | null;
}

export interface NotesQuery {
  /** Account or lone person. */
  readonly scope: string;
  /** Only notes whose text is this person's. */
  readonly person?: string | undefined;
  /** What was known then; the present when left out. Notes that were retracted or superseded by then are left out. */
  readonly asOf?: number | undefined;
  /** Also those that do not stand any more. */
  readonly all?: boolean | undefined;
  /** Position after which to go on: recorded time and id of the last note. */
  readonly after?: readonly [number, string] | undefined;
  readonly limit: number;
}

export interface NoteReader {
  /** In the order in which they were recorded, ties by id. */
  list(tenant: TenantId, query: NotesQuery): Promise<readonly StoredNote[]>;
  /** Those that exist, in no order. */
  byIds(tenant: TenantId, ids: readonly string[]): Promise<readonly StoredNote[]>;
  /** Links that begin or end at these notes. */
  links(tenant: TenantId, ids: readonly string[]): Promise<readonly NoteEdge[]>;
  /** Notes of the same source, in its order: up to `reach` before and after the given one, without it. */
  neighbours(
    tenant: TenantId,
    note: Pick<StoredNote, 'id' | 'source' | 'ordinal'>,
    reach: number,
  ): Promise<readonly StoredNote[]>;
  /** Every version of the history of a slot, by recorded and valid time. */
  validity(tenant: TenantId, slot: string): Promise<readonly NoteValidity[]>;
}
