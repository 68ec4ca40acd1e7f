/** The `gatehouse` command: finds the command, reads its options, and turns errors into words and exit codes. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { findServer, openApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Command, CommandContext, ExitCode } from './command.ts';
import { EXIT } from './command.ts';
import { COMMANDS } from './commands.ts';
import { connect } from './connect.ts';

const GLOBAL_OPTIONS = {
  json: { type: 'boolean', meaning: 'One JSON document on standard output.' },
  tenant: { type: 'string', meaning: 'Which tenant; default is `default`.' },
  help: { type: 'boolean', meaning: 'This text.' },
} as const;

export function helpText(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    'gatehouse: a governed actor runtime for go-to-market decisions',
    '',
    'Commands:',
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Options of every command: --json, --tenant NAME, --help. gatehouse COMMAND --help tells more.',
    'Exit codes: 0 fine, 1 a check found a problem, 2 wrong use, 3 not reachable, 4 refused, 70 a fault of the program.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  const width = Math.max(...Object.keys(options).map((name) => name.length));
  return [
    command.summary,
    '',
    `Usage: ${command.usage}`,
    '',
    'Options:',
    ...Object.entries(options).map(([name, spec]) => `  --${name.padEnd(width)}  ${spec.meaning}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

function exitCodeOf(error: GatehouseError): ExitCode {
  switch (error.code) {
    case 'usage':
    case 'invalid_request':
    case 'malformed_json':
    case 'unknown_type':
      return EXIT.usage;
    case 'unavailable':
    case 'overloaded':
    case 'storage_full':
      return EXIT.unreachable;
    case 'internal':
      return EXIT.internal;
    default:
      return EXIT.refused;
  }
}

function report(error: unknown, json: boolean): ExitCode {
  if (error instanceof GatehouseError) {
    if (json)
      process.stdout.write(`${JSON.stringify({ error: error.code, detail: error.message, faults: error.faults })}\n`);
    process.stderr.write(
      `gatehouse: ${error.message}\n${error.faults.map((fault) => `  ${fault.pointer}: ${fault.detail}\n`).join('')}`,
    );
    return exitCodeOf(error);
  }
  const message = error instanceof Error ? error.message : String(error);
  // What node's own option parser refuses is wrong use, not a fault.
  if (error instanceof TypeError && (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true) {
    process.stderr.write(`gatehouse: ${message}\n`);
    return EXIT.usage;
  }
  process.stderr.write(`gatehouse: ${error instanceof Error ? (error.stack ?? message) : message}\n`);
  return EXIT.internal;
}

function contextOf(config: Config, tenant: string, json: boolean): CommandContext {
  const open = (options: { readonly workers: boolean }) =>
    openApp({
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      masterKey: config.masterKey,
      adminKey: config.adminKey,
      host: config.host,
      port: config.port,
      logLevel: config.logLevel,
      workers: options.workers,
    });
  const server = () => findServer(config.dataDir);
  return {
    config,
    env: process.env,
    tenant,
    json,
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    connect: () => connect(config, tenant, server(), open),
    openApp: open,
    findServer: server,
  };
}

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${helpText()}\n`);
    return EXIT.ok;
  }
  if (name === '--version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    process.stdout.write(`${version}\n`);
    return EXIT.ok;
  }
  const json = rest.includes('--json');
  try {
    const command = COMMANDS.find((item) => item.name === name);
    if (command === undefined) throw new GatehouseError('usage', `There is no command ${name}. See: gatehouse --help`);
    const options = Object.fromEntries(
      Object.entries({ ...GLOBAL_OPTIONS, ...command.options }).map(([key, spec]) => [key, { type: spec.type }]),
    );
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true });
    if (values['help'] === true) {
      process.stdout.write(`${commandHelp(command)}\n`);
      return EXIT.ok;
    }
    const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
    const tenant = typeof values['tenant'] === 'string' ? values['tenant'] : 'default';
    return await command.run(
      contextOf(config, tenant, json),
      positionals,
      values as Record<string, string | boolean | undefined>,
    );
  } catch (error) {
    return report(error, json);
  }
}

process.exitCode = await main(process.argv.slice(2));
