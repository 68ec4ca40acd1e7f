/** Derives notes, their histories and timelines of one partition from its events, and names what is kept otherwise. */
import { canonicalJson } from '../../domain/json.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { MemoryFold, NOTHING_LOADED } from '../memory/memory-fold.ts';
import type { NoteChange, NoteRow } from '../memory/memory-store.port.ts';
import { versionKey } from '../memory/note-fold.ts';
import type { KeptMemory, KeptNote } from './memory-reader.port.ts';

export type MemoryKind = 'timeline' | 'note' | 'validity' | 'link';

export interface MemoryDifference {
  readonly kind: MemoryKind;
  readonly key: string;
  readonly detail: string;
}

/** The rows of one kind by key, as text that says everything about them. */
type Rows = ReadonlyMap<string, string>;

export class MemoryRebuild {
  readonly #fold = new MemoryFold(NOTHING_LOADED);
  readonly #sealed = new Map<string, string | null>();
  readonly #after: number;

  /** `after` is the position up to which nobody kept these tables. */
  constructor(after: number) {
    this.#after = after;
  }

  apply(row: LedgerRow, data: unknown): void {
    if (row.seq <= this.#after) return;
    this.#fold.apply(row, data);
    if (row.type === 'note.recorded') this.#sealed.set(`${row.partition}-${row.seq}`, row.sealed);
  }

  /** Compares with what is kept. `differ` is told of each row that is not as it should be. */
  compare(kept: KeptMemory, differ: (difference: MemoryDifference) => void): Record<MemoryKind, number> {
    const { notes, links, versions } = this.#fold.notes;
    const linksOf = (rows: KeptMemory['links']): Rows =>
      new Map(
        rows.map((link) => [tenantKey(link.tenant, `${link.from} ${link.type} ${link.to}`), canonicalJson(link)]),
      );
    const timelinesOf = (rows: KeptMemory['timelines']): Rows =>
      new Map(rows.map((row) => [tenantKey(row.tenant, row.scope), canonicalJson(JSON.parse(row.body))]));
    const versionsOf = (rows: KeptMemory['versions']): Rows =>
      new Map(rows.map((row) => [versionKey(row).replaceAll('\n', '/'), canonicalJson(row)]));
    // A text that was kept long enough may still stand in an archive of the ledger: what is gone is not compared.
    const gone = new Set(
      kept.notes.flatMap(({ tenant, record, sealed }) => (sealed === null ? [tenantKey(tenant, record.note)] : [])),
    );
    const notesOf = (rows: readonly KeptNote[]): Rows =>
      new Map(
        rows.map((row) => {
          const key = tenantKey(row.tenant, row.record.note);
          return [key, canonicalJson(gone.has(key) ? { ...row, sealed: null } : row)];
        }),
      );
    return {
      timeline: compareRows('timeline', timelinesOf(this.#fold.timelines()), timelinesOf(kept.timelines), differ),
      note: compareRows('note', notesOf(this.#notes(notes)), notesOf(kept.notes), differ),
      validity: compareRows('validity', versionsOf(versions), versionsOf(kept.versions), differ),
      link: compareRows('link', linksOf(links), linksOf(kept.links), differ),
    };
  }

  #notes(rows: readonly NoteRow[]): readonly KeptNote[] {
    const byKey = new Map(
      rows.map((row): [string, KeptNote] => {
        const { links: _links, replaces: _replaces, topic: _topic, persona: _persona, ...record } = row.record;
        return [
          tenantKey(row.tenant, record.note),
          {
            ...row,
            record,
            supersededAt: null,
            retractedAt: null,
            lastVerifiedAt: record.observed_at,
            sealed: this.#sealed.get(`${row.partition}-${row.seq}`) ?? null,
          },
        ];
      }),
    );
    for (const change of this.#fold.notes.changes) {
      const key = tenantKey(change.tenant, change.id);
      const note = byKey.get(key);
      if (note !== undefined && note.scope === change.scope) byKey.set(key, changed(note, change));
    }
    return [...byKey.values()];
  }
}

function changed(note: KeptNote, { retractedAt, lastVerifiedAt, supersededAt, linkedAway }: NoteChange): KeptNote {
  const superseded =
    supersededAt === undefined || (linkedAway === true && (note.slot !== null || note.supersededAt !== null))
      ? note.supersededAt
      : supersededAt;
  return {
    ...note,
    retractedAt: note.retractedAt ?? retractedAt ?? null,
    lastVerifiedAt: Math.max(note.lastVerifiedAt, lastVerifiedAt ?? 0),
    supersededAt: superseded,
  };
}

/** Both by key, as text that says everything about a row. Returns how many are kept. */
export function compareRows<Kind extends string>(
  kind: Kind,
  derived: Rows,
  kept: Rows,
  differ: (difference: { readonly kind: Kind; readonly key: string; readonly detail: string }) => void,
): number {
  for (const [key, text] of kept) {
    const folded = derived.get(key);
    if (folded === undefined) differ({ kind, key, detail: 'is kept, but does not follow from the ledger' });
    else if (folded !== text) differ({ kind, key, detail: 'is kept otherwise than the ledger gives' });
  }
  for (const key of derived.keys())
    if (!kept.has(key)) differ({ kind, key, detail: 'follows from the ledger, but is not kept' });
  return kept.size;
}
