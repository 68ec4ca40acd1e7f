import { describe, expect, test } from 'vitest';

import { createDocumentIndex } from './document-index.ts';
import { search } from './search.ts';
import type { SearchOptions } from './search.ts';

const NOTES = createDocumentIndex([
  { id: 'bridge', text: 'Tova Brenn opened the door for us at Larkfield.', group: null },
  { id: 'answer', text: 'Ms Brenn insists on weekly exports.', group: null },
  { id: 'noise', text: 'Larkfield moved to a new office.', group: null },
  { id: 'ask', text: 'What does the lift cost?', group: 'mail' },
  { id: 'reply', text: 'About nine hundred.', group: 'mail' },
  ...Array.from({ length: 40 }, (_, index) => ({
    id: `x${index}`,
    text: `Unrelated line number ${index}.`,
    group: null,
  })),
]);

const OPTIONS: SearchOptions = {
  layers: ['lexical', 'neighbours', 'links'],
  budgetMs: 1_000,
  now: () => 0,
  nearest: null,
};
const idsOf = ({ items }: Awaited<ReturnType<typeof search>>) => items.map(({ document }) => document);

describe('a search', () => {
  test('finds by words, beside them, and through links, and says which', async () => {
    const linked = await search(NOTES, 'Who introduced us at Larkfield, opening the door?', OPTIONS);
    expect(idsOf(linked)[0]).toBe('bridge');
    expect(idsOf(linked).slice(1, 3).toSorted()).toEqual(['answer', 'noise']);
    expect(linked.items.find(({ document }) => document === 'answer')?.layer).toBe('links');
    const beside = await search(NOTES, 'cost of the lift', OPTIONS);
    expect(beside.items.find(({ document }) => document === 'reply')?.layer).toBe('neighbours');
    expect(linked.stopped).toBe('all_layers_done');
  });

  test('goes no further than it is told', async () => {
    const { items, steps } = await search(NOTES, 'door at Larkfield', { ...OPTIONS, layers: ['lexical'] });
    expect(items.map(({ document }) => document)).toEqual(['bridge', 'noise']);
    expect(steps.map(({ layer, added }) => [layer, added])).toEqual([['lexical', 2]]);
  });

  test('ends when its time is up, with what it has', async () => {
    let time = 0;
    const now = () => (time += 10);
    const { items, stopped, steps } = await search(NOTES, 'door at Larkfield', { ...OPTIONS, now, budgetMs: 15 });
    expect(stopped).toBe('time_budget');
    expect(items.length).toBeGreaterThan(0);
    expect(steps.map(({ layer }) => layer)).toEqual(['lexical']);
  });

  test('that finds nothing says so', async () => {
    expect(await search(NOTES, 'zzz', OPTIONS)).toMatchObject({ items: [], stopped: 'nothing_found' });
  });

  test('asks for vectors last, and merges them', async () => {
    const nearest = async () => [{ document: 'x7', score: 0.9 }];
    const options: SearchOptions = { ...OPTIONS, layers: [...OPTIONS.layers, 'vectors'], nearest };
    const found = await search(NOTES, 'door at Larkfield', options);
    expect(found.items.find(({ document }) => document === 'x7')?.layer).toBe('vectors');
    expect(found.steps.at(-1)?.layer).toBe('vectors');
  });

  test('gives the same answer each time', async () => {
    const again = () => search(NOTES, 'Larkfield office door exports', OPTIONS);
    expect(idsOf(await again())).toEqual(idsOf(await again()));
  });
});
