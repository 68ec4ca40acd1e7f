/** Loads what a batch may change of notes and timelines, in two look-ups by key; the second only when a single-valued fact is among the messages. */
import type { LoadedMemory, Slot, SlotFact } from '../../actors/memory/memory-store.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { slotsOfMessage, tenantKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import type { NoteAuthority } from '../../domain/note.ts';
import type { SqlSession } from '../sql/sql.port.ts';

interface FactRow {
  readonly tenant: TenantId;
  readonly slot: string;
  readonly id: string;
  readonly valid_from: number;
  readonly valid_to: number | null;
  readonly observed_at: number;
  readonly authority: NoteAuthority;
  readonly confidence: number;
  readonly value_hash: string | null;
  readonly last_verified_at: number;
  readonly recorded_at: number;
  readonly retracted_at: number | null;
  readonly open_to: number | null;
  readonly open_from: number | null;
}

type Wanted = ReadonlyMap<string, { readonly tenant: TenantId; readonly name: string }>;

export async function loadMemory(session: SqlSession, messages: readonly Message[]): Promise<LoadedMemory> {
  const scopes = new Map<string, { tenant: TenantId; name: string }>();
  const slots = new Map<string, { tenant: TenantId; name: string }>();
  for (const message of messages) {
    const { tenant, scope, actor } = message;
    if (actor.kind !== 'tenant' && actor.kind !== 'trust' && actor.kind !== 'play')
      scopes.set(tenantKey(tenant, scope), { tenant, name: scope });
    for (const slot of slotsOfMessage(message)) slots.set(tenantKey(tenant, slot), { tenant, name: slot });
  }
  const [timelines, facts] = await Promise.all([readTimelines(session, scopes), readSlots(session, slots)]);
  return { timelines, slots: facts };
}

async function readTimelines(session: SqlSession, wanted: Wanted): Promise<LoadedMemory['timelines']> {
  if (wanted.size === 0) return new Map();
  const rows = await session.query<{ tenant: TenantId; scope: string; body: string }>(
    `SELECT t.* FROM unnest($1::text[], $2::text[]) AS w (tenant, scope)
     CROSS JOIN LATERAL (SELECT tenant, scope, body FROM timelines WHERE tenant = w.tenant AND scope = w.scope OFFSET 0) t`,
    namesOf(wanted),
  );
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.scope), row.body]));
}

async function readSlots(session: SqlSession, wanted: Wanted): Promise<LoadedMemory['slots']> {
  if (wanted.size === 0) return new Map();
  const rows = await session.query<FactRow>(
    `SELECT f.* FROM unnest($1::text[], $2::text[]) AS w (tenant, slot)
     CROSS JOIN LATERAL (
       SELECT n.tenant, n.slot, n.id, n.valid_from, n.valid_to, n.observed_at, n.authority, n.confidence, n.value_hash, n.last_verified_at, n.recorded_at,
         n.retracted_at, v.valid_to AS open_to, v.recorded_from AS open_from
       FROM notes n LEFT JOIN note_validity v ON v.tenant = n.tenant AND v.slot = n.slot AND v.note = n.id AND v.recorded_to IS NULL
       WHERE n.tenant = w.tenant AND n.slot = w.slot OFFSET 0
     ) f`,
    namesOf(wanted),
  );
  const slots = new Map<string, { facts: SlotFact[]; changedAt: number }>();
  for (const row of rows) {
    const key = tenantKey(row.tenant, row.slot);
    const slot = slots.get(key) ?? { facts: [], changedAt: 0 };
    slots.set(key, slot);
    slot.changedAt = Math.max(slot.changedAt, row.recorded_at, row.retracted_at ?? 0);
    if (row.retracted_at === null) slot.facts.push(slotFact(row));
  }
  return slots satisfies ReadonlyMap<string, Slot>;
}

function namesOf(wanted: Wanted): readonly string[][] {
  const items = [...wanted.values()];
  return [items.map((item) => item.tenant), items.map((item) => item.name)];
}

function slotFact(row: FactRow): SlotFact {
  return {
    id: row.id,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    observedAt: row.observed_at,
    authority: row.authority,
    confidence: row.confidence,
    valueHash: row.value_hash,
    lastVerifiedAt: row.last_verified_at,
    open: row.open_from === null ? null : { validTo: row.open_to, recordedFrom: row.open_from },
  };
}
