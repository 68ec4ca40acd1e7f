/** What an operator types about patterns of corrections, and what comes back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

test('patterns are listed, and an empty list says what makes one', async () => {
  expect((await world.run('pattern', 'list')).out).toMatch(/^pat_1 +open +3 of 4 outreach_push with persona user/);
  world.services.patterns.items = [];
  expect((await world.run('pattern', 'list')).out).toMatch(/^Nothing is corrected again and again/);
  expect(JSON.parse((await world.run('pattern', 'list', '--json')).out)).toEqual({ items: [] });
});

test('one is shown with its evidence, its rule and what it would have done', async () => {
  const { out } = await world.run('pattern', 'show', 'pat_1');
  expect(out).toContain('Reviews: rev_3.1 rev_2.1 rev_1.1');
  expect(out).toContain('"then":"hold"');
  expect(out).toContain('it would have held 1, denied 0');
  expect(out).toContain('gatehouse pattern confirm pat_1');
});

test('a confirmation becomes a proposed policy, with the rule of a file where one is given', async () => {
  const { out } = await world.run('pattern', 'confirm', 'pat_1');
  expect(out).toContain('pol_1');
  expect(out).toContain('waits for RevOps');
  expect(world.services.calls.at(-1)).toEqual(['confirmPattern', 'pat_1', { rule: null, reason: null }]);
  const rule = { id: 'pattern-1', title: 'mine', when: [], then: 'deny' };
  const file = join(world.dataDir, 'rule.json');
  writeFileSync(file, JSON.stringify(rule));
  await world.run('pattern', 'confirm', 'pat_1', '--rule', file, '--reason', 'too wide');
  expect(world.services.calls.at(-1)).toEqual(['confirmPattern', 'pat_1', { rule, reason: 'too wide' }]);
  writeFileSync(file, '{}');
  expect((await world.run('pattern', 'confirm', 'pat_1', '--rule', file)).err).toContain('is not a rule');
});

test('a dismissal says when it comes back', async () => {
  const { code, out } = await world.run('pattern', 'dismiss', 'pat_1', '--reason', 'a bad week');
  expect([code, out]).toEqual([
    EXIT.ok,
    'pat_1 is not listed again until as many corrections as make a pattern have come since.',
  ]);
  expect(world.services.calls.at(-1)).toEqual(['dismissPattern', 'pat_1', 'a bad week']);
});

test.each([
  [['show'], /Name the pattern/],
  [['dismiss', 'pat_1'], /--reason/],
  [['nothing'], /there are list, show, confirm, dismiss/],
])('%j says what is missing', async (args, message) => {
  const { code, err } = await world.run('pattern', ...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(message);
});
