/** What an operator types about outcomes, and what comes back. */
import { expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

test('a list and one outcome, with its window', async () => {
  const world = new TestWorld();
  expect((await world.run('outcome', 'list', '--decision', 'dec_1')).out).toMatch(
    /out_1 .* won .* 12500\.00 EUR .* dec_1/,
  );
  expect(world.services.calls.at(-1)).toEqual(['listOutcomes', { limit: 50, cursor: null, decision: 'dec_1' }]);
  const { out } = await world.run('outcome', 'show', 'out_1');
  expect(out).toContain('1.0 days, by the policy');
  expect(out).toContain('from 2026-11-21 09:00:00Z until 2026-11-22 09:00:00Z');
  expect(JSON.parse((await world.run('outcome', 'show', 'out_1', '--json')).out)).toMatchObject({ id: 'out_1' });
});

test('a correction says only what was wrong, and a retraction why', async () => {
  const world = new TestWorld();
  const time = ['--at', '2026-11-20T10:00:00Z'];
  await world.run('outcome', 'correct', 'out_1', '--amount', '500 EUR', '--decision', 'none', ...time, '--reason', 'x');
  const changes = { occurred_at: Date.parse('2026-11-20T10:00:00Z'), amount: { amount_minor: 500, currency: 'EUR' } };
  expect(world.services.calls.at(-1)).toEqual(['correctOutcome', 'out_1', { ...changes, decision: null, reason: 'x' }]);
  expect((await world.run('outcome', 'retract', 'out_1', '--reason', 'wrong address')).out).toMatch(/taken back/);
});

test.each([
  [['show'], /outcome list shows them/],
  [['list', '--status', 'odd'], /one of linked/],
  [['correct', 'out_1', '--type', 'odd', '--reason', 'x'], /one of bounce/],
  [['correct', 'out_1', '--amount', 'lots', '--reason', 'x'], /minor units/],
  [['retract', 'out_1'], /--reason/],
])('%j says what is missing', async (args, message) => {
  const { code, err } = await new TestWorld().run('outcome', ...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(message);
});
