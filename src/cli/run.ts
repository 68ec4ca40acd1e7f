/**
 * Runs one command line: finds the command, reads its options, and turns whatever goes wrong into words and an exit code. Everything
 * it touches is handed in, so that a test can run it in its own process.
 */
import { parseArgs } from 'node:util';

import { loadConfig } from '../config/config.ts';
import type { Config, Environment, ReadFile } from '../config/config.ts';
import { suggestion } from '../config/nearest.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { System } from './app.port.ts';
import { EXIT, exitCodeOf } from './command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from './command.ts';
import { COMMANDS } from './commands.ts';
import { connect } from './connect.ts';
import { commandHelp, GLOBAL_OPTIONS, overview } from './help.ts';
import { shown } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export interface World {
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly system: System;
  readonly readFile: ReadFile;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly version: string;
}

const TENANT = /^[a-z][a-z0-9-]{0,39}$/;

/** Never rejects. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const json = argv.includes('--json');
  try {
    return await dispatch(argv, world);
  } catch (error) {
    world.terminal.status(null);
    return tell(error, json, world.terminal);
  }
}

async function dispatch(argv: readonly string[], world: World): Promise<ExitCode> {
  const { terminal } = world;
  const { name, rest } = splitName(argv);
  if (name === undefined) {
    if (rest.includes('--version')) {
      terminal.out(rest.includes('--json') ? JSON.stringify({ version: world.version }) : world.version);
    } else {
      refuseUnknownOptions(rest);
      terminal.out(overview(COMMANDS, terminal.paint));
    }
    return EXIT.ok;
  }
  if (name === 'help') {
    const [about] = rest;
    terminal.out(
      about === undefined ? overview(COMMANDS, terminal.paint) : commandHelp(commandNamed(about), terminal.paint),
    );
    return EXIT.ok;
  }
  const command = commandNamed(name);
  const { values, positionals } = parseOptions(command, rest);
  if (values['help'] === true) {
    terminal.out(commandHelp(command, terminal.paint));
    return EXIT.ok;
  }
  return command.run(contextOf(values, world), positionals, values);
}

/** The first word that is neither an option nor the value of one, and everything else. */
function splitName(argv: readonly string[]): { readonly name: string | undefined; readonly rest: readonly string[] } {
  const all = COMMANDS.reduce((options, command) => ({ ...options, ...command.options }), { ...GLOBAL_OPTIONS });
  const { tokens } = parseArgs({
    args: [...argv],
    options: typesOf(all),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const first = tokens.find((token) => token.kind === 'positional');
  if (first === undefined) return { name: undefined, rest: argv };
  return { name: first.value, rest: argv.toSpliced(first.index, 1) };
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((item) => item.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((item) => item.name);
  const hint = suggestion(name, names);
  throw new GatehouseError('usage', `There is no command ${JSON.stringify(name)}.${hint} See gatehouse --help.`);
}

function parseOptions(
  command: Command,
  args: readonly string[],
): { readonly values: OptionValues; readonly positionals: readonly string[] } {
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: typesOf(options), allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    const unknown = /'(--?[^']+)'/.exec(error.message)?.[1];
    if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || unknown === undefined) {
      const [sentence = error.message] = error.message.split('\n');
      throw new GatehouseError('usage', `${sentence} See gatehouse ${command.name} --help.`, { cause: error });
    }
    const names = Object.keys(options).map((item) => `--${item}`);
    const hint = suggestion(unknown, names);
    const detail = `gatehouse ${command.name} has no option ${unknown}.${hint} See gatehouse ${command.name} --help.`;
    throw new GatehouseError('usage', detail, { cause: error });
  }
}

function refuseUnknownOptions(args: readonly string[]): void {
  const known = [...Object.keys(GLOBAL_OPTIONS), 'version'].map((name) => `--${name}`);
  const unknown = args.find((arg) => arg.startsWith('-') && !known.includes(arg));
  if (unknown === undefined) return;
  throw new GatehouseError(
    'usage',
    `There is no option ${unknown}.${suggestion(unknown, known)} See gatehouse --help.`,
  );
}

function typesOf(options: Command['options']): Record<string, { type: 'boolean' | 'string' }> {
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
}

function contextOf(values: OptionValues, world: World): CommandContext {
  const tenant = typeof values['tenant'] === 'string' ? values['tenant'] : 'default';
  if (!TENANT.test(tenant)) {
    const detail = `A tenant's name has lower-case letters, digits and hyphens, not ${JSON.stringify(tenant)}.`;
    throw new GatehouseError('usage', detail);
  }
  let loaded: Config | null = null;
  const config = (): Config => (loaded ??= loadConfig(world.env, world.readFile));
  return {
    get config() {
      return config();
    },
    env: world.env,
    tenant,
    json: values['json'] === true,
    terminal: world.terminal,
    system: world.system,
    now: world.now,
    out: (text) => world.terminal.out(text),
    note: (text) => world.terminal.note(text),
    openApp: (options) => world.system.openApp(config(), options),
    findServer: () => world.system.findServer(config()),
    connect: () => connect(world.system, config(), { tenant, named: values['tenant'] !== undefined }, world.readFile),
  };
}

function tell(error: unknown, json: boolean, terminal: Terminal): ExitCode {
  const known = error instanceof GatehouseError;
  const message = error instanceof Error ? error.message : String(error);
  const label = terminal.notePaint('red', 'gatehouse:');
  if (known) {
    terminal.note(`${label} ${shown(message)}`);
    for (const { pointer, detail } of error.faults) terminal.note(`  ${shown(pointer)}: ${shown(detail)}`);
  } else {
    const trace = error instanceof Error ? (error.stack ?? message) : message;
    terminal.note(`${label} this is a fault of the program, not of yours.\n${shown(trace)}`);
  }
  if (json) {
    const faults = known ? error.faults : [];
    terminal.out(JSON.stringify({ error: { code: known ? error.code : 'internal', detail: message, faults } }));
  }
  return exitCodeOf(error);
}
