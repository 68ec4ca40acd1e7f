/**
 * How often a walker comes by each node who starts at given nodes, follows edges in proportion to their weights, and now and then goes
 * back to a start. What is well connected to the starts is visited often, and what is connected to everything is not.
 *
 * Source: Page, Brin, Motwani and Winograd, The PageRank Citation Ranking, 1999, personalised as in Haveliwala, Topic-sensitive
 * PageRank, WWW 2002.
 */

/** Edges as columns, which a walk over thousands of them reads much faster than objects. */
export interface Edges {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Above 0. What leaves a node is shared in proportion to the weights. */
  readonly weight: readonly number[];
}

export interface WalkOptions {
  /** The chance to follow an edge instead of going back to a start, 0 to 1. */
  readonly damping: number;
  /** Ends when a round moves less than this in all. */
  readonly tolerance: number;
  readonly roundsMax: number;
}

/**
 * The share of visits of each node, which sum to 1, by power iteration from `starts`: a weight for each node, at least one of them above
 * 0. Who stands at a node without edges goes back to a start. The order of nodes and edges alone decides the rounding, so equal
 * arguments give equal bits.
 */
export function personalisedPageRank(starts: Float64Array, edges: Edges, options: WalkOptions): Float64Array {
  const nodes = starts.length;
  const total = starts.reduce((sum, weight) => sum + weight, 0);
  const start = starts.map((weight) => weight / total);
  const from = Int32Array.from(edges.from);
  const to = Int32Array.from(edges.to);
  const leaving = new Float64Array(nodes);
  for (const [index, weight] of edges.weight.entries()) add(leaving, from[index] ?? 0, weight);
  const followed = Float64Array.from(
    edges.weight,
    (weight, index) => (options.damping * weight) / (leaving[from[index] ?? 0] ?? 1),
  );

  let visits = start;
  for (let round = 0; round < options.roundsMax; round += 1) {
    const next = new Float64Array(nodes);
    let kept = 0;
    for (let edge = 0; edge < followed.length; edge += 1) {
      const walked = (visits[from[edge] ?? 0] ?? 0) * (followed[edge] ?? 0);
      add(next, to[edge] ?? 0, walked);
      kept += walked;
    }
    let moved = 0;
    for (let node = 0; node < nodes; node += 1) {
      add(next, node, (1 - kept) * (start[node] ?? 0));
      moved += Math.abs((next[node] ?? 0) - (visits[node] ?? 0));
    }
    visits = next;
    if (moved < options.tolerance) break;
  }
  return visits;
}

function add(column: Float64Array, index: number, amount: number): void {
  column[index] = (column[index] ?? 0) + amount;
}
