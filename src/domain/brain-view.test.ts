import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { BRAIN_VIEWS, fitView, isViewStale } from './brain-view.ts';
import type { ViewContract } from './brain-view.ts';
import { HOUR_MS } from './instant.ts';

const part = (name: string, itemsMax = 10) => ({
  name,
  source: 's',
  projection: 'p',
  filter: 'f',
  stalenessHours: 24,
  itemsMax,
});
const CONTRACT: ViewContract = {
  name: 'v',
  title: 't',
  version: 1,
  owner: 'o',
  pattern: 'composite',
  parameter: 'k',
  refreshHours: 12,
  tokenBudget: 1_000,
  usedBy: [],
  parts: [part('first'), part('second', 3), part('third')],
};

test('every contract names all of its elements, and is refreshed before it is stale', () => {
  for (const view of BRAIN_VIEWS) {
    expect(view.owner).not.toBe('');
    expect(view.usedBy).not.toEqual([]);
    expect(new Set(view.parts.map(({ name }) => name)).size).toBe(view.parts.length);
    for (const { stalenessHours, itemsMax } of view.parts) {
      expect(stalenessHours).toBeGreaterThanOrEqual(view.refreshHours);
      expect(itemsMax).toBeGreaterThan(0);
    }
  }
});

test('it is stale past its threshold, and not at it', () => {
  expect(isViewStale(0, 24, 24 * HOUR_MS)).toBe(false);
  expect(isViewStale(0, 24, 24 * HOUR_MS + 1)).toBe(true);
});

test('what fits stays whole, and a part keeps no more than its contract says', () => {
  const body = { first: ['a'], second: ['b', 'c', 'd', 'e'], third: ['f'] };
  const fitted = fitView(CONTRACT, body, 1_000);
  expect(fitted.body).toEqual({ ...body, second: ['b', 'c', 'd'] });
  expect(fitted.cut).toEqual([{ part: 'second', kept: 3, of: 4 }]);
});

test('what does not fit is cut from the end, and nothing of less worth slips in', () => {
  const body = { first: ['a', 'x'.repeat(400)], second: ['b'], third: [] };
  const fitted = fitView(CONTRACT, body, 60);
  expect(fitted.body).toEqual({ first: ['a'], second: [], third: [] });
  expect(fitted.cut).toEqual([
    { part: 'first', kept: 1, of: 2 },
    { part: 'second', kept: 0, of: 1 },
  ]);
});

test('it never takes more than its budget, says all that is missing, and more budget never shows less', () => {
  const items = fc.array(fc.string({ maxLength: 80 }), { maxLength: 12 });
  const body = fc.record({ first: items, second: items, third: items });
  const budgets = fc.tuple(fc.integer({ min: 30, max: 800 }), fc.integer({ min: 0, max: 400 }));
  fc.assert(
    fc.property(body, budgets, (full, [budget, more]) => {
      const less = fitView(CONTRACT, full, budget);
      const wide = fitView(CONTRACT, full, budget + more);
      expect(less.tokens).toBeLessThanOrEqual(budget);
      for (const name of ['first', 'second', 'third'] as const) {
        const [kept, wider] = [less.body[name] ?? [], wide.body[name] ?? []];
        expect(full[name].slice(0, kept.length)).toEqual(kept);
        expect(wider.slice(0, kept.length)).toEqual(kept);
        const missing = less.cut.find((cut) => cut.part === name);
        expect(missing === undefined ? kept.length : missing.of).toBe(full[name].length);
      }
    }),
  );
});
