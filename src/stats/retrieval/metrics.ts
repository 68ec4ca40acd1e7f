/**
 * How good a ranking is against what is known to be relevant.
 *
 * Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, chapter 8; the discounted gain is that of Järvelin and
 * Kekäläinen, TOIS 20(4), 2002, with a gain of 1 for what is relevant.
 */

/** The share of what is relevant that stands among the first `depth`, 0 to 1. `relevant` has at least one id. */
export function recallAt(ranking: readonly string[], relevant: ReadonlySet<string>, depth: number): number {
  const found = new Set(ranking.slice(0, depth).filter((id) => relevant.has(id)));
  return found.size / relevant.size;
}

/** One over the place of the first that is relevant, or 0 when none is. */
export function reciprocalRank(ranking: readonly string[], relevant: ReadonlySet<string>): number {
  const index = ranking.findIndex((id) => relevant.has(id));
  return index === -1 ? 0 : 1 / (index + 1);
}

/** The discounted gain of the first `depth`, as a share of the best that an order could reach. */
export function normalisedGainAt(ranking: readonly string[], relevant: ReadonlySet<string>, depth: number): number {
  const gain = ranking.slice(0, depth).reduce((sum, id, index) => sum + (relevant.has(id) ? discountAt(index) : 0), 0);
  const ideal = Array.from({ length: Math.min(depth, relevant.size) }, (_, index) => discountAt(index));
  return gain / ideal.reduce((sum, value) => sum + value, 0);
}

function discountAt(index: number): number {
  return 1 / Math.log2(index + 2);
}
