/** Brings rows from files into a tenant: preview first, then the import with its progress; or lists and undoes imports. */
import { mkdirSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import type { ImportMode } from '../../gateway/services.port.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { EXIT, textOption } from '../command.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'Bring rows from CSV or JSONL files in, or undo an import',
  usage: 'gatehouse import FILE… --map MAP [--history | --simulate | --live] [--dry-run] | import list | import undo ID',
  examples: [
    'gatehouse import leads.csv deals.csv --map maps/olist.json --simulate',
    'gatehouse import leads.csv --map map.json --dry-run',
    'gatehouse import leads.csv --map map.json --live --dry-run-report 4f0c…',
    'gatehouse import undo imp_0123',
  ],
  options: {
    map: { type: 'string', meaning: 'The map from columns to signals and outcomes.' },
    history: { type: 'boolean', meaning: 'Fill state and memory; start nothing. This is the default.' },
    simulate: { type: 'boolean', meaning: 'Run the whole loop in time order on a virtual clock, with sandbox channels.' },
    live: { type: 'boolean', meaning: 'As if the rows arrived now. Needs --dry-run-report.' },
    'dry-run': { type: 'boolean', meaning: 'Read and map everything, write a report, store nothing.' },
    'dry-run-report': { type: 'string', meaning: 'Digest of the dry-run report that was read.' },
    strict: { type: 'boolean', meaning: 'Refuse to begin when a row is bad.' },
  },
  async run(context, args, options) {
    if (args[0] === 'list') return listImports(context);
    if (args[0] === 'undo') return undoImport(context, args[1]);
    return importFiles(context, args, options);
  },
};

async function listImports(context: CommandContext): Promise<ExitCode> {
  const { services, caller, close } = await context.connect();
  try {
    const items = await services.listImports(caller);
    if (context.json) context.out(JSON.stringify({ items }));
    else if (items.length === 0) context.out('There are no imports yet.');
    else context.out(items.map((item) => `${item.id}  ${item.started_at}  ${item.mode.padEnd(8)} ${item.state.padEnd(9)} ${item.applied}/${item.total}  ${item.name}`).join('\n'));
    return EXIT.ok;
  } finally {
    await close();
  }
}

async function undoImport(context: CommandContext, id: string | undefined): Promise<ExitCode> {
  if (id === undefined) throw new GatehouseError('usage', 'Name the import to undo; gatehouse import list shows them.');
  const { services, caller, close } = await context.connect();
  try {
    const report = await services.undoImport(caller, id);
    if (context.json) context.out(JSON.stringify(report));
    else {
      context.out(`${report.import} is undone: ${report.reverted} states went back, ${report.cancelled_actions} pending actions were cancelled.`);
      if (report.kept.length > 0) context.out(`Kept, because something touched them since:\n${report.kept.map((item) => `  ${item.kind} ${item.key}: ${item.detail}`).join('\n')}`);
    }
    return EXIT.ok;
  } finally {
    await close();
  }
}
