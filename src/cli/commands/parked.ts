/** Messages that could not be processed, at a terminal: list, read, and decide. */
import { z } from 'zod';

import { GatehouseError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ParkedView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { columns, counted, timeOf } from '../words.ts';

const LIST_MAX = 200;
const VERBS = ['list', 'show', 'retry', 'edit', 'skip'] as const;

export const parkedCommand: Command = {
  name: 'parked',
  summary: 'List messages that could not be processed, and decide about them',
  usage:
    'gatehouse parked list\ngatehouse parked show ID\ngatehouse parked retry ID --reason TEXT\ngatehouse parked edit ID --data FILE --reason TEXT\ngatehouse parked skip ID --reason TEXT',
  examples: [
    'gatehouse parked list',
    'gatehouse parked show WyIvd2ViIiwiczEiXQ --json',
    'gatehouse parked retry WyIvd2ViIiwiczEiXQ --reason "the rule is mended"',
    'gatehouse parked skip WyIvd2ViIiwiczEiXQ --reason "a test of the vendor"',
  ],
  options: {
    data: { type: 'string', meaning: 'For edit: a file with the data that the message should have had, as JSON.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  async run(context, args, options) {
    const verb = verbOf('parked', args, VERBS);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context);
    }
    const id = args[1];
    if (id === undefined)
      throw new GatehouseError(
        'usage',
        `Name a message: gatehouse parked ${verb} ID. gatehouse parked list shows them.`,
      );
    refuseMore(args, 2);
    if (verb !== 'show') return decide(context, id, verb, options);
    return connected(context, async (services, caller) => {
      const parked = await services.getParked(caller, id);
      answer(context, parked, () => parkedText(parked));
      return EXIT.ok;
    });
  },
};

function list(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const page = await services.listParked(caller, { limit: LIST_MAX, cursor: null });
    answer(context, page, () => {
      if (page.items.length === 0) return 'Every message that was accepted could be processed.';
      const rows = page.items.map((item) => [
        item.id,
        timeOf(item.received_at),
        `${item.actor.kind} ${item.actor.id}`,
        item.type,
        String(item.waiting),
        item.error,
      ]);
      const more =
        page.next_cursor === null ? '' : `\nThe first ${counted(page.items.length, 'message')}; there are more.`;
      return `${columns([['message', 'since', 'for', 'type', 'behind it', 'why'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

function parkedText(parked: ParkedView): string {
  return [
    `${parked.type} for ${parked.actor.kind} ${parked.actor.id}, since ${timeOf(parked.received_at)}`,
    `from ${parked.source}, id ${parked.message_id}`,
    `could not be processed: ${parked.error}`,
    `${counted(parked.waiting, 'later message')} of this actor behind it`,
    JSON.stringify(parked.data, null, 2),
  ].join('\n');
}

function decide(
  context: CommandContext,
  id: string,
  decision: 'retry' | 'edit' | 'skip',
  options: OptionValues,
): Promise<ExitCode> {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  const file = textOption(options, 'data') ?? null;
  if ((decision === 'edit') !== (file !== null))
    throw new GatehouseError('usage', 'An edit, and nothing else, needs --data FILE.');
  const data = file === null ? null : readData(file);
  return connected(context, async (services, caller) => {
    const decided = await services.decideParked(caller, id, { decision, reason, data });
    const words = { retry: 'is processed again', edit: 'is processed with the new data', skip: 'is skipped' }[decision];
    answer(context, decided, () => `The message ${words}, and what waited behind it goes on.`);
    return EXIT.ok;
  });
}

function readData(file: string): JsonObject {
  const data = z.record(z.string(), z.json()).safeParse(readJsonFile(file));
  if (!data.success) throw new GatehouseError('usage', `${file} holds no JSON object.`);
  return data.data;
}
