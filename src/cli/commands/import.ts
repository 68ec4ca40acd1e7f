/** Brings rows from files into a tenant: preview first, then the import with its progress; or lists and undoes imports. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import type { ImportMode } from '../../gateway/services.port.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { EXIT, textOption } from '../command.ts';
import { parseImportMap } from '../import/map-schema.ts';
import type { ImportMap } from '../import/map-schema.ts';
import { prepareImport } from '../import/prepare.ts';
import type { PreparedImport } from '../import/prepare.ts';
import { createProgress } from '../import/progress.ts';
import { previewReport, previewText, resultReport, resultText } from '../import/report.ts';
import { runImport } from '../import/run-import.ts';

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

type Options = Readonly<Record<string, string | boolean | undefined>>;

function modeOf(options: Options): ImportMode {
  const modes = (['history', 'simulate', 'live'] as const).filter((mode) => options[mode] === true);
  if (modes.length > 1) throw new GatehouseError('usage', `Choose one of ${modes.map((mode) => `--${mode}`).join(', ')}.`);
  return modes[0] ?? 'history';
}

function readMap(path: string): ImportMap {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new GatehouseError('usage', `${path} cannot be read.`);
  }
  return parseImportMap(text, path);
}

/** Where the report of a dry run is kept. */
function reportPath(context: CommandContext, digest: string): string {
  return join(context.config.dataDir, 'imports', `${digest}.json`);
}

async function importFiles(context: CommandContext, paths: readonly string[], options: Options): Promise<ExitCode> {
  const mapPath = textOption(options, 'map');
  if (paths.length === 0 || mapPath === undefined) throw new GatehouseError('usage', 'Name at least one file, and a map with --map.');
  const mode = modeOf(options);
  const prepared = await prepareImport({ files: paths, map: readMap(mapPath), mapPath, mode, now: Date.now() });
  const dryRun = options['dry-run'] === true;
  const report = previewReport(prepared, mode, dryRun ? 'dry_run' : 'preview');
  if (options['strict'] === true && prepared.faults.length > 0) {
    context.out(context.json ? JSON.stringify(report) : previewText(report));
    throw new GatehouseError('usage', `${prepared.faults.length} rows are bad; mend them, or leave --strict out to import the others.`);
  }
  if (dryRun) {
    mkdirSync(join(context.config.dataDir, 'imports'), { recursive: true });
    writeFileSync(reportPath(context, report.report), JSON.stringify(report, null, 2));
    context.out(context.json ? JSON.stringify(report) : `${previewText(report)}\nNothing was stored. To import it live: --live --dry-run-report ${report.report}`);
    return prepared.faults.length === 0 ? EXIT.ok : EXIT.problemFound;
  }
  const read = textOption(options, 'dry-run-report') ?? null;
  if (mode === 'live' && (read !== report.report || !existsSync(reportPath(context, report.report)))) {
    throw new GatehouseError('state_conflict', 'A live import needs the report of a dry run of exactly these files and this map. Run it with --dry-run, read the report, then give its digest with --dry-run-report.');
  }
  if (!context.json) context.note(previewText(report));
  return bringIn(context, prepared, mode, read);
}

async function bringIn(context: CommandContext, prepared: PreparedImport, mode: ImportMode, dryRunDigest: string | null): Promise<ExitCode> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.once('SIGINT', onSignal);
  const { services, caller, close } = await context.connect();
  const bar = createProgress({ output: process.stderr, env: context.env, elapsed: () => performance.now() });
  try {
    const result = await runImport({ services, caller, prepared, mode, dryRunDigest, progress: bar.show, signal: interrupted.signal });
    bar.end();
    const report = resultReport(prepared, result);
    context.out(context.json ? JSON.stringify(report) : resultText(report));
    return prepared.faults.length === 0 && result.outcome !== 'interrupted' ? EXIT.ok : EXIT.problemFound;
  } finally {
    bar.end();
    process.off('SIGINT', onSignal);
    await close();
  }
}
