/** BM25, neighbours and fusion against answers worked out by hand, and the order of ties. */
import { describe, expect, test } from 'vitest';

import { inverseFrequency, rankByTerms } from './bm25.ts';
import { withNeighbours } from './neighbours.ts';
import { fused, topOf } from './ranking.ts';
import { termsOf } from './tokens.ts';

describe('BM25', () => {
  test('weighs a term by how few have it', () => {
    // ln(1 + (10 − 2 + 0.5) / (2 + 0.5)) and ln(1 + 0.5 / 10.5)
    expect(inverseFrequency(10, 2)).toBeCloseTo(Math.log(4.4), 12);
    expect(inverseFrequency(10, 10)).toBeCloseTo(Math.log(1 + 0.5 / 10.5), 12);
  });

  test('weighs a count by saturation and length', () => {
    const entries = [
      { document: 'long', count: 2, length: 20 },
      { document: 'short', count: 2, length: 5 },
    ];
    const [first, second] = rankByTerms([{ term: 'a', entries }], { documents: 4, averageLength: 10 }, 10);
    const idf = Math.log(1 + 2.5 / 2.5);
    expect([first?.document, second?.document]).toEqual(['short', 'long']);
    expect(first?.score).toBeCloseTo((idf * 4.4) / (2 + 1.2 * (0.25 + 0.375)), 12);
    expect(second?.score).toBeCloseTo((idf * 4.4) / (2 + 1.2 * (0.25 + 1.5)), 12);
  });

  test('knows no terms, and then finds nothing', () => {
    expect(rankByTerms([], { documents: 0, averageLength: 0 }, 10)).toEqual([]);
  });
});

test('a neighbour gets 0.3 of a score, and is found by it alone', () => {
  const ranking = [
    { document: 'b', score: 10 },
    { document: 'c', score: 4 },
  ];
  const neighbours = new Map([
    ['b', ['a', 'c']],
    ['c', ['b', 'd']],
  ]);
  expect(withNeighbours(ranking, neighbours, 10)).toEqual([
    { document: 'b', score: 10 + 0.3 * 4 },
    { document: 'c', score: 4 + 0.3 * 10 },
    { document: 'a', score: 0.3 * 10 },
    { document: 'd', score: 0.3 * 4 },
  ]);
});

test('fusion adds weight / (60 + rank), and who is absent comes after the end', () => {
  const list = (...ids: string[]) => ids.map((document) => ({ document, score: 1 }));
  const result = fused(
    [
      { ranking: list('a', 'b', 'beyond the depth'), weight: 1 },
      { ranking: list('b', 'c'), weight: 3 },
    ],
    2,
  );
  expect(result).toEqual([
    { document: 'b', score: 1 / 62 + 3 / 61 },
    { document: 'c', score: 1 / 63 + 3 / 62 },
    { document: 'a', score: 1 / 61 + 3 / 63 },
  ]);
});

test('equal scores are in the order of ids', () => {
  const scores = new Map([
    ['b', 1],
    ['B', 1],
    ['a', 1],
    ['z', 2],
  ]);
  expect(topOf(scores, 3).map(({ document }) => document)).toEqual(['z', 'B', 'a']);
});

test.each([
  ['When does the contract of Larkfield expire?', ['contract', 'larkfield', 'expir']],
  ['They’re paying $48,000, don’t they', ['pai', '48000']],
  ['Café MÉLIOR v2.1', ['cafe', 'melior', 'v2', '1']],
  ['', []],
])('the terms of %j', (text, terms) => {
  expect(termsOf(text)).toEqual(terms);
});
