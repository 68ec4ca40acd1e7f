/** Senders at a terminal: how well their messages are taken, and letting one begin anew. */
import { channelSchema } from '../../domain/action-types.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { SenderView } from '../../gateway/senders.port.ts';
import { answer, connected, EXIT, refuseMore, verbOf } from '../command.ts';
import type { Command } from '../command.ts';
import { shownLine } from '../terminal.ts';
import { columns, figure } from '../words.ts';
import { reasonOf } from './policy.ts';

export const senderCommand: Command = {
  name: 'sender',
  summary: 'Show how many messages of each sender bounce or are marked as spam, and let a limited one begin anew',
  usage: `gatehouse sender list
gatehouse sender clear CHANNEL SENDER --reason TEXT`,
  examples: ['gatehouse sender list', 'gatehouse sender clear email default --reason "the bought list was removed"'],
  options: { reason: { type: 'string', meaning: 'Why; it stands on the ledger.' } },
  run(context, args, options) {
    if (verbOf('sender', args, ['list', 'clear']) === 'list') {
      refuseMore(args, 1);
      return connected(context, async ({ senders }, caller) => {
        const items = await senders.list(caller);
        answer(context, { items }, () => listText(items));
        return EXIT.ok;
      });
    }
    const [, channelName, sender] = args;
    const channel = channelSchema.safeParse(channelName);
    if (!channel.success || sender === undefined)
      throw new GatehouseError(
        'usage',
        `Name a channel and a sender: gatehouse sender clear ${channelSchema.options.join('|')} SENDER --reason TEXT.`,
      );
    refuseMore(args, 3);
    const reason = reasonOf(options);
    return connected(context, async ({ senders }, caller) => {
      const view = await senders.clear(caller, { channel: channel.data, sender, reason });
      answer(
        context,
        view,
        () =>
          `Nothing limits ${shownLine(sender)} on ${view.channel} any more. What it sends from the next full hour on is counted.`,
      );
      return EXIT.ok;
    });
  },
};

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(2)} %`;
}

function listText(items: readonly SenderView[]): string {
  if (items.length === 0) return 'Nothing was sent in the window of the policy, and no sender is limited.';
  return columns([
    ['channel', 'sender', 'level', 'sent', 'bounced', '', 'spam', ''],
    ...items.map(
      ({ channel, sender, level, sent, bounced, complained, bounce_share: bounces, complaint_share: spam }) => [
        channel,
        shownLine(sender),
        level,
        figure(sent),
        figure(bounced),
        percent(bounces),
        figure(complained),
        percent(spam),
      ],
    ),
  ]);
}
