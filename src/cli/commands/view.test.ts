/** What an operator types about views, and what comes back. */
import { expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

test('a list of contracts, and a view that says how old it is and what was cut', async () => {
  const world = new TestWorld();
  expect((await world.run('view', 'list')).out).toMatch(/account_composite {2}account {2}24 hours +8,000/);
  const { out } = await world.run('view', 'show', 'account_composite', 'acme', '--budget', '500', '--refresh');
  expect(out).toContain('STALE: notes, 120 of 8,000 tokens');
  expect(out).toContain('notes (1 item, cut from 3)');
  const request = { key: 'acme', budget_tokens: 500, refresh: true };
  expect(world.services.calls.at(-1)).toEqual(['readView', 'account_composite', request]);
  const json = await world.run('view', 'show', 'account_composite', 'acme', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ view_metadata: { is_stale: true } });
});

test.each([
  [['show', 'account_composite'], /view list shows them/],
  [['show', 'account_composite', 'acme', '--budget', 'much'], /from 100/],
  [['drop'], /there are list/],
])('%j says what is missing', async (args, message) => {
  const { code, err } = await new TestWorld().run('view', ...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(message);
});
