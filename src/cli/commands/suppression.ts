/** Whom nobody may write to, at a terminal. */
import { GatehouseError } from '../../domain/errors.ts';
import type { Suppressed, SuppressionScope } from '../../gateway/suppression.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted } from '../words.ts';

const LIST_MAX = 200;
const SCOPES: readonly SuppressionScope[] = ['contact', 'email', 'domain', 'account'];

export const suppressionCommand: Command = {
  name: 'suppression',
  summary: 'List, add and remove those whom nobody may write to',
  usage: `gatehouse suppression list [--cursor CURSOR]
gatehouse suppression add contact|email|domain|account VALUE --reason TEXT [--source TEXT]
gatehouse suppression remove contact|email|domain|account VALUE --reason TEXT`,
  examples: [
    'gatehouse suppression add email maria@acme.com --reason "asked by telephone"',
    'gatehouse suppression remove domain acme.com --reason "no customer any more"',
  ],
  options: {
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
    source: { type: 'string', meaning: 'For add: where the wish came from.' },
    cursor: { type: 'string', meaning: 'next_cursor of the page before.' },
  },
  async run(context, args, options) {
    const verb = verbOf('suppression', args, ['list', 'add', 'remove']);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context, textOption(options, 'cursor') ?? null);
    }
    const whom = whomOf(verb, args);
    refuseMore(args, 3);
    const reason = reasonOf(options);
    return connected(context, async ({ suppressions }, caller) => {
      const { key } =
        verb === 'add'
          ? await suppressions.add(caller, { ...whom, reason, source: textOption(options, 'source') ?? 'cli' })
          : await suppressions.remove(caller, { ...whom, reason });
      answer(context, { key }, () =>
        verb === 'add'
          ? `Nothing reaches this ${whom.scope} any more.`
          : `This ${whom.scope} is not suppressed any more; every other check of the gate still counts.`,
      );
      return EXIT.ok;
    });
  },
};

function whomOf(verb: string, args: readonly string[]): Suppressed {
  const scope = SCOPES.find((item) => item === args[1]);
  const value = args[2];
  if (scope === undefined || value === undefined)
    throw new GatehouseError('usage', `Name one: gatehouse suppression ${verb} ${SCOPES.join('|')} VALUE.`);
  return { scope, value };
}

function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function list(context: CommandContext, cursor: string | null): Promise<ExitCode> {
  return connected(context, async ({ suppressions }, caller) => {
    const page = await suppressions.list(caller, { limit: LIST_MAX, cursor });
    answer(context, page, () => {
      if (page.items.length === 0) return 'Nobody is suppressed.';
      const rows = page.items.map(({ scope, reason, source, key }) => [scope, reason, source, key]);
      const more =
        page.next_cursor === null
          ? ''
          : `\nThe first ${counted(page.items.length, 'suppression')}; more with --cursor ${page.next_cursor}`;
      return `${columns([['scope', 'reason', 'source', 'key'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}
