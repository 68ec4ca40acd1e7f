/**
 * What was known about an account or a person at some time: its events that were recorded by then, folded as the runtime folded them. What
 * happened earlier and was told later is not in it, because nobody could act on it then.
 */
import type { ActorKind } from '../../domain/event-types.ts';
import type { GuardState } from '../../domain/guard.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { Runners } from '../../machines/catalogue.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { SharedGuards } from './shared-guards.ts';

export interface KnownActor {
  readonly kind: ActorKind;
  readonly id: string;
  readonly value: string;
  readonly context: JsonObject;
  /** How many events it had. */
  readonly seq: number;
  /** Time of the last of them. */
  readonly at: number;
}

export interface KnownState {
  readonly events: number;
  readonly lastEvent: string | null;
  /** The account or person, and its people and actions, by kind and id. */
  readonly actors: readonly KnownActor[];
  /** What the gate knew; without what several partitions share: domains, and whoever was merged or moved. */
  readonly guards: readonly { readonly key: string; readonly version: number; readonly state: GuardState }[];
}

/** `rows` are the events of one scope in their order, as far as they had been recorded. */
export function knownState(rows: readonly LedgerRow[], runners: Runners, shared: SharedGuards): KnownState {
  const fold = new LedgerFold(runners);
  const places = new Map<string, { readonly kind: ActorKind; readonly id: string; readonly at: number }>();
  const guardKeys = new Map<string, string>();
  for (const row of rows) {
    const parsed = parseRow(row);
    // The budget of a partition belongs to all its accounts.
    const guards = parsed.guards.filter(({ key }) => !shared.has(row.tenant, key) && !key.startsWith('budget:'));
    fold.apply({ ...parsed, guards });
    places.set(`${row.tenant}/${row.actor.kind}/${row.actor.id}`, { ...row.actor, at: row.at });
    for (const { key } of guards) guardKeys.set(`${row.tenant}/${key}`, key);
  }
  const last = rows.at(-1);
  return {
    events: rows.length,
    lastEvent: last === undefined ? null : eventIdOf(last.partition, last.seq),
    actors: [...places].flatMap(([key, place]) => {
      const actor = fold.actors.get(key);
      // An undone import takes an actor back to nothing.
      return actor === undefined ? [] : [{ ...place, value: actor.value, context: actor.context, seq: actor.seq }];
    }),
    guards: [...guardKeys].flatMap(([full, key]) => {
      const guard = fold.guards.get(full);
      return guard === undefined ? [] : [{ key, ...guard }];
    }),
  };
}
