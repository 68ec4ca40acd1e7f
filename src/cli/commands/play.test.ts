/** What people type about plays, and what comes back. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { GatehouseError } from '../../domain/errors.ts';
import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

describe('a play', () => {
  test('is listed with what is missing, also as JSON', async () => {
    const { code, out } = await world.run('play', 'list', '--state', 'under_review', '--segment', 'commercial_mm');
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/play_1\s+under_review\s+commercial_mm\s+SLM\s/);
    const query = { limit: 200, cursor: null, state: 'under_review', segment: 'commercial_mm', tier: 'hot' };
    expect(world.services.calls).toEqual([['listPlays', query]]);
    const json = await world.run('play', 'list', '--all', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ id: 'play_1' }] });
    expect(world.services.calls.at(-1)).toEqual(['listPlays', { ...query, state: null, segment: null, tier: null }]);
  });

  test('is shown with its edits, and what it lacks', async () => {
    const { out } = await world.run('play', 'show', 'play_1');
    expect(out).toContain('Champions who moved (play_1)');
    expect(out).toContain('Revision 1, approved by SLM');
    expect(out).toContain('person:ana changed name');
  });

  test('is approved and edited at the revision that stands', async () => {
    const { out } = await world.run('play', 'approve', 'play_1', '--for', 'slm');
    expect(out).toBe('play_1 is approved by SLM; RevOps is missing before it becomes active.');
    expect(world.services.calls.at(-1)).toEqual(['approvePlay', 'play_1', { revision: 1, authority: 'SLM' }]);
    const file = join(world.dataDir, 'changes.json');
    writeFileSync(file, '{"active_period_end": "2027-03-31"}');
    await world.run('play', 'edit', 'play_1', '--data', file);
    expect(world.services.calls.at(-1)).toEqual([
      'editPlay',
      'play_1',
      { revision: 1, changes: { active_period_end: '2027-03-31' } },
    ]);
    writeFileSync(file, '{"state": "active"}');
    expect(await world.run('play', 'edit', 'play_1', '--data', file)).toMatchObject({ code: EXIT.usage });
  });

  test('is rejected in words, and retired for a reason of the list', async () => {
    await world.run('play', 'reject', 'play_1', '--reason', 'too broad');
    expect(world.services.calls.at(-1)).toEqual(['rejectPlay', 'play_1', 'too broad']);
    await world.run('play', 'retire', 'play_1', '--reason', 'replaced', '--note', 'by play_2');
    expect(world.services.calls.at(-1)).toEqual([
      'retirePlay',
      'play_1',
      { retire_reason: 'replaced', note: 'by play_2' },
    ]);
  });

  test('that cannot become active is refused with the way out', async () => {
    world.services.failure = new GatehouseError('state_conflict', 'Retire one first: gatehouse play retire play_9');
    const { code, err } = await world.run('play', 'approve', 'play_1');
    expect(code).toBe(EXIT.refused);
    expect(err).toContain('gatehouse play retire play_9');
  });

  test.each([
    [['show'], /play list shows them/],
    [['draft', 'x'], /list, show, review, edit, approve, reject, retire/],
    [['list', '--state', 'asleep'], /--state is one of draft, under_review/],
    [['reject', 'play_1'], /--reason/],
    [['retire', 'play_1', '--reason', 'tired'], /--reason is one of completed, replaced, poor_performance/],
    [['retire', 'play_1'], /completed, replaced, poor_performance/],
    [['edit', 'play_1'], /--data/],
    [['approve', 'play_1', '--for', 'CFO'], /--for is one of SLM, RevOps/],
  ])('%j is wrong use', async (args, message) => {
    const { code, err } = await world.run('play', ...args);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(message);
    expect(world.services.calls).toEqual([]);
  });
});

test('calibration has an empty state', async () => {
  const { code, out } = await world.run('play', 'calibration');
  expect(code).toBe(EXIT.ok);
  expect(out).toBe('No brain has drafted a play yet. 0 active plays.');
});

describe('the retrospective', () => {
  test('shows each criterion with its interval, and what cannot be known', async () => {
    const { code, out } = await world.run('play', 'retrospective', 'play_1', '--quarter', '2026-Q1');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('50 sequences begun, 45 reached, 40 count after 45 days');
    expect(out).toContain('meeting_rate: 15.0 % (95 %: 7.0 % to 29.0 %), n = 40, target 10.0 %: open');
    expect(out).toContain('not known: 10: Began too recently to count');
    expect(world.services.calls).toEqual([['playRetrospective', { play: 'play_1', quarter: '2026-Q1' }]]);
    const json = await world.run('play', 'retrospective', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ play: 'play_1' }] });
    expect(world.services.calls.at(-1)).toEqual(['playRetrospective', { play: null, quarter: null }]);
  });

  test('is recorded with the play on request', async () => {
    const { out } = await world.run('play', 'retrospective', 'play_1', '--record');
    expect(out).toContain('Recorded with the play.');
    expect(world.services.calls.at(-1)).toEqual([
      'measurePlay',
      'play_1',
      { quarter: '2026-Q1', meeting_rate: 0.15, opportunity_rate: null, contract_value: null, sequences: 40 },
    ]);
  });

  test.each([
    [['--quarter', '2026'], /quarter such as 2026-Q4/],
    [['--record'], /Name the play/],
  ] as const)('refuses what cannot be meant: %j', async (args, message) => {
    const { code, err } = await world.run('play', 'retrospective', ...args);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(message);
    expect(world.services.calls).toEqual([]);
  });
});

describe('keys', () => {
  test('of people have authorities, those of brains a brain', async () => {
    await world.run('keys', 'create', '--label', 'Bo', '--role', 'reviewer', '--authorities', 'RevOps,slm');
    expect(world.services.calls.at(-1)).toEqual([
      'createKey',
      { label: 'Bo', role: 'reviewer', kind: 'person', authorities: ['RevOps', 'SLM'] },
    ]);
    await world.run('keys', 'create', '--label', 'pipeline', '--brain', 'AGT-901');
    expect(world.services.calls.at(-1)).toEqual([
      'createKey',
      { label: 'pipeline', role: 'brain', kind: 'brain', brain: 'AGT-901' },
    ]);
  });

  test.each([
    [['--role', 'brain'], /--brain/],
    [['--brain', 'AGT-1'], /AGT-901, AGT-902/],
    [['--role', 'reviewer', '--authorities', 'King'], /King is no authority/],
    [['--brain', 'AGT-901', '--authorities', 'SLM'], /Only a person has authorities/],
  ])('%j is wrong use', async (args, message) => {
    const { code, err } = await world.run('keys', 'create', '--label', 'x', ...args);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(message);
  });
});
