/** What people correct again and again, at a terminal: listed, shown with its back-test, confirmed, dismissed. */
import { GatehouseError } from '../../domain/errors.ts';
import { tenantRuleSchema } from '../../domain/policy.ts';
import type { PatternView } from '../../gateway/patterns.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { shownLine } from '../terminal.ts';
import { columns, timeOf } from '../words.ts';
import { backtestText, proposalText, readAs, reasonOf } from './policy.ts';

const VERBS = ['list', 'show', 'confirm', 'dismiss'] as const;

export const patternCommand: Command = {
  name: 'pattern',
  summary: 'List what reviewers correct again and again, and make rules of it',
  usage: `gatehouse pattern list
gatehouse pattern show ID
gatehouse pattern confirm ID [--rule FILE] [--reason TEXT]
gatehouse pattern dismiss ID --reason TEXT`,
  examples: [
    'gatehouse pattern list',
    'gatehouse pattern show pat_0123456789abcdef',
    'gatehouse pattern confirm pat_0123456789abcdef',
    'gatehouse pattern confirm pat_0123456789abcdef --rule rule.json --reason "only in the first stage"',
    'gatehouse pattern dismiss pat_0123456789abcdef --reason "the list was wrong"',
  ],
  options: {
    rule: {
      type: 'string',
      meaning: 'For confirm: a JSON file with another rule than the suggested one, under its id.',
    },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  run(context, args, options) {
    const verb = verbOf('pattern', args, VERBS);
    if (verb === 'list') return list(context, args);
    const [, id] = args;
    if (id === undefined) throw new GatehouseError('usage', `Name the pattern: gatehouse pattern ${verb} pat_….`);
    refuseMore(args, 2);
    if (verb === 'show') return show(context, id);
    return verb === 'confirm' ? confirm(context, id, options) : dismiss(context, id, options);
  },
};

function list(context: CommandContext, args: readonly string[]): Promise<ExitCode> {
  refuseMore(args, 1);
  return connected(context, async ({ patterns }, caller) => {
    const views = await patterns.list(caller);
    answer(context, { items: views }, () =>
      views.length === 0
        ? 'Nothing is corrected again and again. A pattern takes three equal corrections of one class within 90 days.'
        : columns(views.map(({ id, state, words }) => [id, state, words])),
    );
    return EXIT.ok;
  });
}

function show(context: CommandContext, id: string): Promise<ExitCode> {
  return connected(context, async ({ patterns }, caller) => {
    const view = await patterns.get(caller, id);
    answer(context, view, () =>
      [
        patternText(view),
        'Its rule, for the past:',
        backtestText(view.backtest),
        view.proposal === null
          ? `To propose the rule: gatehouse pattern confirm ${id}`
          : `It is proposed: gatehouse policy approve ${view.proposal}`,
      ].join('\n'),
    );
    return EXIT.ok;
  });
}

function confirm(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const file = textOption(options, 'rule');
  const rule = file === undefined ? null : readAs(file, tenantRuleSchema, 'a rule');
  const reason = textOption(options, 'reason') === undefined ? null : reasonOf(options);
  return connected(context, async ({ patterns }, caller) => {
    const view = await patterns.confirm(caller, id, { rule, reason });
    answer(context, view, () => proposalText(view));
    return EXIT.ok;
  });
}

function dismiss(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const reason = reasonOf(options);
  return connected(context, async ({ patterns }, caller) => {
    const dismissed = await patterns.dismiss(caller, id, reason);
    answer(
      context,
      dismissed,
      () => `${dismissed.id} is not listed again until as many corrections as make a pattern have come since.`,
    );
    return EXIT.ok;
  });
}

function patternText({ id, words, evidence, first_at: first, last_at: last, rule }: PatternView): string {
  return [
    `${id}: ${shownLine(words)}, from ${timeOf(first)} to ${timeOf(last)}.`,
    `Reviews: ${evidence.join(' ')}`,
    `Suggested rule: ${shownLine(JSON.stringify(rule))}`,
  ].join('\n');
}
