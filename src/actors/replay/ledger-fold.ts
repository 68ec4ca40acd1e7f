import type { EventData, MachineEvent } from '../../domain/event-types.ts';
import { applyGuardChange, EMPTY_GUARD } from '../../domain/guard.ts';
import type { GuardState, GuardWrite } from '../../domain/guard.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerBody, LedgerRow } from '../../domain/ledger-event.ts';
/** Folds ledger rows into the states of actors and guards: the same steps that the runtime took, from the rows alone. */
import { MACHINES } from '../../machines/catalogue.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { MachineState } from '../../machines/definition.ts';

export interface FoldedActor extends MachineState {
  readonly seq: number;
  readonly machineVersion: number;
}

export interface FoldedGuard {
  readonly version: number;
  readonly state: GuardState;
}

export interface ParsedRow {
  readonly row: LedgerRow;
  readonly data: unknown;
  readonly guards: readonly GuardWrite[];
}

export function parseRow(row: LedgerRow): ParsedRow {
  const body = JSON.parse(row.body) as LedgerBody;
  return { row, data: body.data, guards: body.guards ?? [] };
}

export class LedgerFold {
  readonly actors = new Map<string, FoldedActor>();
  readonly guards = new Map<string, FoldedGuard>();
  readonly #runners: Runners;

  constructor(runners: Runners) {
    this.#runners = runners;
  }

  /** Applies one row. `onBefore` sees the states as they were before it. */
  apply(parsed: ParsedRow): void {
    this.#step(parsed);
    for (const write of parsed.guards) this.applyGuard(parsed.row.tenant, write);
  }

  #step({ row, data }: ParsedRow): void {
    const { kind, id } = row.actor;
    const key = actorKey(row.tenant, kind, id);
    const runner = this.#runners[kind];
    if (row.type === 'state.reverted' || row.type === 'state.migrated' || row.type === 'state.restored') {
      const { state } = data as EventData<'state.reverted'>;
      if (state === null) this.actors.delete(key);
      else
        this.actors.set(key, {
          value: state.value,
          context: state.context as MachineState['context'],
          seq: row.actorSeq,
          machineVersion: MACHINES[kind].version,
        });
      return;
    }
    const before = this.actors.get(key) ?? { ...runner.initial(), seq: 0 };
    const step = runner.step(before, { type: row.type, at: row.at, seq: row.seq, data } as MachineEvent);
    this.actors.set(key, { ...step.state, seq: row.actorSeq, machineVersion: MACHINES[kind].version });
  }

  applyGuard(tenant: LedgerRow['tenant'], write: GuardWrite): void {
    const key = tenantKey(tenant, write.key);
    const before = this.guards.get(key) ?? { version: 0, state: EMPTY_GUARD };
    this.guards.set(key, { version: write.version, state: applyGuardChange(before.state, write.change) });
  }
}
