import type { EventData } from '../../domain/event-types.ts';
import type { GuardKey, GuardState, GuardWrite } from '../../domain/guard.ts';
import { applyGuardChange, EMPTY_GUARD } from '../../domain/guard.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { ImportId, ScopeId, TenantId } from '../../domain/ids.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
/**
 * Works out how to take an import back: for each actor and guard that it touched, the state before its first event. What somebody
 * else has touched since stays as it is, and is named. Usage that was metered is no such touch: it changes nothing, and the import itself causes it.
 * What left for people is not taken back, and goes on to count.
 */
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { ActorRef } from '../../domain/message.ts';
import { slotOf } from '../../domain/note.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { MachineState } from '../../machines/definition.ts';
import { LedgerFold, parseRow } from '../replay/ledger-fold.ts';
import type { LedgerReader } from '../replay/ledger-reader.port.ts';

export interface Reversal {
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  readonly partition: number;
  /** Null when the import brought the actor into being. */
  readonly state: MachineState | null;
  readonly guards: readonly { readonly key: GuardKey; readonly state: GuardState }[];
  /** State of the actor now, such as `permitted`. */
  readonly now: string;
}

export interface Kept {
  readonly kind: string;
  readonly key: string;
  readonly detail: string;
}

/** A note of the import that stands. It is retracted before its keeper goes back. */
export interface NoteToRetract {
  readonly note: string;
  readonly slot: string | null;
  readonly actor: ActorRef;
  readonly scope: ScopeId;
}

export interface UndoPlan {
  readonly notes: readonly NoteToRetract[];
  readonly reversals: readonly Reversal[];
  readonly kept: readonly Kept[];
}

interface TouchedActor {
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  readonly partition: number;
  readonly before: MachineState | null;
  touchedSince: string | null;
}

interface TouchedGuard {
  /** The actor whose reversal carries the guard back. */
  readonly carrier: string;
  readonly before: GuardState;
  now: GuardState;
  touchedSince: boolean;
}

const SLICE = 5_000;

export async function planUndo(
  reader: LedgerReader,
  runners: Runners,
  tenant: TenantId,
  batch: ImportId,
): Promise<UndoPlan> {
  const actors = new Map<string, TouchedActor>();
  const now = new Map<string, string>();
  const notes = new Map<string, NoteToRetract>();
  const left = new Set<string>();
  const writes: { readonly write: GuardWrite; readonly ours: boolean; readonly carrier: string }[] = [];

  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const fold = new LedgerFold(runners);
    let after = 0;
    for (;;) {
      const rows = await reader.slice({ partition, after, limit: SLICE });
      if (rows.length === 0) break;
      after = rows.at(-1)?.seq ?? after;
      for (const row of rows) {
        if (row.tenant !== tenant) continue;
        const parsed = parseRow(row);
        const key = actorKey(tenant, row.actor.kind, row.actor.id);
        const ours = row.batch === batch;
        const touched = actors.get(key);
        if (ours && touched === undefined) {
          actors.set(key, {
            actor: row.actor,
            scope: row.scope,
            partition,
            before: fold.actors.get(key) ?? null,
            touchedSince: null,
          });
        } else if (!ours && touched !== undefined && row.type !== 'meter.recorded') touched.touchedSince = row.type;
        noteOf(row, parsed.data, ours, notes);
        if (ours) followAction(row, parsed.data, left);
        for (const write of parsed.guards) writes.push({ write, ours, carrier: key });
        fold.apply({ ...parsed, guards: [] });
      }
    }
    for (const [key, state] of fold.actors) now.set(key, state.value);
  }

  const guards = touchedGuards(writes);
  return { ...plan(tenant, actors, guards, now, left), notes: [...notes.values()] };
}

/** Keeps in `left` the actions that reached somebody, or may have. */
function followAction(row: LedgerRow, data: unknown, left: Set<string>): void {
  const isLive = row.type === 'action.executed' && (data as EventData<'action.executed'>).mode === 'live';
  if (isLive || row.type === 'action.uncertain') left.add(row.actor.id);
  if (row.type === 'action.failed') left.delete(row.actor.id);
}

/** The guard as it was, with what cannot be taken back: else whoever was written to would be written to again. */
function withWhatLeft(before: GuardState, now: GuardState, left: ReadonlySet<string>): GuardState {
  const isLeft = ({ action }: { readonly action: string | null }): boolean => action !== null && left.has(action);
  return {
    ...before,
    touches: [...before.touches, ...now.touches.filter(isLeft)].toSorted((a, b) => a.at - b.at),
    prints: [...before.prints, ...now.prints.filter(isLeft)],
  };
}

function noteOf(row: LedgerRow, data: unknown, ours: boolean, notes: Map<string, NoteToRetract>): void {
  if (row.type === 'note.recorded') {
    const record = data as EventData<'note.recorded'>;
    if (record.replaces !== null) notes.delete(record.replaces);
    if (ours)
      notes.set(record.note, {
        note: record.note,
        slot: slotOf(record, row.scope),
        actor: row.actor,
        scope: row.scope,
      });
  }
  if (row.type === 'note.retracted') notes.delete((data as EventData<'note.retracted'>).note);
}

/** Guards are followed in order of version, because several partitions may change one. */
function touchedGuards(
  writes: readonly { readonly write: GuardWrite; readonly ours: boolean; readonly carrier: string }[],
): ReadonlyMap<GuardKey, TouchedGuard> {
  const states = new Map<GuardKey, GuardState>();
  const touched = new Map<GuardKey, TouchedGuard>();
  for (const { write, ours, carrier } of writes.toSorted((a, b) => a.write.version - b.write.version)) {
    const before = states.get(write.key) ?? EMPTY_GUARD;
    const known = touched.get(write.key);
    if (ours && known === undefined) touched.set(write.key, { carrier, before, now: before, touchedSince: false });
    else if (!ours && known !== undefined) known.touchedSince = true;
    states.set(write.key, applyGuardChange(before, write.change));
  }
  for (const [key, guard] of touched) guard.now = states.get(key) ?? guard.before;
  return touched;
}

function plan(
  tenant: TenantId,
  actors: ReadonlyMap<string, TouchedActor>,
  guards: ReadonlyMap<GuardKey, TouchedGuard>,
  now: ReadonlyMap<string, string>,
  left: ReadonlySet<string>,
): Omit<UndoPlan, 'notes'> {
  const kept: Kept[] = [];
  const reversals: Reversal[] = [];
  const guardsOf = new Map<string, { key: GuardKey; state: GuardState }[]>();
  for (const [key, guard] of guards) {
    const carrier = actors.get(guard.carrier);
    if (guard.touchedSince || carrier === undefined || carrier.touchedSince !== null) {
      kept.push({ kind: 'guard', key: tenantKey(tenant, key), detail: 'something else changed it after the import' });
      continue;
    }
    guardsOf.set(guard.carrier, [
      ...(guardsOf.get(guard.carrier) ?? []),
      { key, state: withWhatLeft(guard.before, guard.now, left) },
    ]);
  }
  for (const [key, touched] of actors) {
    if (touched.touchedSince !== null) {
      kept.push({
        kind: touched.actor.kind,
        key: touched.actor.id,
        detail: `${touched.touchedSince} came after the import`,
      });
      continue;
    }
    const { before } = touched;
    reversals.push({
      actor: touched.actor,
      scope: touched.scope,
      partition: touched.partition,
      state: before === null ? null : { value: before.value, context: before.context },
      guards: guardsOf.get(key) ?? [],
      now: now.get(key) ?? '',
    });
  }
  // The registry goes back last, so that the policy of the import is in force until everything of it is gone.
  reversals.sort((a, b) => Number(a.actor.kind === 'tenant') - Number(b.actor.kind === 'tenant'));
  return { reversals, kept };
}
