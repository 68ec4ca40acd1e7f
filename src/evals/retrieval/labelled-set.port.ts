/** A labelled set, and what an evaluation says of it. */

export interface LabelledDocument {
  readonly id: string;
  readonly scope: string;
  readonly text: string;
  /** Documents of one group are neighbours in the order of the file. */
  readonly group: string | null;
}

export interface LabelledQuery {
  readonly id: string;
  /** Only documents of this scope are searched. */
  readonly scope: string;
  readonly text: string;
  /** At least one. */
  readonly relevant: readonly string[];
  /** Queries of one type are also reported by themselves. */
  readonly type: string | null;
}

export interface LabelledSet {
  readonly documents: readonly LabelledDocument[];
  readonly queries: readonly LabelledQuery[];
}

/** Means over queries, each 0 to 1. */
export interface RetrievalFigures {
  readonly queries: number;
  readonly 'recall@5': number;
  readonly 'recall@10': number;
  readonly 'recall@20': number;
  readonly mrr: number;
  readonly 'ndcg@10': number;
}

export interface ProviderReport extends RetrievalFigures {
  readonly provider: string;
  /** Whether it compares meanings; a provider that compares words alone says false. */
  readonly semantic: boolean;
  readonly latency_ms: { readonly p50: number; readonly p99: number };
  readonly by_type: Readonly<Record<string, RetrievalFigures>>;
}

export interface RetrievalReport {
  readonly documents: number;
  readonly queries: number;
  readonly scopes: number;
  readonly providers: readonly ProviderReport[];
}
