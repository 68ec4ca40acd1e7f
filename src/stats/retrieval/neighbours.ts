/**
 * What stands beside a good answer may be the answer: the reply to a question, the sentence that says who "she" is. So each document
 * gets a share of the scores of the documents before and after it in its source.
 */
import { topOf } from './ranking.ts';
import type { Ranked } from './ranking.ts';

const SHARE = 0.3;

/** The documents before and after each document, where there are any. */
export type Neighbours = ReadonlyMap<string, readonly string[]>;

/** The ranking with the neighbours of its documents in it: each score is its own and 0.3 of each neighbour's. */
export function withNeighbours(ranking: readonly Ranked[], neighbours: Neighbours, limit: number): readonly Ranked[] {
  const scores = new Map(ranking.map(({ document, score }) => [document, score]));
  for (const { document, score } of ranking) {
    for (const neighbour of neighbours.get(document) ?? []) {
      scores.set(neighbour, (scores.get(neighbour) ?? 0) + SHARE * score);
    }
  }
  return topOf(scores, limit);
}
