import { expect, test } from 'vitest';

import { NOW, TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

test('a search shows what was found, by which layer, and why it ended', async () => {
  const world = new TestWorld();
  const { code, out } = await world.run('memory', 'search', 'acme', 'which budget?', '--budget-tokens', '100');
  expect(code).toBe(EXIT.ok);
  expect(out).toContain('lexical  0.5000');
  expect(out).toContain('1 note, about 9 tokens; ended because all layers are done.');
  expect(out).toContain('Provider lexical, which compares words, not meanings: lexical 1 in 0.5 ms.');
  const request = { query: 'which budget?', as_of: null, budget_tokens: 100, budget_ms: 2_000 };
  expect(world.services.calls).toContainEqual(['searchMemory', 'acme', request]);
});

test('a search can look back', async () => {
  const world = new TestWorld();
  const { out } = await world.run(
    'memory',
    'search',
    'acme',
    'budget',
    '--as-of',
    new Date(NOW).toISOString(),
    '--json',
  );
  expect(JSON.parse(out)).toMatchObject({ semantic: false, items: [{ layer: 'lexical' }] });
  const [, , request] = world.services.calls.at(-1) ?? [];
  expect(request).toMatchObject({ as_of: NOW });
});

test('wrong use is named', async () => {
  const world = new TestWorld();
  expect((await world.run('memory', 'search', 'acme')).err).toContain('what you look for');
  expect((await world.run('memory', 'search', 'acme', 'x', '--budget-tokens', '0')).err).toContain('from 1 to 200000');
});

test('the index is made again', async () => {
  const { out } = await new TestWorld().run('memory', 'reindex');
  expect(out).toBe('The index is made again: 3 notes.');
});
