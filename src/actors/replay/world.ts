/**
 * Every actor of a tenant as it was at some positions of the ledger, beside what it is now. A checkpoint and a time in the past are both
 * such positions.
 */
import type { EventType } from '../../domain/event-types.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { CorrelationId, ScopeId, TenantId } from '../../domain/ids.ts';
import { actorKey } from '../../domain/keys.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { MachineState } from '../../machines/definition.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { LedgerReader } from './ledger-reader.port.ts';

export interface WorldActor {
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  /** Of its last event. */
  readonly correlation: CorrelationId;
  /** Null where it did not exist: not yet, or not any more because an undone import took it away. */
  readonly then: MachineState | null;
  readonly now: MachineState | null;
}

export interface World {
  /** Events of the tenant up to the positions, and all. */
  readonly events: { readonly then: number; readonly now: number };
  readonly actors: readonly WorldActor[];
  /** Events after the positions, by type. */
  readonly since: ReadonlyMap<EventType, number>;
}

const SLICE = 5_000;
const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** `positions` are the last events that count, by number of the partition; 0 where none does. Reads `partitions` only. */
export async function worldAt(
  reader: LedgerReader,
  runners: Runners,
  tenant: TenantId,
  positions: readonly number[],
  partitions: readonly number[] = ALL_PARTITIONS,
): Promise<World> {
  const actors: WorldActor[] = [];
  const since = new Map<EventType, number>();
  const events = { then: 0, now: 0 };
  for (const partition of new Set(partitions)) {
    const fold = new LedgerFold(runners);
    const known = new Map<string, Pick<WorldActor, 'actor' | 'scope' | 'correlation'>>();
    const end = positions[partition] ?? 0;
    let then: ReadonlyMap<string, MachineState> | null = null;
    for (let after = 0; ;) {
      const rows = await reader.slice({ partition, after, limit: SLICE });
      if (rows.length === 0) break;
      after = rows.at(-1)?.seq ?? after;
      for (const row of rows) {
        if (row.tenant !== tenant) continue;
        if (row.seq > end) {
          then ??= new Map(fold.actors);
          since.set(row.type, (since.get(row.type) ?? 0) + 1);
        } else events.then += 1;
        events.now += 1;
        known.set(actorKey(tenant, row.actor.kind, row.actor.id), {
          actor: row.actor,
          scope: row.scope,
          correlation: row.correlation,
        });
        fold.apply({ ...parseRow(row), guards: [] });
      }
    }
    for (const [key, place] of known)
      actors.push({
        ...place,
        then: stateOf((then ?? fold.actors).get(key)),
        now: stateOf(fold.actors.get(key)),
      });
  }
  return { events, actors, since };
}

function stateOf(state: MachineState | undefined): MachineState | null {
  return state === undefined ? null : { value: state.value, context: state.context };
}
