/**
 * How well a document answers the words of a question. Words that few documents have count more, a word that is repeated counts less
 * each time, and a long document is not better for being long.
 *
 * Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; the inverse document frequency is the
 * form that cannot become negative.
 */
import { topOf } from './ranking.ts';
import type { Ranked } from './ranking.ts';

const K1 = 1.2;
const B = 0.75;

export interface CollectionSize {
  readonly documents: number;
  /** Terms of a document, on average. */
  readonly averageLength: number;
}

/** The documents that have a term. */
export interface Postings {
  readonly term: string;
  readonly entries: readonly PostingEntry[];
}

export interface PostingEntry {
  readonly document: string;
  /** How often the term stands in it. */
  readonly count: number;
  /** Its terms in all. */
  readonly length: number;
}

/** How much a term tells that `holders` of `documents` have: ln(1 + (N − df + ½) / (df + ½)). */
export function inverseFrequency(documents: number, holders: number): number {
  return Math.log(1 + (documents - holders + 0.5) / (holders + 0.5));
}

/** The documents that have a term of the question, best first, ties by id. */
export function rankByTerms(postings: readonly Postings[], size: CollectionSize, limit: number): readonly Ranked[] {
  const scores = new Map<string, number>();
  for (const { entries } of postings) {
    const weight = inverseFrequency(size.documents, entries.length);
    for (const { document, count, length } of entries) {
      const saturation = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / size.averageLength));
      scores.set(document, (scores.get(document) ?? 0) + weight * saturation);
    }
  }
  return topOf(scores, limit);
}
