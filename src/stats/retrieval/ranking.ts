/** Documents in the order of their scores. Equal scores are in the order of their ids, so a ranking is the same on every machine. */

export interface Ranked {
  readonly document: string;
  readonly score: number;
}

export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The best `limit` documents, best first. */
export function topOf(scores: ReadonlyMap<string, number>, limit: number): readonly Ranked[] {
  const least = leastOfTop(scores, limit);
  const best: Ranked[] = [];
  for (const [document, score] of scores) if (score >= least) best.push({ document, score });
  return best.sort((a, b) => b.score - a.score || compareIds(a.document, b.document)).slice(0, limit);
}

/** The score that a document of the best `limit` has at least. Numbers alone are sorted much faster than documents with their ids. */
function leastOfTop(scores: ReadonlyMap<string, number>, limit: number): number {
  if (scores.size <= limit) return -Infinity;
  return Float64Array.from(scores.values()).sort().at(-limit) ?? -Infinity;
}

const FUSION_CONSTANT = 60;

export interface WeightedRanking {
  readonly ranking: readonly Ranked[];
  readonly weight: number;
}

/**
 * One order from several: a document gets weight / (60 + rank) from each list, rank 1 being the best. Only the first `depth` of a list
 * count, and a document that is not among them is taken to come right after, so that one list alone can put it far up.
 *
 * Source: Cormack, Clarke and Buettcher, Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods, SIGIR 2009.
 */
export function fused(lists: readonly WeightedRanking[], depth: number): readonly Ranked[] {
  const ranks = lists.map(
    ({ ranking }) => new Map(ranking.slice(0, depth).map(({ document }, index) => [document, index + 1])),
  );
  const scores = new Map<string, number>();
  for (const document of new Set(ranks.flatMap((places) => [...places.keys()]))) {
    let score = 0;
    for (const [index, { weight }] of lists.entries()) {
      score += weight / (FUSION_CONSTANT + (ranks[index]?.get(document) ?? depth + 1));
    }
    scores.set(document, score);
  }
  return topOf(scores, scores.size);
}
