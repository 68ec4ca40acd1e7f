/** Reads what is kept of notes and timelines of a partition, past row-level security, for a rebuild. */
import type { KeptExample } from '../../actors/examples/example-store.port.ts';
import type { LinkRow, TimelineRow, ValidityRow } from '../../actors/memory/memory-store.port.ts';
import type { KeptNote, MemoryReader } from '../../actors/replay/memory-reader.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { NoteRecord } from '../../domain/note.ts';
import { keptPlays } from '../read/play-reader.ts';
import { keptSends } from '../read/sender-reader.ts';
import type { Sql } from '../sql/sql.port.ts';
import { NOTE_COLUMNS } from './note-reader.ts';
import type { NoteRecordRow } from './note-reader.ts';

type Row = NoteRecordRow & { readonly tenant: TenantId; readonly value_hash: string | null };

export function createMemoryReader(sql: Sql): MemoryReader {
  return {
    plays: () => keptPlays(sql),
    senderSends: () => keptSends(sql),
    start: (partition) =>
      sql.asOwner(async (session) => {
        const [row] = await session.query<{ after: number }>(
          `SELECT coalesce(l.projected_after, h.seq) AS after FROM partition_leases l JOIN partition_heads h ON h.partition = l.partition WHERE l.partition = $1`,
          [partition],
        );
        return row?.after ?? 0;
      }),
    examples: (partition) =>
      sql.asOwner((session) =>
        session.query<KeptExample>(
          `SELECT tenant, id, partition, action, subject, action_type, step, signal, persona, objection, segment, edited, approved_at, digest, withdrawn_at
           FROM examples WHERE partition = $1`,
          [partition],
        ),
      ),
    kept: (partition) =>
      sql.asOwner(async (session) => {
        const [timelines, notes, versions, links] = await Promise.all([
          session.query<TimelineRow>('SELECT tenant, scope, partition, body FROM timelines WHERE partition = $1', [
            partition,
          ]),
          session.query<Row>(`SELECT n.tenant, n.value_hash, ${NOTE_COLUMNS} FROM notes n WHERE n.partition = $1`, [
            partition,
          ]),
          session.query<ValidityRow>(
            `SELECT tenant, note, partition, slot, valid_from AS "validFrom", valid_to AS "validTo", recorded_from AS "recordedFrom", recorded_to AS "recordedTo"
             FROM note_validity WHERE partition = $1`,
            [partition],
          ),
          session.query<LinkRow>(
            'SELECT tenant, from_note AS "from", to_note AS "to", type, weight, partition FROM note_links WHERE partition = $1',
            [partition],
          ),
        ]);
        return { timelines, notes: notes.map(keptNote), versions, links };
      }),
  };
}

function keptNote(row: Row): KeptNote {
  return {
    tenant: row.tenant,
    partition: row.partition,
    seq: row.seq,
    scope: row.scope,
    slot: row.slot,
    recordedAt: row.recorded_at,
    supersededAt: row.superseded_at,
    retractedAt: row.retracted_at,
    lastVerifiedAt: row.last_verified_at,
    batch: row.batch,
    sealed: row.sealed,
    record: {
      note: row.id,
      kind: row.kind,
      account: row.account,
      person: row.person,
      predicate: row.predicate,
      source: row.source,
      ordinal: row.ordinal,
      confidence: row.confidence,
      authority: row.authority,
      observed_at: row.observed_at,
      valid_from: row.valid_from,
      valid_to: row.valid_to,
      rule: row.rule,
      by: row.recorded_by,
      value_hash: row.value_hash,
      provenance: JSON.parse(row.provenance) as NoteRecord['provenance'],
    },
  };
}
