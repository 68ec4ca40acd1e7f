/** Taking an account or a contact over at a terminal, and letting them go. */
import { GatehouseError } from '../../domain/errors.ts';
import type { EntityKind } from '../../gateway/identity.port.ts';
import type { OwnershipQueueView, OwnershipView } from '../../gateway/ownership.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, timeOf } from '../words.ts';

const LIST_MAX = 50;
const VERBS = ['show', 'queue', 'take', 'release'] as const;

export const ownCommand: Command = {
  name: 'own',
  summary: 'Show who owns an account or a contact and who waits for it, take it over, or let it go',
  usage: `gatehouse own show account/ID|contact/ID
gatehouse own queue [account/ID|contact/ID] [--cursor CURSOR]
gatehouse own take account/ID|contact/ID --reason TEXT [--until TIME] [--takeover]
gatehouse own release account/ID|contact/ID --reason TEXT [--takeover]`,
  examples: [
    'gatehouse own queue',
    'gatehouse own queue account/acme',
    'gatehouse own take account/acme --reason "I am talking to them"',
    'gatehouse own release account/acme --reason "handed back after the call"',
  ],
  options: {
    until: {
      type: 'string',
      meaning: 'When it ends by itself, such as 2027-01-31T18:00:00Z; without it, at the release.',
    },
    cursor: { type: 'string', meaning: 'For queue: next_cursor of the page before.' },
    takeover: { type: 'boolean', meaning: 'Also from another person who owns it.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  async run(context, args, options) {
    const verb = verbOf('own', args, VERBS);
    if (verb === 'queue' && args.length === 1) return queues(context, textOption(options, 'cursor') ?? null);
    const { kind, id } = subjectOf(verb, args);
    refuseMore(args, 2);
    return connected(context, async ({ ownership }, caller) => {
      if (verb === 'queue') {
        const line = await ownership.queue(caller, kind, id);
        answer(context, line, () => queueText(line));
        return EXIT.ok;
      }
      const takeover = options['takeover'] === true;
      const until = textOption(options, 'until') ?? null;
      const view =
        verb === 'show'
          ? await ownership.show(caller, kind, id)
          : verb === 'take'
            ? await ownership.take(caller, kind, id, { until, takeover, reason: reasonOf(options) })
            : await ownership.release(caller, kind, id, { takeover, reason: reasonOf(options) });
      answer(context, view, () => sentence(view));
      return EXIT.ok;
    });
  },
};

function queues(context: CommandContext, cursor: string | null): Promise<ExitCode> {
  return connected(context, async ({ ownership }, caller) => {
    const page = await ownership.queues(caller, { limit: LIST_MAX, cursor });
    answer(context, page, () => {
      const more = page.next_cursor === null ? [] : [`More with --cursor ${page.next_cursor}`];
      return page.items.length === 0
        ? 'Nobody waits for an account.'
        : [...page.items.map(queueText), ...more].join('\n');
    });
    return EXIT.ok;
  });
}

function subjectOf(verb: string, args: readonly string[]): { readonly kind: EntityKind; readonly id: string } {
  const [, kind, id] = /^(account|contact)\/(.+)$/su.exec(args[1] ?? '') ?? [];
  if ((kind !== 'account' && kind !== 'contact') || id === undefined)
    throw new GatehouseError('usage', `Name one: gatehouse own ${verb} account/ID or contact/ID.`);
  return { kind, id };
}

function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function queueText(view: OwnershipQueueView): string {
  const { waiting } = view;
  if (waiting.length === 0) return `${sentence(view)} Nobody waits for it.`;
  const rows = waiting.map(({ position, action, action_type: type, lane, since }) => [
    String(position),
    action,
    type,
    lane,
    `since ${timeOf(since)}`,
  ]);
  return `${sentence(view)}\n${columns(rows, '  ')}`;
}

function sentence({ subject, lock, owned_through: through }: OwnershipView): string {
  const what = through === 'account' && subject.startsWith('contact/') ? `The account of ${subject}` : subject;
  if (lock === null) return `Nobody owns ${what}.`;
  const end = lock.until === null ? 'until it is released' : `until ${timeOf(lock.until)}`;
  return lock.person
    ? `${what} is owned by ${lock.owner}, ${end}.`
    : `${what} is held by the ${lock.lane} lane, ${end}.`;
}
