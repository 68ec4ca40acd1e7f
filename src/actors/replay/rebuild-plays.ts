/** Derives the rows of plays and of the log of brains from the ledger, and names what is kept otherwise. */
import type { Analysis } from '../../domain/brain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { PlayContext } from '../../machines/play/play.machine.ts';
import { playRowOf } from '../plays/play-row.ts';
import type { AnalysisRow, PlayRow } from '../plays/play-store.port.ts';
import type { LedgerFold } from './ledger-fold.ts';
import { compareRows } from './rebuild-memory.ts';

export type LibraryKind = 'play' | 'analysis';

export interface KeptPlays {
  readonly plays: readonly PlayRow[];
  readonly analyses: readonly AnalysisRow[];
}

type Differ = (difference: { readonly kind: LibraryKind; readonly key: string; readonly detail: string }) => void;

export class PlayRebuild {
  readonly #plays: PlayRow[] = [];
  readonly #analyses: AnalysisRow[] = [];

  apply(row: LedgerRow, data: unknown): void {
    if (row.type === 'brain.analysis_logged')
      this.#analyses.push({ tenant: row.tenant, created_at: row.at, ...(data as Analysis) });
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
  }
}

function playsOf(rows: readonly PlayRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.play_id), canonicalJson(row)]));
}

function analysesOf(rows: readonly AnalysisRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [tenantKey(row.tenant, row.proposal_id), canonicalJson(row)]));
}
