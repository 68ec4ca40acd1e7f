/** Actions of which nobody knows whether they happened, at a terminal: list them, and say what was found out. */
import { GatehouseError } from '../../domain/errors.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted, timeOf } from '../words.ts';

const LIST_MAX = 200;

export const uncertainCommand: Command = {
  name: 'uncertain',
  summary: 'List actions that may or may not have happened, and settle them',
  usage: 'gatehouse uncertain list\ngatehouse uncertain settle PERMIT --happened yes|no --reason TEXT [--receipt TEXT]',
  examples: [
    'gatehouse uncertain list',
    'gatehouse uncertain settle per_0123.0 --happened yes --reason "its Message-ID is in the log of the mail server"',
    'gatehouse uncertain settle per_0123.0 --happened no --reason "the log does not have it"',
  ],
  options: {
    happened: { type: 'string', meaning: 'Whether the channel acted: yes or no.' },
    reason: { type: 'string', meaning: 'How it was found out; it stands on the ledger.' },
    receipt: { type: 'string', meaning: "The channel's own name for what it did." },
  },
  async run(context, args, options) {
    const verb = verbOf('uncertain', args, ['list', 'settle']);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context);
    }
    const permit = args[1];
    if (permit === undefined)
      throw new GatehouseError(
        'usage',
        'Name a permit: gatehouse uncertain settle PERMIT. gatehouse uncertain list shows them.',
      );
    refuseMore(args, 2);
    return settle(context, permit, options);
  },
};

function list(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const page = await services.listUncertain(caller, { limit: LIST_MAX, cursor: null });
    answer(context, page, () => {
      if (page.items.length === 0) return 'Of every action it is known whether it happened.';
      const rows = page.items.map((item) => [
        item.permit,
        timeOf(item.attempted_at),
        item.action_type,
        item.channel,
        item.mode,
        item.recipient,
      ]);
      const more =
        page.next_cursor === null ? '' : `\nThe first ${counted(page.items.length, 'action')}; there are more.`;
      return `${columns([['permit', 'attempted', 'action', 'channel', 'mode', 'to'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

function settle(context: CommandContext, permit: string, options: OptionValues): Promise<ExitCode> {
  const word = textOption(options, 'happened');
  if (word !== 'yes' && word !== 'no')
    throw new GatehouseError('usage', 'Say what was found out: --happened yes or --happened no.');
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '')
    throw new GatehouseError('usage', 'Say how it was found out with --reason; it stands on the ledger.');
  const receipt = textOption(options, 'receipt') ?? null;
  if (receipt !== null && word === 'no')
    throw new GatehouseError('usage', 'What did not happen has no receipt. Leave out --receipt.');
  return connected(context, async (services, caller) => {
    const settled = await services.settleUncertain(caller, permit, { happened: word === 'yes', reason, receipt });
    answer(context, settled, () =>
      settled.happened
        ? 'The action is executed, and counts as such.'
        : 'The action failed and gave back what it had reserved. It can be proposed again.',
    );
    return EXIT.ok;
  });
}
