/**
 * Measures how well providers find what a labelled set says is relevant. A provider gets the text of a question and its scope, and
 * nothing else: what is relevant is looked at only when its answer is there.
 */
import { normalisedGainAt, reciprocalRank, recallAt } from '../../stats/retrieval/metrics.ts';
import type {
  LabelledQuery,
  LabelledSet,
  ProviderReport,
  RetrievalFigures,
  RetrievalReport,
} from './labelled-set.port.ts';

export interface RetrievalProvider {
  readonly name: string;
  readonly semantic: boolean;
  /** Ids of the documents of the scope, best first. */
  search(scope: string, text: string): Promise<readonly string[]>;
}

/** The figures of one query. */
export interface QueryResult {
  readonly query: LabelledQuery;
  readonly recall5: number;
  readonly recall10: number;
  readonly recall20: number;
  readonly reciprocalRank: number;
  readonly gain10: number;
  readonly milliseconds: number;
}

/** Asks every question of the set once. `now` gives milliseconds of a clock that only goes forward. */
export async function resultsOf(
  set: LabelledSet,
  provider: RetrievalProvider,
  now: () => number,
): Promise<readonly QueryResult[]> {
  const results: QueryResult[] = [];
  for (const query of set.queries) {
    const began = now();
    const ranking = await provider.search(query.scope, query.text);
    const milliseconds = now() - began;
    const relevant = new Set(query.relevant);
    results.push({
      query,
      recall5: recallAt(ranking, relevant, 5),
      recall10: recallAt(ranking, relevant, 10),
      recall20: recallAt(ranking, relevant, 20),
      reciprocalRank: reciprocalRank(ranking, relevant),
      gain10: normalisedGainAt(ranking, relevant, 10),
      milliseconds,
    });
  }
  return results;
}

export async function evaluateAll(
  set: LabelledSet,
  providers: readonly RetrievalProvider[],
  now: () => number,
): Promise<RetrievalReport> {
  const reports: ProviderReport[] = [];
  for (const provider of providers) reports.push(reportOf(provider, await resultsOf(set, provider, now)));
  return {
    documents: set.documents.length,
    queries: set.queries.length,
    scopes: new Set(set.documents.map(({ scope }) => scope)).size,
    providers: reports,
  };
}

export function reportOf(provider: RetrievalProvider, results: readonly QueryResult[]): ProviderReport {
  const times = results.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const at = (share: number) => rounded(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0);
  const types = new Set(results.flatMap(({ query }) => query.type ?? []));
  return {
    provider: provider.name,
    semantic: provider.semantic,
    ...figuresOf(results),
    latency_ms: { p50: at(0.5), p99: at(0.99) },
    by_type: Object.fromEntries(
      [...types].sort().map((type) => [type, figuresOf(results.filter(({ query }) => query.type === type))]),
    ),
  };
}

function figuresOf(results: readonly QueryResult[]): RetrievalFigures {
  const mean = (of: (result: QueryResult) => number) =>
    results.length === 0 ? 0 : rounded(results.reduce((sum, result) => sum + of(result), 0) / results.length);
  return {
    queries: results.length,
    'recall@5': mean((result) => result.recall5),
    'recall@10': mean((result) => result.recall10),
    'recall@20': mean((result) => result.recall20),
    mrr: mean((result) => result.reciprocalRank),
    'ndcg@10': mean((result) => result.gain10),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
