/** Writes what a batch changes of notes and timelines. What ends goes before what begins, or two versions of a fact would overlap for a moment. */
import type { MemoryWrites, NoteChange } from '../../actors/memory/memory-store.port.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { EventId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { Writes } from '../runtime/write/writes.ts';
import { columns } from '../sql/columns.ts';

/** `sealed` has the sealed texts of the batch's events. */
export function writeMemory(writes: Writes, plan: MemoryWrites, sealed: ReadonlyMap<EventId, string>): void {
  writeTimelines(writes, plan);
  writeNotes(writes, plan, sealed);
  writeLinks(writes, plan);
  writeChanges(writes, plan);
  writeVersions(writes, plan);
}

function writeTimelines(writes: Writes, { timelines }: MemoryWrites): void {
  if (timelines.length === 0) return;
  writes.send(
    `INSERT INTO timelines (tenant, scope, partition, body) SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[])
     ON CONFLICT (tenant, scope) DO UPDATE SET body = EXCLUDED.body`,
    columns(timelines, [(t) => t.tenant, (t) => t.scope, (t) => t.partition, (t) => t.body]),
  );
}

function writeNotes(writes: Writes, { notes }: MemoryWrites, sealed: ReadonlyMap<EventId, string>): void {
  if (notes.length === 0) return;
  writes.send(
    `INSERT INTO notes (tenant, id, partition, seq, scope, account, person, kind, predicate, slot, source, ordinal, confidence, authority, observed_at, valid_from,
       valid_to, recorded_at, last_verified_at, rule, recorded_by, value_hash, provenance, sealed, batch)
     SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::bigint[], $13::float8[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::text[], $21::text[], $22::text[],
       $23::text[], $24::text[], $25::text[])`,
    columns(notes, [
      (n) => n.tenant,
      (n) => n.record.note,
      (n) => n.partition,
      (n) => n.seq,
      (n) => n.scope,
      (n) => n.record.account,
      (n) => n.record.person,
      (n) => n.record.kind,
      (n) => n.record.predicate,
      (n) => n.slot,
      (n) => n.record.source,
      (n) => n.record.ordinal,
      (n) => n.record.confidence,
      (n) => n.record.authority,
      (n) => n.record.observed_at,
      (n) => n.record.valid_from,
      (n) => n.record.valid_to,
      (n) => n.recordedAt,
      (n) => n.record.observed_at,
      (n) => n.record.rule,
      (n) => n.record.by,
      (n) => n.record.value_hash,
      (n) => JSON.stringify(n.record.provenance),
      (n) => sealed.get(eventIdOf(n.partition, n.seq)) ?? null,
      (n) => n.batch,
    ]),
  );
}

function writeLinks(writes: Writes, { links }: MemoryWrites): void {
  if (links.length === 0) return;
  writes.send(
    `INSERT INTO note_links (tenant, from_note, to_note, type, weight, partition)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::smallint[]) ON CONFLICT DO NOTHING`,
    columns(links, [(l) => l.tenant, (l) => l.from, (l) => l.to, (l) => l.type, (l) => l.weight, (l) => l.partition]),
  );
}

interface Merged {
  readonly change: NoteChange;
  retractedAt: number | null;
  lastVerifiedAt: number | null;
  supersededAt: number | null;
  isSupersededSet: boolean;
  linkedAwayAt: number | null;
}

/** All changes of a batch to one note as one: the first end, the last look, the last word on whether it is superseded. */
function mergedChanges(changes: readonly NoteChange[]): readonly Merged[] {
  const merged = new Map<string, Merged>();
  for (const change of changes) {
    const key = `${tenantKey(change.tenant, change.id)}\n${change.scope}`;
    const known = merged.get(key) ?? {
      change,
      retractedAt: null,
      lastVerifiedAt: null,
      supersededAt: null,
      isSupersededSet: false,
      linkedAwayAt: null,
    };
    known.retractedAt ??= change.retractedAt ?? null;
    if (change.lastVerifiedAt !== undefined)
      known.lastVerifiedAt = Math.max(known.lastVerifiedAt ?? 0, change.lastVerifiedAt);
    if (change.linkedAway === true) known.linkedAwayAt ??= change.supersededAt ?? null;
    else if (change.supersededAt !== undefined)
      Object.assign(known, { supersededAt: change.supersededAt, isSupersededSet: true });
    merged.set(key, known);
  }
  return [...merged.values()];
}

function writeChanges(writes: Writes, { changes }: MemoryWrites): void {
  if (changes.length === 0) return;
  writes.send(
    `UPDATE notes n SET retracted_at = coalesce(n.retracted_at, w.retracted), last_verified_at = greatest(n.last_verified_at, w.verified),
       superseded_at = CASE WHEN w.is_set THEN w.superseded WHEN n.slot IS NULL THEN coalesce(n.superseded_at, w.linked) ELSE n.superseded_at END
     FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::bool[], $8::bigint[], $9::bigint[])
       AS w (tenant, id, partition, scope, retracted, verified, is_set, superseded, linked)
     WHERE n.tenant = w.tenant AND n.id = w.id AND n.partition = w.partition AND n.scope = w.scope`,
    columns(mergedChanges(changes), [
      (m) => m.change.tenant,
      (m) => m.change.id,
      (m) => m.change.partition,
      (m) => m.change.scope,
      (m) => m.retractedAt,
      (m) => m.lastVerifiedAt,
      (m) => m.isSupersededSet,
      (m) => m.supersededAt,
      (m) => m.linkedAwayAt,
    ]),
  );
}

function writeVersions(writes: Writes, { versions, versionsEnded }: MemoryWrites): void {
  const gone = versionsEnded.filter((row) => row.recordedTo === row.recordedFrom);
  const ended = versionsEnded.filter((row) => row.recordedTo !== row.recordedFrom);
  if (gone.length > 0) {
    writes.expect(
      'versions of facts that go',
      `DELETE FROM note_validity v USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS w (tenant, slot, note, recorded_from)
       WHERE v.tenant = w.tenant AND v.slot = w.slot AND v.note = w.note AND v.recorded_from = w.recorded_from AND v.recorded_to IS NULL RETURNING 1`,
      columns(gone, [(v) => v.tenant, (v) => v.slot, (v) => v.note, (v) => v.recordedFrom]),
      gone.length,
    );
  }
  if (ended.length > 0) {
    writes.expect(
      'versions of facts that end',
      `UPDATE note_validity v SET recorded_to = w.recorded_to FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
         AS w (tenant, slot, note, recorded_from, recorded_to)
       WHERE v.tenant = w.tenant AND v.slot = w.slot AND v.note = w.note AND v.recorded_from = w.recorded_from AND v.recorded_to IS NULL RETURNING 1`,
      columns(ended, [(v) => v.tenant, (v) => v.slot, (v) => v.note, (v) => v.recordedFrom, (v) => v.recordedTo]),
      ended.length,
    );
  }
  if (versions.length === 0) return;
  writes.send(
    `INSERT INTO note_validity (tenant, note, partition, slot, valid_from, valid_to, recorded_from, recorded_to)
     SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])`,
    columns(versions, [
      (v) => v.tenant,
      (v) => v.note,
      (v) => v.partition,
      (v) => v.slot,
      (v) => v.validFrom,
      (v) => v.validTo,
      (v) => v.recordedFrom,
      (v) => v.recordedTo,
    ]),
  );
}
