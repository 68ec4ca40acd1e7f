/** What an operator types about identities, and what comes back. */
import { beforeEach, describe, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

const calls = () => world.services.calls;

describe('a merge', () => {
  test('names who stays and how to take it back', async () => {
    const { code, out } = await world.run(
      'identity',
      'merge',
      'account',
      'acme',
      '--into',
      'acme-inc',
      '--reason',
      'the same',
      '--request-id',
      'r1',
    );
    expect(code).toBe(EXIT.ok);
    expect(out).toBe(
      'acme was merged into acme-inc. The other side is told in a moment. To take it back: gatehouse identity split mrg_1 --reason TEXT',
    );
    expect(calls().at(-1)).toEqual([
      'mergeInto',
      'account',
      'acme',
      { into: 'acme-inc', reason: 'the same', request_id: 'r1' },
    ]);
  });

  test.each([
    [['merge'], /account or contact/],
    [['merge', 'company', 'acme'], /account or contact/],
    [['merge', 'account'], /Name the account to merge/],
    [['merge', 'account', 'acme', '--reason', 'x'], /--into/],
    [['merge', 'account', 'acme', '--into', 'b'], /--reason/],
    [['split', '--reason', 'x'], /identity list/],
    [['move', 'maria', '--reason', 'x'], /--account/],
    [['alias', 'account', 'acme', '--reason', 'x'], /one name/],
    [['alias', 'account', 'acme', '--email', 'a@b.example', '--domain', 'b.example', '--reason', 'x'], /one name/],
    [['unalias', 'account', 'acme', '--reason', 'x'], /aliases shows them/],
    [['nothing'], /there are merge, split/],
  ])('%j says what is missing', async (args, message) => {
    const { code, err } = await world.run('identity', ...args);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(message);
  });
});

test('a split, a move to no account, and what was done before', async () => {
  expect((await world.run('identity', 'split', 'mrg_1', '--reason', 'two')).out).toBe(
    'acme and acme-inc are two again. The other side is told in a moment.',
  );
  await world.run('identity', 'move', 'maria', '--account', 'none', '--reason', 'left');
  expect(calls().at(-1)).toEqual(['moveContact', 'maria', { account: null, reason: 'left', request_id: null }]);
  expect((await world.run('identity', 'list')).out).toMatch(/mrg_1 .*merge.*joining.*acme.*acme-inc/);
});

test('suggestions with their reasons, and a page after the first', async () => {
  expect((await world.run('identity', 'suggest')).out).toMatch(/60 +acme +acme-inc +the same company domain/);
  await world.run('identity', 'suggest', 'contact', '--cursor', 'abc');
  expect(calls().at(-1)).toEqual(['listSuggestions', 'contact', { limit: 50, cursor: 'abc' }]);
  expect((await world.run('identity', 'dismiss', 'account', 'acc_1', 'acc_2', '--reason', 'two')).out).toMatch(
    /not suggested again/,
  );
});

test('further names', async () => {
  expect((await world.run('identity', 'aliases', 'account', 'acme')).out).toMatch(/a1 +domain +acme\.com/);
  await world.run('identity', 'alias', 'account', 'acme', '--external', '7', '--system', 'crm', '--reason', 'x');
  expect(calls().at(-1)).toEqual([
    'addAlias',
    'account',
    'acme',
    { kind: 'external', value: '7', system: 'crm', reason: 'x' },
  ]);
  await world.run('identity', 'unalias', 'account', 'acme', 'a1', '--reason', 'x');
  expect(calls().at(-1)).toEqual(['removeAlias', 'account', 'acme', 'a1', 'x']);
  expect((await world.run('identity', 'find', 'contact', '--email', 'a@b.example')).out).toBe('acme');
  expect(JSON.parse((await world.run('identity', 'find', 'account', '--domain', 'b.example', '--json')).out)).toEqual({
    id: 'acc_1',
    external_id: 'acme',
  });
});
