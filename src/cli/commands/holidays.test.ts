import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { temporaryDataDir, TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
let file: string;
beforeEach(() => {
  world = new TestWorld();
  file = join(temporaryDataDir(), 'days.csv');
  writeFileSync(file, 'date,name\n2026-12-25,A day\n2027-01-01,Another\n');
});

const importing = (...more: readonly string[]) => world.run('holidays', 'import', file, '--country', 'DE', ...more);
const LIST = { source: 'days.csv', from: '2026-01-01', to: '2026-12-31', days: { '2026-12-25': 'A day' } };

test('a policy of before knows no holidays, and says what that means', async () => {
  expect((await world.run('holidays', 'list')).out).toBe(
    'The policy knows no public holidays. On days for which a country has no list, messages are sent as on any day.',
  );
});

test('an import puts the list into the policy in force', async () => {
  const { code, out } = await importing('--years', '2026', '--unlisted', 'hold');
  expect(code).toBe(EXIT.ok);
  expect(out).toContain('DE has 1 public holiday from 2026-01-01 to 2026-12-31.');
  expect(world.services.calls.find(([name]) => name === 'applyPolicy')?.[1]).toEqual({
    ...DEFAULT_POLICY,
    sending: { holidays: { unlisted: 'hold', lists: { DE: LIST } } },
  });
});

test('an import may be proposed instead', async () => {
  const { code } = await importing('--years', '2026', '--propose', '--reason', 'the new year');
  expect(code).toBe(EXIT.ok);
  expect(world.services.calls.map(([name]) => name)).not.toContain('applyPolicy');
  expect((await importing('--years', '2026', '--propose')).code).toBe(EXIT.usage);
});

test.each([
  [[], '--years'],
  [['--years', '2028'], 'no day of 2028'],
  [['--years', '2026', '--unlisted', 'maybe'], 'send or hold'],
])('%j is refused', async (more, message) => {
  const { code, err } = await importing(...more);
  expect([code, err]).toEqual([EXIT.usage, expect.stringContaining(message)]);
  expect(world.services.calls.map(([name]) => name)).not.toContain('applyPolicy');
});

test('a country is a code', async () => {
  expect((await world.run('holidays', 'import', file, '--country', 'Germany', '--years', '2026')).code).toBe(
    EXIT.usage,
  );
});
