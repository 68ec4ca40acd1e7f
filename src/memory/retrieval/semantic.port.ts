/** Search by meaning, where a provider of embeddings is configured. */
import type { TenantId } from '../../domain/ids.ts';
import type { Ranked } from '../../stats/retrieval/ranking.ts';

export interface SemanticQuery {
  readonly tenant: TenantId;
  readonly scope: string;
  readonly query: string;
  /** Only notes recorded by then. */
  readonly asOf: number;
}

export interface SemanticIndex {
  /** Positions of the nearest notes as text, best first; null when the provider does not answer, so that a search goes on without. */
  nearest(query: SemanticQuery): Promise<{ readonly space: string; readonly ranking: readonly Ranked[] } | null>;
}
