/** What people type about sequences, and what comes back. */
import { beforeEach, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

test('the log is listed with why a touch was held back, also as JSON', async () => {
  const { code, out } = await world.run('cadence', 'list', '--play', 'play_1', '--suppressed', 'TOUCH_CAP_EXCEEDED');
  expect(code).toBe(EXIT.ok);
  expect(out).toMatch(/play_1\s+c-42\s+2 email\s+touch_suppressed\s+touch_cap_exceeded, touch_cap/);
  const query = { limit: 200, cursor: null, play: 'play_1', suppressed_reason: 'touch_cap_exceeded' };
  expect(world.services.calls).toEqual([['listCadenceEvents', query]]);
  const json = await world.run('cadence', 'list', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ items: [{ event: 'p3-17', priority_score_at_queue: 61.5 }] });
});

test('plays are listed with how far their sequences have come', async () => {
  const { code, out } = await world.run('cadence', 'plays');
  expect(code).toBe(EXIT.ok);
  expect(out).toMatch(/play_1\s+commercial_mm\s+4\s+2\s+1\s+1\s+6\s+3/);
});

test('a look at everybody says what it began', async () => {
  const { out } = await world.run('cadence', 'run');
  expect(out).toBe('Looked at 12 contacts for 1 active play: 2 sequences began.');
  expect(world.services.calls).toEqual([['runCadence']]);
});

test.each([
  [['list', '--kind', 'nothing'], /--kind is one of started/],
  [['list', '--suppressed', 'rain'], /--suppressed is one of compliance_block/],
  [['plays', 'play_1'], /play_1/],
  [['stop'], /list/],
] as const)('what cannot be meant is refused before anything is asked: %j', async (args, message) => {
  const { code, err } = await world.run('cadence', ...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toMatch(message);
  expect(world.services.calls).toEqual([]);
});
