/** Brain-ready views at a terminal: which there are, and what one says. */
import { GatehouseError } from '../../domain/errors.ts';
import type { BrainView } from '../../gateway/view-services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted, figure, timeOf } from '../words.ts';

export const viewCommand: Command = {
  name: 'view',
  summary: 'List the views that brains read, and show one',
  usage: 'gatehouse view list\ngatehouse view show NAME KEY [--budget TOKENS] [--refresh]',
  examples: [
    'gatehouse view list',
    'gatehouse view show account_composite acme',
    'gatehouse view show pipeline_by_segment origin --budget 1000 --json',
  ],
  options: {
    budget: { type: 'string', meaning: 'Fewer tokens than the budget of the view.' },
    refresh: { type: 'boolean', meaning: 'Make it anew before showing it.' },
  },
  async run(context, args, options) {
    if (verbOf('view', args, ['list', 'show']) === 'list') {
      refuseMore(args, 1);
      return list(context);
    }
    const [, name, key] = args;
    if (name === undefined || key === undefined)
      throw new GatehouseError(
        'usage',
        'Name a view and what it is about: gatehouse view show NAME KEY. gatehouse view list shows them.',
      );
    refuseMore(args, 3);
    return show(context, name, key, options);
  },
};

function list(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const views = await services.listViews(caller);
    answer(context, { items: views }, () =>
      columns([
        ['view', 'key', 'refreshed every', 'tokens', 'owner', 'what it holds'],
        ...views.map((view) => [
          view.name,
          view.parameter,
          counted(view.refresh_hours, 'hour'),
          figure(view.token_budget),
          view.owner,
          view.title,
        ]),
      ]),
    );
    return EXIT.ok;
  });
}

function show(context: CommandContext, name: string, key: string, options: OptionValues): Promise<ExitCode> {
  const given = textOption(options, 'budget');
  const budget = given === undefined ? null : Number(given);
  if (budget !== null && !(Number.isInteger(budget) && budget >= 100))
    throw new GatehouseError('usage', 'Give --budget as a whole number of tokens from 100.');
  const request = { key, budget_tokens: budget, refresh: options['refresh'] === true };
  return connected(context, async (services, caller) => {
    const view = await services.readView(caller, name, request);
    answer(context, view, () => told(view));
    return EXIT.ok;
  });
}

function told({ view, key, view_metadata: meta, parts }: BrainView): string {
  const age = meta.is_stale ? `STALE: ${meta.stale_parts.join(', ')}` : 'fresh';
  const head = `${view} of ${key}, refreshed ${timeOf(meta.last_refresh_timestamp)}, ${age}, ${figure(meta.tokens)} of ${figure(meta.token_budget)} tokens`;
  const body = Object.entries(parts).map(([part, items]) => {
    const cut = meta.cut.find((item) => item.part === part);
    const more = cut === undefined ? '' : `, cut from ${figure(cut.of)}`;
    const lines = items.map((item) => columns([[JSON.stringify(item)]], '  '));
    return [`${part} (${counted(items.length, 'item')}${more})`, ...lines].join('\n');
  });
  return [head, ...body].join('\n\n');
}
