/** The help texts, made from the commands themselves. */
import type { Command } from './command.ts';
import { EXIT, EXIT_MEANINGS } from './command.ts';
import type { Paint } from './terminal.ts';
import { columns } from './words.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  tenant: { type: 'string', meaning: 'The tenant to work on; `default` if it is left out.' },
  json: { type: 'boolean', meaning: 'One JSON document on standard output; all else goes to standard error.' },
  help: { type: 'boolean', meaning: 'This text.' },
} as const;

export function overview(commands: readonly Command[], paint: Paint): string {
  const codes = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]);
  return [
    `${paint('bold', 'gatehouse')}: a governed actor runtime for go-to-market decisions`,
    '',
    paint('bold', 'Commands'),
    columns(
      commands.map(({ name, summary }) => [name, summary]),
      '  ',
    ),
    '',
    paint('bold', 'Options of every command'),
    optionLines(GLOBAL_OPTIONS),
    '',
    '  gatehouse COMMAND --help tells more about one. gatehouse --version says which this is.',
    '',
    paint('bold', 'Exit codes'),
    columns(codes, '  '),
  ].join('\n');
}

export function commandHelp(command: Command, paint: Paint): string {
  return [
    `${paint('bold', `gatehouse ${command.name}`)}: ${command.summary}`,
    '',
    paint('bold', 'Usage'),
    ...command.usage.split('\n').map((line) => `  ${line}`),
    '',
    paint('bold', 'Options'),
    optionLines({ ...command.options, ...GLOBAL_OPTIONS }),
    '',
    paint('bold', 'Examples'),
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

function optionLines(options: Command['options']): string {
  const rows = Object.entries(options).map(([name, { type, meaning }]) => [
    `--${name}${type === 'string' ? ` ${name.split('-').at(-1)?.toUpperCase() ?? 'VALUE'}` : ''}`,
    meaning,
  ]);
  return columns(rows, '  ');
}
