/** Derives the rows of plays, of the log of brains and of the cadence event log from the ledger, and names what is kept otherwise. */
import type { Analysis } from '../../domain/brain.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { MachineState } from '../../machines/definition.ts';
import type { PlayContext } from '../../machines/play/play.machine.ts';
import type { SequenceContext } from '../../machines/sequence/sequence.machine.ts';
import { cadenceRowOf } from '../cadence/cadence-row.ts';
import type { CadenceRow } from '../cadence/cadence-store.port.ts';
import { touchRowOf } from '../cadence/touch-row.ts';
import { playRowOf } from '../plays/play-row.ts';
import type { AnalysisRow, PlayRow } from '../plays/play-store.port.ts';
import type { LedgerFold } from './ledger-fold.ts';
import { compareRows } from './rebuild-memory.ts';

export type LibraryKind = 'play' | 'analysis' | 'cadence';

export interface KeptPlays {
  readonly plays: readonly PlayRow[];
  readonly analyses: readonly AnalysisRow[];
  readonly cadence: readonly CadenceRow[];
}

type Differ = (difference: { readonly kind: LibraryKind; readonly key: string; readonly detail: string }) => void;

export class PlayRebuild {
  readonly #plays: PlayRow[] = [];
  readonly #analyses: AnalysisRow[] = [];
  readonly #cadence: CadenceRow[] = [];
  /** What was deleted after its time leaves no rows. */
  readonly #purged = new Set<string>();

  apply(row: LedgerRow, data: unknown): void {
    if (row.type === 'brain.analysis_logged')
      this.#analyses.push({ tenant: row.tenant, created_at: row.at, ...(data as Analysis) });
    if (row.type === 'play.purged') this.#purged.add(tenantKey(row.tenant, row.actor.id));
  }

  /** An event of a sequence, with the states before and after it. */
  step(row: LedgerRow, data: unknown, before: MachineState, after: MachineState): void {
    const cadence = cadenceRowOf(row, data, before.context as unknown as SequenceContext, {
      value: after.value,
      context: after.context as unknown as SequenceContext,
    });
    if (cadence !== null) this.#cadence.push(cadence);
  }

  /** An event of an action, with its state before and after it. */
  touch(row: LedgerRow, data: unknown, before: string | undefined, { value, context }: MachineState): void {
    const touch = touchRowOf(row, data, before, { value, context: context as unknown as ActionContext });
    if (touch !== null) this.#cadence.push(touch);
  }

  /** Takes the plays of a partition that was folded to its end. */
  take(fold: LedgerFold): void {
    for (const [key, { value, context }] of fold.actors) {
      const [tenant = '', kind, id = ''] = key.split('/');
      if (kind !== 'play') continue;
      const row = playRowOf(tenant as TenantId, id, value, context as unknown as PlayContext);
      if (row !== null) this.#plays.push(row);
    }
  }

  /** `differ` is told of each row that is not as it should be. */
  compare(kept: KeptPlays, differ: Differ): void {
    compareRows('play', playsOf(this.#plays), playsOf(kept.plays), differ);
    compareRows('analysis', analysesOf(this.#analyses), analysesOf(kept.analyses), differ);
    const cadence = this.#cadence.filter(
      (row) => row.actor_kind === 'action' || !this.#purged.has(tenantKey(row.tenant, row.play_id ?? '')),
    );
    compareRows('cadence', cadenceOf(cadence), cadenceOf(kept.cadence), differ);
  }
}

function playsOf(rows: readonly PlayRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.play_id), canonicalJson(row)]));
}

function analysesOf(rows: readonly AnalysisRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.proposal_id), canonicalJson(row)]));
}

function cadenceOf(rows: readonly CadenceRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [tenantKey(row.tenant, eventIdOf(row.partition, row.seq)), canonicalJson(row)]));
}
