import { beforeEach, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

test('senders are listed with what became of their messages', async () => {
  const { out } = await world.run('sender', 'list');
  expect(out.split('\n')[1]).toMatch(/^email +default +stopped +1,000 +12 +1\.20 % +4 +0\.40 %$/u);
});

test('a limited sender begins anew, for a reason', async () => {
  const { code, out } = await world.run('sender', 'clear', 'email', 'default', '--reason', 'the list was cleaned');
  expect(code).toBe(EXIT.ok);
  expect(out).toContain('Nothing limits default on email any more.');
  expect(world.services.calls.at(-1)).toEqual([
    'clearSender',
    { channel: 'email', sender: 'default', reason: 'the list was cleaned' },
  ]);
});

test.each([
  [['sender', 'clear', 'email', 'default']],
  [['sender', 'clear', 'pigeon', 'default', '--reason', 'x']],
  [['sender', 'clear', 'email', '--reason', 'x']],
])('%j is refused before anything is asked', async (argv) => {
  expect((await world.run(...argv)).code).toBe(EXIT.usage);
  expect(world.services.calls).toEqual([]);
});

test('the line for an account, and all lines, are shown', async () => {
  const one = await world.run('own', 'queue', 'account/acme');
  expect(one.out).toContain('account/acme is owned by per_1, until it is released.');
  expect(one.out).toMatch(/1 +act_1 +outreach_push +inbound +since/u);
  expect((await world.run('own', 'queue')).out).toContain('act_1');
  expect(world.services.calls.at(-1)).toEqual(['queues', { limit: 50, cursor: null }]);
});
