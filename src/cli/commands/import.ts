/**
 * Brings rows from files into a tenant, in three steps that a person can stop between: read and map everything, show what would come in,
 * then bring it in. Also lists imports and takes one back.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GatehouseError } from '../../domain/errors.ts';
import type { ImportMode, LoopReport } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { parseImportMap } from '../import/map-schema.ts';
import type { ImportMap } from '../import/map-schema.ts';
import { prepareImport } from '../import/prepare.ts';
import type { PreparedImport } from '../import/prepare.ts';
import { createProgress } from '../import/progress.ts';
import { previewReport, previewText, resultReport, resultText } from '../import/report.ts';
import type { PreviewReport } from '../import/report.ts';
import { runImport } from '../import/run-import.ts';
import { listenForInterruption } from '../interruption.ts';
import { columns, counted, figure, timeOf } from '../words.ts';

const PREVIEW_MAX = 1_000;

export const importCommand: Command = {
  name: 'import',
  summary: 'Bring rows from CSV or JSONL files in, list imports, or undo one',
  usage:
    'gatehouse import FILE… --map MAP [--history | --simulate | --live --dry-run-report DIGEST] [--strict] [--preview N]\ngatehouse import FILE… --map MAP --dry-run\ngatehouse import list\ngatehouse import undo ID',
  examples: [
    'gatehouse import leads.csv deals.csv --map maps/olist.json --simulate --tenant olist',
    'gatehouse import leads.csv --map map.json --dry-run --preview 20',
    'gatehouse import leads.csv --map map.json --live --dry-run-report 4f0c…',
    'gatehouse import list --json',
    'gatehouse import undo imp_0123',
  ],
  options: {
    map: { type: 'string', meaning: 'The map from columns to signals and outcomes.' },
    history: { type: 'boolean', meaning: 'Fill state and memory; start nothing. This is the default.' },
    simulate: {
      type: 'boolean',
      meaning: 'Run the whole loop in time order on a virtual clock, with sandbox channels.',
    },
    live: { type: 'boolean', meaning: 'As if the rows arrived now. Needs --dry-run-report.' },
    'dry-run': { type: 'boolean', meaning: 'Read and map everything, print and keep a report, bring nothing in.' },
    'dry-run-report': {
      type: 'string',
      meaning: 'Digest of the report of a dry run of exactly these files and this map.',
    },
    strict: { type: 'boolean', meaning: 'Do not begin when a row is bad. Without it bad rows are told and left out.' },
    preview: { type: 'string', meaning: 'How many records to show first; 5 if it is left out.' },
  },
  async run(context, args, options) {
    const [verb, id] = args;
    if (verb === 'list') {
      refuseMore(args, 1);
      return listImports(context);
    }
    if (verb === 'undo') {
      refuseMore(args, 2);
      return undoImport(context, id);
    }
    return importFiles(context, args, options);
  },
};

function listImports(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const items = await services.listImports(caller);
    answer(context, { items }, () => {
      if (items.length === 0) return 'There are no imports yet.';
      const rows = items.map(({ id, started_at: at, mode, state, applied, total, name }) => [
        id,
        timeOf(at),
        mode,
        state,
        `${figure(applied)}/${figure(total)}`,
        name,
      ]);
      return columns([['import', 'began', 'mode', 'state', 'rows', 'name'], ...rows]);
    });
    return EXIT.ok;
  });
}

function undoImport(context: CommandContext, id: string | undefined): Promise<ExitCode> {
  if (id === undefined) throw new GatehouseError('usage', 'Name the import to undo; gatehouse import list shows them.');
  return connected(context, async (services, caller) => {
    const report = await services.undoImport(caller, id);
    answer(context, report, () => {
      const { reverted, cancelled_actions: cancelled, kept } = report;
      const head = `${report.import} is undone: ${counted(reverted, 'state')} went back, ${counted(cancelled, 'open action')} cancelled.`;
      if (kept.length === 0) return head;
      const rows = kept.map(({ kind, key, detail }) => [kind, key, detail]);
      return `${head}\nKept, because something touched them since:\n${columns(rows, '  ')}`;
    });
    return EXIT.ok;
  });
}

async function importFiles(
  context: CommandContext,
  paths: readonly string[],
  options: OptionValues,
): Promise<ExitCode> {
  const mapPath = textOption(options, 'map');
  if (paths.length === 0 || mapPath === undefined) {
    throw new GatehouseError('usage', 'Name at least one file, and a map with --map. See gatehouse import --help.');
  }
  const mode = modeOf(options);
  const dryRun = options['dry-run'] === true;
  const { terminal } = context;
  const prepared = await prepareImport({
    files: paths,
    map: readMap(mapPath),
    mapPath,
    mode,
    now: context.now(),
    preview: previewOf(options),
    progress: (rows) => terminal.status(`reading: ${counted(rows, 'row')}`),
  });
  terminal.status(null);
  const report = previewReport(prepared, mode, dryRun ? 'dry_run' : 'preview');
  if (options['strict'] === true && prepared.faults.length > 0) {
    if (!context.json) terminal.note(previewText(report));
    const detail = `${counted(prepared.faults.length, 'row')} cannot be imported. Mend them, or leave --strict out to import the others.`;
    const faults = prepared.faults.map(({ file, line, detail: what }) => ({
      pointer: `${file}:${line}`,
      detail: what,
    }));
    throw new GatehouseError('usage', detail, { faults: context.json ? faults : [] });
  }
  if (dryRun) {
    keepReport(context, report);
    answer(
      context,
      report,
      () => `${previewText(report)}\nTo import it live: --live --dry-run-report ${report.report}`,
    );
    return prepared.faults.length === 0 ? EXIT.ok : EXIT.problemFound;
  }
  const read = textOption(options, 'dry-run-report') ?? null;
  if (mode === 'live') refuseUnread(context, report, read);
  if (!context.json) terminal.note(previewText(report));
  return bringIn(context, prepared, mode, read);
}

function modeOf(options: OptionValues): ImportMode {
  const modes = (['history', 'simulate', 'live'] as const).filter((mode) => options[mode] === true);
  if (modes.length > 1) {
    throw new GatehouseError('usage', `Choose one of ${modes.map((mode) => `--${mode}`).join(' and ')}.`);
  }
  return modes[0] ?? 'history';
}

function previewOf(options: OptionValues): number | undefined {
  const given = textOption(options, 'preview');
  if (given === undefined) return undefined;
  const count = /^\d{1,4}$/.test(given) ? Number(given) : Number.NaN;
  if (count <= PREVIEW_MAX) return count;
  throw new GatehouseError('usage', `--preview is a number from 0 to ${PREVIEW_MAX}, not ${JSON.stringify(given)}.`);
}

function readMap(path: string): ImportMap {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatehouseError('usage', `The map cannot be read: ${why}`, { cause: error });
  }
  return parseImportMap(text, path);
}

function reportPath(context: CommandContext, digest: string): string {
  return join(context.config.dataDir, 'imports', `${digest}.json`);
}

/** Records are shown and not kept: a report must not become a copy of personal data that nobody erases. */
function keepReport(context: CommandContext, report: PreviewReport): void {
  const kept = { ...report, summary: { ...report.summary, preview: [] } };
  mkdirSync(join(context.config.dataDir, 'imports'), { recursive: true, mode: 0o700 });
  writeFileSync(reportPath(context, report.report), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

/** A live import acts on customers, so somebody has to have read what it would bring in. */
function refuseUnread(context: CommandContext, report: PreviewReport, read: string | null): void {
  if (read === null) {
    const detail =
      'A live import needs a dry run first: run it with --dry-run, read the report, and give its digest with --dry-run-report.';
    throw new GatehouseError('usage', detail);
  }
  if (read !== report.report) {
    const detail =
      'The report is of other files or another map: something changed since the dry run. Run it with --dry-run again.';
    throw new GatehouseError('state_conflict', detail);
  }
  if (!existsSync(reportPath(context, read))) {
    const detail = `There is no report ${read} in this data folder. Run the import with --dry-run first.`;
    throw new GatehouseError('state_conflict', detail);
  }
}

async function bringIn(
  context: CommandContext,
  prepared: PreparedImport,
  mode: ImportMode,
  dryRunDigest: string | null,
): Promise<ExitCode> {
  const interruption = listenForInterruption(process);
  const bar = createProgress({ output: context.terminal.stderr, env: context.env, elapsed: () => performance.now() });
  try {
    return await connected(context, async (services, caller) => {
      const { signal } = interruption;
      const result = await runImport({ services, caller, prepared, mode, dryRunDigest, progress: bar.show, signal });
      bar.end();
      const report = resultReport(prepared, result);
      // History decides nothing, and a live import has only begun when its rows are in.
      const loop = mode === 'simulate' ? await services.loopReport(caller, { dimension: null }) : null;
      answer(context, { ...report, loop }, () => [resultText(report), ...loopLines(loop)].join('\n'));
      if (result.outcome === 'interrupted') return EXIT.interrupted;
      return prepared.faults.length === 0 ? EXIT.ok : EXIT.problemFound;
    });
  } finally {
    bar.end();
    interruption.end();
  }
}

function loopLines(loop: LoopReport | null): readonly string[] {
  if (loop === null) return [];
  const { triage, outcomes } = loop;
  const verdicts = Object.entries(loop.verdicts).map(([verdict, count]) => `${figure(count)} ${verdict}`);
  return [
    'What it led to in this tenant:',
    columns(
      [
        [
          'signals',
          `${figure(loop.signals)}: ${figure(triage.act)} act, ${figure(triage.later)} later, ${figure(triage.none)} none`,
        ],
        ['decisions', `${figure(loop.decisions)}${verdicts.length === 0 ? '' : `: ${verdicts.join(', ')}`}`],
        ['executions', figure(loop.executions)],
        [
          'outcomes',
          `${figure(outcomes.total)}: ${figure(outcomes.linked)} linked, ${figure(outcomes.unlinked)} unlinked, ${figure(outcomes.preceding)} preceding`,
        ],
      ],
      '  ',
    ),
  ];
}
