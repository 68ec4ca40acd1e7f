/** Measures retrieval on a labelled set. Nothing is stored, and no system needs to run. */
import { GatehouseError } from '../../domain/errors.ts';
import type { ProviderReport, RetrievalFigures } from '../../evals/retrieval/labelled-set.port.ts';
import { answer, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command } from '../command.ts';
import { readLabelledSet } from '../retrieval/labelled-set.ts';
import { columns, counted } from '../words.ts';

/** So many bad lines are named one by one. */
const NAMED_MAX = 20;

export const evalCommand: Command = {
  name: 'eval',
  summary: 'Measure retrieval on a labelled set',
  usage: 'gatehouse eval retrieval --file FILE',
  examples: ['gatehouse eval retrieval --file set.jsonl', 'gatehouse eval retrieval --file set.jsonl --json'],
  options: {
    file: {
      type: 'string',
      meaning:
        'Lines of JSON: `{"kind":"doc","id","scope","text","at"?,"group"?}` and `{"kind":"query","id","scope","text","relevant":[ids]}`.',
    },
  },
  async run(context, args, options) {
    verbOf('eval', args, ['retrieval']);
    refuseMore(args, 1);
    const file = textOption(options, 'file');
    if (file === undefined) throw new GatehouseError('usage', 'Name the labelled set with --file FILE.');
    const { set, badLines } = await readLabelledSet(file);
    for (const { line, why } of badLines.slice(0, NAMED_MAX)) context.note(`${file}, line ${line}: ${why}.`);
    if (badLines.length > NAMED_MAX) context.note(`… and ${counted(badLines.length - NAMED_MAX, 'more bad line')}.`);
    if (set.queries.length === 0) {
      throw new GatehouseError(
        'usage',
        `${file} has no query that can be asked. A query is a line with "kind":"query".`,
      );
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
  },
};

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
