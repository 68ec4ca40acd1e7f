/** What is typed about the past, and what comes back: checkpoints, differences and hindsight. */
import { beforeEach, describe, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

const calls = () => world.services.calls;

describe('checkpoints', () => {
  test('are set, listed and shown with what changed since', async () => {
    expect((await world.run('checkpoint', 'create', 'monday')).out).toBe(
      'The checkpoint monday is set, at 2026-11-21 10:00:00.000Z; event p1-1 holds it.',
    );
    expect((await world.run('checkpoint', 'list')).out.split('\n')[1]).toMatch(/^monday .*operator\s+never$/u);
    const shown = (await world.run('checkpoint', 'show', 'monday')).out;
    expect(shown).toContain('1 event came since');
    expect(shown).toContain('new → engaged');
    expect(calls().at(-1)).toEqual(['difference', { asOf: null, checkpoint: 'monday', subject: null }]);
  });

  test('are restored, or only in words', async () => {
    expect((await world.run('checkpoint', 'restore', 'monday', '--dry-run')).out).toContain(
      '1 lead would go back to monday, with 1 open action cancelled',
    );
    expect(calls().at(-1)).toEqual(['restoreCheckpoint', 'monday', true]);
    const { code, out } = await world.run('checkpoint', 'restore', 'monday');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(
      '1 lead went back to monday, with 1 open action cancelled and 0 second looks dropped. Nothing is sent.',
    );
    expect(out).toContain('Left as it is:');
    expect(calls().at(-1)).toEqual(['restoreCheckpoint', 'monday', false]);
  });

  test('say so when there are none, and when nothing would change', async () => {
    Object.assign(world.services.past, {
      listCheckpoints: async () => [],
      restoreCheckpoint: async () => ({
        checkpoint: 'monday',
        dry_run: false,
        accounts: 0,
        leads: 0,
        actions: 0,
        looks_dropped: 0,
        changes: [],
        kept: [],
        unnamed: 0,
      }),
    });
    expect((await world.run('checkpoint', 'list')).out).toContain('There are no checkpoints yet');
    expect((await world.run('checkpoint', 'restore', 'monday')).out).toBe(
      'Accounts and leads are what they were at monday, and nothing proposed since is open.',
    );
  });

  test.each([[['checkpoint', 'create']], [['checkpoint', 'create', 'Two Words']], [['checkpoint', 'undo', 'x']]])(
    '%j is refused before anything is asked',
    async (argv) => {
      expect((await world.run(...argv)).code).toBe(EXIT.usage);
      expect(calls()).toEqual([]);
    },
  );
});

test('a difference is asked for by time, of the tenant or of one subject', async () => {
  const at = Date.UTC(2026, 10, 21, 9);
  const { out } = await world.run('rebuild', '--as-of', '2026-11-21T09:00:00Z', '--diff');
  expect(out).toContain('sending_hours');
  expect(calls().at(-1)).toEqual(['difference', { asOf: at, checkpoint: null, subject: null }]);
  await world.run('rebuild', '--as-of', '2026-11-21T09:00:00Z', '--diff', '--subject', 'account/acme');
  expect(calls().at(-1)).toEqual(['difference', { asOf: at, checkpoint: null, subject: 'account/acme' }]);
  expect((await world.run('rebuild', '--diff')).code).toBe(EXIT.usage);
  expect((await world.run('rebuild', '--as-of', '2026-11-21T09:00:00Z')).code).toBe(EXIT.usage);
});

test('the policy of a time', async () => {
  await world.run('policy', 'show', '--as-of', '2026-11-21T09:00:00Z');
  expect(calls().at(-1)).toEqual(['getPolicy', Date.UTC(2026, 10, 21, 9)]);
});

describe('hindsight', () => {
  test('of one decision says then and now, and why they differ', async () => {
    const { code, out } = await world.run('hindsight', 'dec_1');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('today the gate would say something else');
    expect(out).toContain('hold: quiet_hours');
    expect(out).toContain('Because of: sending_hours.');
  });

  test('of many counts them', async () => {
    const { out } = await world.run('hindsight', '--since', '2026-11-21T09:00:00Z');
    expect(out).toContain('Of 3 decisions, today would decide 2 the same');
    expect(out).toContain('pass → hold');
    expect(calls().at(-1)).toEqual(['hindsightReport', { since: Date.UTC(2026, 10, 21, 9), until: null }]);
  });

  test.each([[['hindsight']], [['hindsight', 'dec_1', '--all']]])('%j is refused', async (argv) => {
    expect((await world.run(...argv)).code).toBe(EXIT.usage);
    expect(calls()).toEqual([]);
  });
});
