import type { GuardWrite } from '../../domain/guard.ts';
/** Derives every actor state, guard, note, timeline, example, play and analysis from the first event on, and compares them with what the runtime keeps. */
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { Runners } from '../../machines/catalogue.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { LedgerReader } from './ledger-reader.port.ts';
import type { MemoryReader } from './memory-reader.port.ts';
import { ExampleRebuild } from './rebuild-examples.ts';
import { MemoryRebuild } from './rebuild-memory.ts';
import type { MemoryKind } from './rebuild-memory.ts';
import { PlayRebuild } from './rebuild-plays.ts';
import type { LibraryKind } from './rebuild-plays.ts';
import { SenderRebuild } from './rebuild-senders.ts';
import { sharedGuards } from './shared-guards.ts';

export interface RebuildDifference {
  readonly kind: 'actor' | 'guard' | 'example' | MemoryKind | LibraryKind | 'sender';
  readonly key: string;
  readonly detail: string;
}

export interface RebuildResult {
  readonly events: number;
  readonly actors: number;
  readonly guards: number;
  readonly notes: number;
  readonly timelines: number;
  readonly differences: readonly RebuildDifference[];
}

const SLICE = 5_000;
const DIFFERENCES_MAX = 100;

interface SharedWrite {
  readonly tenant: TenantId;
  readonly write: GuardWrite;
}

export async function rebuildCheck(
  reader: LedgerReader,
  memory: MemoryReader,
  runners: Runners,
): Promise<RebuildResult> {
  const differences: RebuildDifference[] = [];
  const differ = (difference: RebuildDifference) => {
    if (differences.length < DIFFERENCES_MAX) differences.push(difference);
  };
  const isShared = await sharedGuards(reader, null);
  const shared: SharedWrite[] = [];
  const library = new PlayRebuild();
  const senders = new SenderRebuild();
  let events = 0;
  let actors = 0;
  let guards = 0;
  let notes = 0;
  let timelines = 0;

  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const fold = new LedgerFold(runners);
    const remembered = new MemoryRebuild(await memory.start(partition));
    const examples = new ExampleRebuild();
    const local = new Map<string, { tenant: TenantId; key: string }>();
    let after = 0;
    for (;;) {
      const rows = await reader.slice({ partition, after, limit: SLICE });
      if (rows.length === 0) break;
      for (const row of rows) {
        const parsed = parseRow(row);
        const writes = parsed.guards;
        const actor = actorKey(row.tenant, row.actor.kind, row.actor.id);
        const before = fold.actors.get(actor);
        fold.apply({ ...parsed, guards: writes.filter((write) => !isShared.has(row.tenant, write.key)) });
        senders.apply(row, before?.value, fold);
        examples.apply(row, parsed.data, before, fold);
        const folded = fold.actors.get(actor);
        if (row.actor.kind === 'sequence' && folded !== undefined)
          library.step(row, parsed.data, before ?? runners.sequence.initial(), folded);
        if (row.actor.kind === 'action' && folded !== undefined) library.touch(row, parsed.data, before?.value, folded);
        remembered.apply(row, parsed.data);
        library.apply(row, parsed.data);
        for (const write of writes) {
          if (isShared.has(row.tenant, write.key)) shared.push({ tenant: row.tenant, write });
          else local.set(tenantKey(row.tenant, write.key), { tenant: row.tenant, key: write.key });
        }
        after = row.seq;
        events += 1;
      }
    }
    examples.compare(await memory.examples(partition), differ);
    library.take(fold);
    actors += await compareActors(reader, partition, fold, differ);
    guards += await compareGuards(reader, [...local.values()], fold, differ);
    const counts = remembered.compare(await memory.kept(partition), differ);
    notes += counts.note;
    timelines += counts.timeline;
  }

  const fold = new LedgerFold(runners);
  const keys = new Map<string, { tenant: TenantId; key: string }>();
  for (const { tenant, write } of shared.toSorted((a, b) => a.write.version - b.write.version)) {
    fold.applyGuard(tenant, write);
    keys.set(tenantKey(tenant, write.key), { tenant, key: write.key });
  }
  guards += await compareGuards(reader, [...keys.values()], fold, differ);
  library.compare(await memory.plays(), differ);
  senders.compare(await memory.senderSends(), differ);
  const kept = await reader.guardCount();
  if (kept !== guards)
    differ({ kind: 'guard', key: '*', detail: `${kept} guards are kept, the ledger knows ${guards}` });
  return { events, actors, guards, notes, timelines, differences };
}

async function compareActors(
  reader: LedgerReader,
  partition: number,
  fold: LedgerFold,
  differ: (difference: RebuildDifference) => void,
): Promise<number> {
  const kept = await reader.actorsOf(partition);
  const seen = new Set<string>();
  for (const actor of kept) {
    const key = actorKey(actor.tenant, actor.kind, actor.id);
    seen.add(key);
    const folded = fold.actors.get(key);
    if (folded === undefined) differ({ kind: 'actor', key, detail: 'is kept, but the ledger has no event of it' });
    else if (folded.seq !== actor.seq)
      differ({ kind: 'actor', key, detail: `is kept at event ${actor.seq}, the ledger has ${folded.seq}` });
    else if (folded.value !== actor.value)
      differ({ kind: 'actor', key, detail: `is kept as ${actor.value}, the ledger gives ${folded.value}` });
    else if (canonicalJson(folded.context) !== canonicalJson(actor.context))
      differ({ kind: 'actor', key, detail: 'is kept with another context than the ledger gives' });
  }
  for (const key of fold.actors.keys())
    if (!seen.has(key)) differ({ kind: 'actor', key, detail: 'follows from the ledger, but is not kept' });
  return kept.length;
}

async function compareGuards(
  reader: LedgerReader,
  keys: readonly { tenant: TenantId; key: string }[],
  fold: LedgerFold,
  differ: (difference: RebuildDifference) => void,
): Promise<number> {
  const kept = await reader.guards(keys);
  const byKey = new Map(kept.map((guard) => [tenantKey(guard.tenant, guard.key), guard]));
  for (const { tenant, key } of keys) {
    const full = tenantKey(tenant, key);
    const guard = byKey.get(full);
    const folded = fold.guards.get(full);
    if (guard === undefined) differ({ kind: 'guard', key: full, detail: 'follows from the ledger, but is not kept' });
    else if (folded?.version !== guard.version || canonicalJson(folded.state) !== canonicalJson(guard.state)) {
      differ({
        kind: 'guard',
        key: full,
        detail: `is kept at version ${guard.version} with another state than the ledger gives`,
      });
    }
  }
  return kept.length;
}
