/**
 * Folds events of notes into rows: the runtime does it with what a batch loaded, `rebuild` from the first event on, and both come to the same.
 * The history of a single-valued fact is computed anew from all its claims whenever one comes or goes, and what differs becomes a new version.
 */
import type { EventData } from '../../domain/event-types.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import { slotOf } from '../../domain/note.ts';
import type { NoteRecord } from '../../domain/note.ts';
import { historyOf } from '../../policies/fact-history.ts';
import type { LinkRow, NoteChange, NoteRow, Slot, SlotFact, ValidityRow } from './memory-store.port.ts';

const EMPTY_SLOT: Slot = { facts: [], changedAt: 0 };

type Place = Pick<LedgerHeader, 'tenant' | 'partition' | 'scope' | 'at'>;

export class NoteFold {
  readonly notes: NoteRow[] = [];
  readonly links: LinkRow[] = [];
  readonly changes: NoteChange[] = [];
  readonly #loaded: ReadonlyMap<string, Slot>;
  readonly #slots = new Map<string, Slot>();
  readonly #ended = new Map<string, ValidityRow>();
  readonly #versions = new Map<string, ValidityRow>();

  constructor(slots: ReadonlyMap<string, Slot>) {
    this.#loaded = slots;
  }

  get versions(): readonly ValidityRow[] {
    return [...this.#versions.values()];
  }

  /** Versions that were there before and end. */
  get versionsEnded(): readonly ValidityRow[] {
    return [...this.#ended.values()];
  }

  slot(tenant: LedgerHeader['tenant'], slot: string): Slot {
    const key = tenantKey(tenant, slot);
    return this.#slots.get(key) ?? this.#loaded.get(key) ?? EMPTY_SLOT;
  }

  /** Takes one event; those that are not about notes change nothing. */
  apply(header: LedgerHeader, data: unknown): void {
    switch (header.type) {
      case 'note.recorded':
        return this.#record(header, data as NoteRecord);
      case 'note.verified': {
        const { note, slot, verified_at } = data as EventData<'note.verified'>;
        this.#change(header, note, { lastVerifiedAt: verified_at });
        if (slot !== null) this.#verifyFact(header, slot, note, verified_at);
        return undefined;
      }
      case 'note.retracted': {
        const { note, slot } = data as EventData<'note.retracted'>;
        return this.#retract(header, note, slot);
      }
      default:
        return undefined;
    }
  }

  #record(header: LedgerHeader, record: NoteRecord): void {
    const { tenant, partition, scope, at } = header;
    const slot = slotOf(record, scope);
    this.notes.push({ tenant, partition, seq: header.seq, scope, slot, recordedAt: at, batch: header.batch, record });
    for (const link of record.links) {
      this.links.push({ ...link, tenant, from: record.note, partition });
      if (link.type === 'supersedes') this.#change(header, link.to, { supersededAt: at, linkedAway: true });
    }
    if (record.replaces !== null) this.#retract(header, record.replaces, slot);
    if (slot === null) return;
    const claim: SlotFact = {
      id: record.note,
      validFrom: record.valid_from,
      validTo: record.valid_to,
      observedAt: record.observed_at,
      authority: record.authority,
      confidence: record.confidence,
      valueHash: record.value_hash,
      lastVerifiedAt: record.observed_at,
      open: null,
    };
    this.#replaceFacts(header, slot, (facts) => [...facts, claim]);
  }

  #retract(header: LedgerHeader, note: string, slot: string | null): void {
    this.#change(header, note, { retractedAt: header.at });
    if (slot !== null) this.#replaceFacts(header, slot, (facts) => facts.filter((fact) => fact.id !== note));
  }

  #change(
    { tenant, partition, scope }: Place,
    id: string,
    change: Omit<NoteChange, 'tenant' | 'id' | 'partition' | 'scope'>,
  ): void {
    this.changes.push({ tenant, id, partition, scope, ...change });
  }

  #verifyFact({ tenant }: Place, slot: string, note: string, at: number): void {
    const { facts, changedAt } = this.slot(tenant, slot);
    const verified = facts.map((fact) =>
      fact.id === note ? { ...fact, lastVerifiedAt: Math.max(fact.lastVerifiedAt, at) } : fact,
    );
    this.#slots.set(tenantKey(tenant, slot), { facts: verified, changedAt });
  }

  #replaceFacts(place: Place, slot: string, change: (facts: readonly SlotFact[]) => readonly SlotFact[]): void {
    const before = this.slot(place.tenant, slot);
    const facts = change(before.facts);
    // The clock of what was recorded never runs backwards within a slot.
    const at = Math.max(place.at, before.changedAt);
    const history = new Map(historyOf(facts).map((holding) => [holding.id, holding]));
    const kept = new Set(facts.map((fact) => fact.id));
    for (const fact of before.facts) {
      if (kept.has(fact.id) || fact.open === null) continue;
      this.#end(place, slot, fact, at);
    }
    const after = facts.map((fact): SlotFact => {
      const holding = history.get(fact.id);
      const isNew = !before.facts.some((known) => known.id === fact.id);
      if (!isNew && (holding === undefined ? fact.open === null : fact.open?.validTo === holding.to)) return fact;
      if (fact.open !== null) this.#end(place, slot, fact, at);
      const ended = holding === undefined || holding.to !== fact.validTo;
      if (isNew ? ended : ended !== isEnded(fact)) this.#change(place, fact.id, { supersededAt: ended ? at : null });
      if (holding === undefined) return { ...fact, open: null };
      this.#open(place, slot, fact, holding.to, at);
      return { ...fact, open: { validTo: holding.to, recordedFrom: at } };
    });
    this.#slots.set(tenantKey(place.tenant, slot), { facts: after, changedAt: at });
  }

  #open({ tenant, partition }: Place, slot: string, fact: SlotFact, validTo: number | null, at: number): void {
    const row = {
      tenant,
      note: fact.id,
      partition,
      slot,
      validFrom: fact.validFrom,
      validTo,
      recordedFrom: at,
      recordedTo: null,
    };
    this.#versions.set(versionKey(row), row);
  }

  #end({ tenant, partition }: Place, slot: string, { id, validFrom, open }: SlotFact, at: number): void {
    if (open === null) return;
    const row = { tenant, note: id, partition, slot, validFrom, ...open, recordedTo: at };
    const key = versionKey(row);
    // What began and ended at one moment was never known.
    if (!this.#versions.has(key)) this.#ended.set(key, row);
    else if (open.recordedFrom === at) this.#versions.delete(key);
    else this.#versions.set(key, row);
  }
}

/** Whether another claim has ended this one, or outdone it. */
function isEnded(fact: SlotFact): boolean {
  return fact.open === null || fact.open.validTo !== fact.validTo;
}

export function versionKey(row: Pick<ValidityRow, 'tenant' | 'slot' | 'note' | 'recordedFrom'>): string {
  return `${row.tenant}\n${row.slot}\n${row.note}\n${row.recordedFrom}`;
}
