/** What the system has learned to do by itself, at a terminal: every cell, and how one came to where it is. */
import { GatehouseError } from '../../domain/errors.ts';
import type { TrustEventView, TrustView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, verbOf } from '../command.ts';
import type { Command } from '../command.ts';
import { shownLine } from '../terminal.ts';
import { columns, timeOf } from '../words.ts';

const HISTORY_LIMIT = 50;

export const trustCommand: Command = {
  name: 'trust',
  summary: 'Show what each kind of action has earned, what it lacks, and how it came there',
  usage: 'gatehouse trust list\ngatehouse trust show CELL',
  examples: ['gatehouse trust list', 'gatehouse trust show outreach_push/email/high/rules@3 --json'],
  options: {},
  async run(context, args) {
    const verb = verbOf('trust', args, ['list', 'show']);
    return connected(context, async (services, caller) => {
      const cells = await services.listTrust(caller);
      if (verb === 'list') {
        refuseMore(args, 1);
        answer(context, { items: cells }, () => listText(cells));
        return EXIT.ok;
      }
      refuseMore(args, 2);
      const cell = cells.find((item) => item.cell === args[1]);
      if (cell === undefined)
        throw new GatehouseError('usage', 'Name a cell as gatehouse trust list does: gatehouse trust show CELL.');
      const { items } = await services.trustHistory(caller, cell.cell, { limit: HISTORY_LIMIT, cursor: null });
      answer(context, { ...cell, history: items }, () =>
        [cell.explanation, priorText(cell), historyText(items)].join('\n'),
      );
      return EXIT.ok;
    });
  },
};

function listText(cells: readonly TrustView[]): string {
  if (cells.length === 0) return 'Nothing has been learned yet.';
  return columns([['cell', 'level', 'trust', 'θ', 'why'], ...cells.map(rowOf)], '  ');
}

function rowOf({ cell, level, quantile, theta, explanation }: TrustView): readonly string[] {
  return [cell, level, quantile.toFixed(3), theta.toFixed(2), shownLine(explanation)];
}

function priorText({ prior_good: good, prior_bad: bad, prior_cells: cells }: TrustView): string {
  const from = cells === null ? 'of the policy' : `that ${cells} kinds of action lend each other`;
  return `It begins with the prior ${from}: ${good} for, ${bad} against.`;
}

function historyText(items: readonly TrustEventView[]): string {
  return columns(
    items.map(({ at, type, data }) => [timeOf(at), type, shownLine(JSON.stringify(data))]),
    '  ',
  );
}
