/** What waits for its time, at a terminal: look at it, stop it, move it, or let it go now. */
import { GatehouseError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/instant.ts';
import type { ScheduledQuery, ScheduledView } from '../../gateway/review.port.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { shown } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted, timeOf } from '../words.ts';
import { checkLines } from './trace.ts';

const LIST_MAX = 200;
const VERBS = ['list', 'show', 'cancel', 'move', 'send-now'] as const;
const FILTERS = ['channel', 'sender', 'account', 'play'] as const;

export const scheduledCommand: Command = {
  name: 'scheduled',
  summary: 'List what waits for its time, stop it, move it, or let it go now',
  usage: `gatehouse scheduled list [--channel CHANNEL] [--sender SENDER] [--account ID] [--play ID]
gatehouse scheduled show ACTION
gatehouse scheduled cancel ACTION --reason TEXT
gatehouse scheduled move ACTION --at TIME [--reason TEXT]
gatehouse scheduled send-now ACTION [--reason TEXT]`,
  examples: [
    'gatehouse scheduled list --channel email',
    'gatehouse scheduled cancel act_0123 --reason "they are on holiday"',
    'gatehouse scheduled move act_0123 --at 2026-11-23T09:00:00Z',
    'gatehouse scheduled send-now act_0123',
  ],
  options: {
    channel: { type: 'string', meaning: 'For list: one channel.' },
    sender: { type: 'string', meaning: 'For list: one sender.' },
    account: { type: 'string', meaning: 'For list: your own id of the account.' },
    play: { type: 'string', meaning: 'For list: one play.' },
    at: { type: 'string', meaning: 'For move: the new time.' },
    reason: { type: 'string', meaning: 'Why; a cancellation needs it.' },
  },
  async run(context, args, options) {
    const verb = verbOf('scheduled', args, VERBS);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context, options);
    }
    const action = args[1];
    if (action === undefined) throw new GatehouseError('usage', `Name an action: gatehouse scheduled ${verb} ACTION.`);
    refuseMore(args, 2);
    if (verb === 'show') return show(context, action);
    return act(context, action, verb, options);
  },
};

async function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const filters: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = textOption(options, name);
    if (value !== undefined) filters[name] = value;
  }
  return connected(context, async (services, caller) => {
    const query: ScheduledQuery = { limit: LIST_MAX, cursor: null, ...filters };
    const page = await services.listScheduled(caller, query);
    answer(context, page, () => {
      if (page.items.length === 0) return 'Nothing waits for its time.';
      const rows = page.items.map((item) => [
        item.action,
        timeOf(item.at),
        item.waits,
        item.action_type,
        item.recipient?.address ?? item.recipient?.external_id ?? '-',
        item.still_valid ? 'yes' : 'no',
      ]);
      const more =
        page.next_cursor === null ? '' : `\nThe first ${counted(page.items.length, 'action')}; there are more.`;
      return `${columns([['action', 'at', 'waits', 'type', 'recipient', 'still valid'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

function show(context: CommandContext, action: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const view = await services.getScheduled(caller, action);
    answer(context, view, () => text(view, context.terminal.paint));
    return EXIT.ok;
  });
}

function text(view: ScheduledView, paint: Paint): string {
  return [
    `${paint('bold', view.action)}  ${view.action_type} by ${view.channel}, waits for ${view.waits} until ${timeOf(view.at)}`,
    ...(view.still_valid ? [] : [paint('bold', 'The gate would not let it go.')]),
    ...view.checks.filter((check) => check.outcome !== 'pass').flatMap((check) => checkLines(check, paint)),
    ...view.conflicts.map(({ action, reason }) => shown(`beside ${action}: ${reason}`)),
    '',
    shown([view.rendered.subject ?? '', view.rendered.body].join('\n').trim()),
  ].join('\n');
}

async function act(
  context: CommandContext,
  action: string,
  verb: 'cancel' | 'move' | 'send-now',
  options: OptionValues,
): Promise<ExitCode> {
  const reason = textOption(options, 'reason') ?? null;
  const at = textOption(options, 'at');
  if (verb === 'cancel' && reason === null) throw new GatehouseError('usage', 'A cancellation needs --reason.');
  if (verb === 'move' && at === undefined) throw new GatehouseError('usage', 'Say to which time, with --at.');
  return connected(context, async (services, caller) => {
    const outcome =
      verb === 'cancel'
        ? await services.cancelScheduled(caller, action, reason ?? '')
        : verb === 'move'
          ? await services.moveScheduled(caller, action, { at: isoOf(instantOption(at ?? '')), reason })
          : await services.sendNow(caller, action, { reason });
    answer(context, outcome, () => `${action} is ${outcome.state}.`);
    return EXIT.ok;
  });
}
