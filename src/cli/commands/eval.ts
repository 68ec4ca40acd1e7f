/** Measures retrieval on a labelled set, and caps on a log of touches. Nothing is stored, and no system needs to run. */
import { GatehouseError } from '../../domain/errors.ts';
import type { CapReport } from '../../evals/caps/touch-log.port.ts';
import type { ProviderReport, RetrievalFigures } from '../../evals/retrieval/labelled-set.port.ts';
import { readTouchLog, touchMapOf } from '../caps/touch-log.ts';
import { answer, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { readLabelledSet } from '../retrieval/labelled-set.ts';
import { columns, counted, figure } from '../words.ts';

/** So many bad lines are named one by one. */
const NAMED_MAX = 20;

/** Caps that are tried. */
const CAPS_MOST = 8;

export const evalCommand: Command = {
  name: 'eval',
  summary: 'Measure retrieval on a labelled set, or touch caps on a log of the past',
  usage: `gatehouse eval retrieval --file FILE
gatehouse eval caps --file FILE --map touches=COLUMN,success=COLUMN`,
  examples: [
    'gatehouse eval retrieval --file set.jsonl',
    'gatehouse eval retrieval --file set.jsonl --json',
    'gatehouse eval caps --file touches.csv --map touches=contacts,success=won',
    'gatehouse eval caps --file no-header.csv --map touches=12,success=21 --json',
  ],
  options: {
    file: {
      type: 'string',
      meaning:
        'For retrieval, lines of JSON: `{"kind":"doc","id","scope","text","at"?,"group"?}` and `{"kind":"query","id","scope","text","relevant":[ids]}`. For caps, CSV with one person a row.',
    },
    map: {
      type: 'string',
      meaning:
        'For caps: the columns that hold how often somebody was touched, and whether the last touch succeeded (1, 0, yes, no). Numbers from 1 stand for columns of a file without a header.',
    },
  },
  async run(context, args, options) {
    const verb = verbOf('eval', args, ['retrieval', 'caps']);
    refuseMore(args, 1);
    const file = textOption(options, 'file');
    if (file === undefined) throw new GatehouseError('usage', 'Name the file with --file FILE.');
    return verb === 'caps' ? evaluateCaps(context, file, textOption(options, 'map')) : evaluate(context, file);
  },
};

function nameBadLines(
  context: CommandContext,
  file: string,
  badLines: readonly { readonly line: number; readonly why: string }[],
): void {
  for (const { line, why } of badLines.slice(0, NAMED_MAX)) context.note(`${file}, line ${line}: ${why}.`);
  if (badLines.length > NAMED_MAX) context.note(`… and ${counted(badLines.length - NAMED_MAX, 'more bad line')}.`);
}

async function evaluate(context: CommandContext, file: string): Promise<ExitCode> {
  const { set, badLines } = await readLabelledSet(file);
  nameBadLines(context, file, badLines);
  if (set.queries.length === 0) {
    throw new GatehouseError('usage', `${file} has no query that can be asked. A query is a line with "kind":"query".`);
  }
  const report = await context.system.evaluateRetrieval(set);
  answer(context, { ...report, bad_lines: badLines }, () =>
    [
      `${counted(report.documents, 'document')} in ${counted(report.scopes, 'scope')}, ${counted(report.queries, 'query', 'queries')}`,
      columns([HEADINGS, ...report.providers.flatMap(rowsOf)]),
      'None of these compares meanings (semantic: false).',
    ].join('\n'),
  );
  return badLines.length === 0 ? EXIT.ok : EXIT.problemFound;
}

function evaluateCaps(context: CommandContext, file: string, map: string | undefined): ExitCode {
  const { counts, badLines } = readTouchLog(file, touchMapOf(map));
  nameBadLines(context, file, badLines);
  if (counts.length === 0) throw new GatehouseError('usage', `${file} has no row that can be used.`);
  const report = context.system.evaluateCaps(counts, CAPS_MOST);
  answer(context, { ...report, bad_lines: badLines }, () => capsText(report));
  return badLines.length === 0 ? EXIT.ok : EXIT.problemFound;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function capsText({ people, touches, successes, caps }: CapReport): string {
  const rows = caps.map((row) => [
    String(row.cap),
    figure(row.successes_lost),
    `${percent(row.lost_of_all.share)} (${percent(row.lost_of_all.lower)} to ${percent(row.lost_of_all.upper)})`,
    figure(row.touches_saved),
    percent(row.saved_of_all),
    row.successes_per_touch_saved === null ? '–' : percent(row.successes_per_touch_saved.share),
  ]);
  return [
    `${figure(people)} people, ${figure(touches)} touches, ${figure(successes)} successes`,
    columns([
      ['cap', 'successes lost', 'of all (95 %)', 'touches saved', 'of all', 'successes per touch saved'],
      ...rows,
    ]),
    'This describes what happened; it does not say what a cap would cause.',
  ].join('\n');
}

const HEADINGS = [
  'provider',
  'type',
  'queries',
  'recall@5',
  'recall@10',
  'recall@20',
  'mrr',
  'ndcg@10',
  'p50 ms',
  'p99 ms',
];

function rowsOf(report: ProviderReport): readonly (readonly string[])[] {
  const { p50, p99 } = report.latency_ms;
  return [
    [report.provider, 'all', ...figuresOf(report), p50.toFixed(1), p99.toFixed(1)],
    ...Object.entries(report.by_type).map(([type, figures]) => [report.provider, type, ...figuresOf(figures), '', '']),
  ];
}

function figuresOf(figures: RetrievalFigures): readonly string[] {
  const { queries, mrr } = figures;
  return [
    String(queries),
    ...[figures['recall@5'], figures['recall@10'], figures['recall@20'], mrr, figures['ndcg@10']].map((value) =>
      value.toFixed(4),
    ),
  ];
}
