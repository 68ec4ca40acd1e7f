import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { walkLinks } from './link-walk.ts';
import type { WalkInput } from './link-walk.ts';
import { personalisedPageRank } from './page-rank.ts';

const EXACT = { damping: 0.85, tolerance: 1e-14, roundsMax: 1_000 };

describe('personalised PageRank', () => {
  test('of a chain is the geometric series of the damping', () => {
    const edges = { from: [0, 1], to: [1, 2], weight: [1, 7] };
    const visits = personalisedPageRank(Float64Array.of(1, 0, 0), edges, EXACT);
    const total = 1 + 0.85 + 0.85 ** 2;
    for (const [node, value] of [1, 0.85, 0.85 ** 2].entries()) expect(visits[node]).toBeCloseTo(value / total, 10);
  });

  test('shares what leaves a node by weight', () => {
    const visits = personalisedPageRank(Float64Array.of(1, 0, 0), { from: [0, 0], to: [1, 2], weight: [3, 1] }, EXACT);
    expect((visits[1] ?? 0) / (visits[2] ?? 1)).toBeCloseTo(3, 10);
  });

  test('sums to 1, whatever the graph', () => {
    const node = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(node, node, fc.double({ min: 0.01, max: 9, noNaN: true })), { maxLength: 20 }),
        (list) => {
          const edges = { from: list.map(([a]) => a), to: list.map(([, b]) => b), weight: list.map(([, , w]) => w) };
          const visits = personalisedPageRank(Float64Array.of(1, 0, 2, 0, 0, 0), edges, EXACT);
          expect(visits.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
          expect(visits.every((value) => value >= 0)).toBe(true);
        },
      ),
    );
  });
});

const mention = (key: string) => ({ key, kind: 'name' as const, count: 1, leading: false });
const holder = (document: string) => ({ document, count: 1, leading: false });

function input(given: Partial<WalkInput>): WalkInput {
  return {
    ranking: [
      { document: 'asked', score: 4 },
      { document: 'other', score: 2 },
    ],
    asked: new Set(),
    documents: 1_000,
    mentions: new Map(),
    holders: [],
    links: [],
    ...given,
  };
}

describe('the walk', () => {
  test('reaches a document through what it shares with the best one', () => {
    const found = walkLinks(
      input({
        mentions: new Map([['asked', [mention('tova'), mention('common')]]]),
        holders: [
          { key: 'tova', holders: [holder('asked'), holder('answer')] },
          {
            key: 'common',
            holders: Array.from({ length: 100 }, (_, index) => holder(index === 0 ? 'asked' : `d${index}`)),
          },
        ],
      }),
      5,
    );
    expect(found.slice(0, 2).map(({ document }) => document)).toEqual(['asked', 'answer']);
  });

  test('does not go through what too many share, or only one has', () => {
    const crowd = Array.from({ length: 151 }, (_, index) => holder(`d${index}`));
    const found = walkLinks(
      input({
        mentions: new Map([['asked', [mention('crowd'), mention('alone')]]]),
        holders: [
          { key: 'crowd', holders: crowd },
          { key: 'alone', holders: [holder('asked')] },
        ],
      }),
      500,
    );
    expect(found.map(({ document }) => document)).toEqual(['asked', 'other']);
  });

  test('follows stated links both ways', () => {
    const found = walkLinks(input({ links: [{ from: 'far', to: 'asked', weight: 1 }] }), 5);
    expect(found.map(({ document }) => document)).toEqual(['asked', 'far', 'other']);
  });

  test('starts nowhere when nothing was found', () => {
    expect(walkLinks(input({ ranking: [] }), 5)).toEqual([]);
  });
});
