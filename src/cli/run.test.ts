import { describe, expect, test } from 'vitest';

import { ERRORS, GatehouseError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { TestWorld } from './cli.fixture.ts';
import { EXIT, EXIT_MEANINGS, exitCodeOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { GLOBAL_OPTIONS } from './help.ts';

describe('help', () => {
  test.each([[[]], [['--help']], [['help']], [['--json', '--help']]])(
    '%j lists every command and exit code',
    async (argv) => {
      const { code, out, err } = await new TestWorld().run(...argv);
      expect([code, err]).toEqual([EXIT.ok, '']);
      const width = Math.max(...COMMANDS.map(({ name }) => name.length));
      for (const { name, summary } of COMMANDS) expect(out).toContain(`${name.padEnd(width)}  ${summary}`);
      for (const meaning of Object.values(EXIT_MEANINGS)) expect(out).toContain(meaning);
    },
  );

  test.each(COMMANDS.map(({ name }) => name))('of %s has usage, options and examples', async (name) => {
    const world = new TestWorld();
    const { code, out } = await world.run(name, '--help');
    expect(code).toBe(EXIT.ok);
    for (const part of ['Usage\n', 'Options\n', '--tenant TENANT', '--json', 'Examples\n']) expect(out).toContain(part);
    expect((await world.run('help', name)).out).toBe(out);
  });

  test('the version stands alone, so that a script can read it', async () => {
    expect((await new TestWorld().run('--version')).out).toBe('1.2.3');
    expect(JSON.parse((await new TestWorld().run('--version', '--json')).out)).toEqual({ version: '1.2.3' });
  });
});

describe('the commands', () => {
  test('say in their examples what they take', () => {
    for (const { name, examples, usage } of COMMANDS) {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(example).toMatch(new RegExp(`gatehouse ${name}\\b`));
      for (const line of usage.split('\n')) expect(line).toMatch(new RegExp(`^gatehouse ${name}\\b`));
    }
  });

  test('mean the same by the same option, and none takes the name of a global one', () => {
    const types = new Map<string, string>();
    for (const { options } of COMMANDS) {
      for (const [name, { type }] of Object.entries(options)) {
        expect(types.get(name) ?? type).toBe(type);
        expect(Object.keys(GLOBAL_OPTIONS)).not.toContain(name);
        types.set(name, type);
      }
    }
  });
});

describe('what cannot be run', () => {
  test.each([
    [['verfy'], 'There is no command "verfy". Did you mean verify?'],
    [['xyzzy'], 'There is no command "xyzzy". See gatehouse --help.'],
    [['help', 'verfy'], 'Did you mean verify?'],
    [['--jsn'], 'There is no option --jsn. Did you mean --json?'],
    [['verify', '--tennant', 'x'], 'gatehouse verify has no option --tennant. Did you mean --tenant?'],
    [['verify', '-x'], 'gatehouse verify has no option -x.'],
    [['verify', '--tenant'], "Option '--tenant <value>' argument missing"],
    [['verify', '--json=yes'], "Option '--json' does not take an argument"],
    [['verify', 'now'], '"now" is one word too many.'],
    [['verify', '--tenant', 'A b'], 'A tenant\'s name has lower-case letters, digits and hyphens, not "A b".'],
    [['review'], 'Say what to do: gatehouse review list|show|approve|edit|reject|snooze|assign|undo|bulk|summary.'],
    [
      ['review', 'lst'],
      'There is no gatehouse review lst; there are list, show, approve, edit, reject, snooze, assign, undo, bulk, summary. Did you mean list?',
    ],
    [['review', 'show'], 'Name a review: gatehouse review show ID.'],
    [['review', 'reject', 'rev_1'], 'A rejection needs --reason.'],
    [['review', 'list', '--state', 'held'], 'There is no state "held"; there are open,'],
    [['trace'], 'Name a decision (dec_…) or a correlation (cor_…).'],
    [['replay'], 'Name one decision, or give --all.'],
    [['replay', 'dec_1', '--all'], 'Name one decision, or give --all.'],
    [['rebuild'], 'Give either --check, or --as-of TIME'],
    [['kill-switch', 'on'], 'Say why with --reason'],
    [['kill-switch', 'on', '--reason', ' '], 'Say why with --reason'],
    [['keys', 'create', '--label', 'x', '--role', 'king'], 'A key needs --label and --role, which is one of viewer,'],
    [['keys', 'revoke'], 'Name the key by its id'],
    [['policy', 'apply'], 'Name a file with the policy'],
    [['import', 'leads.csv'], 'Name at least one file, and a map with --map.'],
    [['import', 'undo'], 'Name the import to undo'],
  ])('%j is wrong use', async (argv, message) => {
    const world = new TestWorld();
    const { code, out, err } = await world.run(...argv);
    expect([code, out]).toEqual([EXIT.usage, '']);
    expect(err).toContain(message);
    expect(world.openApps).toBe(0);
  });

  test('is one JSON document with --json', async () => {
    const { code, out } = await new TestWorld().run('verfy', '--json');
    expect(code).toBe(EXIT.usage);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage', faults: [] } });
  });

  test('an environment that is wrong is told with every fault', async () => {
    const world = new TestWorld();
    world.env = { GATEHOUSE_PROT: '1', SMTP_URL: 'x' };
    const { code, err } = await world.run('verify');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('GATEHOUSE_PROT: is not a variable that is known here. Did you mean GATEHOUSE_PORT?');
    expect(err).toContain('SMTP_URL: the value is not a URL');
  });
});

describe('exit codes', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('%s has one', (code) => {
    expect(Object.values(EXIT)).toContain(exitCodeOf(new GatehouseError(code, 'x')));
  });

  test.each([
    ['not_found', EXIT.usage],
    ['forbidden', EXIT.refused],
    ['state_conflict', EXIT.refused],
    ['unavailable', EXIT.unreachable],
    ['internal', EXIT.internal],
  ] as const)('a refusal of the services as %s ends with %i, and everything is closed', async (code, expected) => {
    const world = new TestWorld();
    world.services.failure = new GatehouseError(code, 'not so', { faults: [{ pointer: '/a', detail: 'wrong' }] });
    const ran = await world.run('verify', '--json');
    expect(ran.code).toBe(expected);
    expect(ran.err).toBe('gatehouse: not so\n  /a: wrong');
    expect(JSON.parse(ran.out)).toEqual({
      error: { code, detail: 'not so', faults: [{ pointer: '/a', detail: 'wrong' }] },
    });
    expect(world.openApps).toBe(0);
  });

  test('a fault of ours is one, with the place where it happened', async () => {
    const world = new TestWorld();
    world.services.failure = new TypeError('x is undefined');
    const { code, err } = await world.run('verify');
    expect(code).toBe(EXIT.internal);
    expect(err).toContain('this is a fault of the program');
    expect(err).toContain('run.test.ts');
  });
});

test('options may stand before the command, and values of options are no commands', async () => {
  const world = new TestWorld();
  const { code, out } = await world.run('--tenant', 'verify', '--json', 'verify');
  expect(code).toBe(EXIT.ok);
  expect(JSON.parse(out)).toMatchObject({ ok: true, events: 3 });
  expect(world.opened).toEqual(['verify']);
});
