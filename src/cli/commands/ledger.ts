/** Moves the old part of the ledger into signed files outside the database. */
import { GatehouseError } from '../../domain/errors.ts';
import { answer, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command } from '../command.ts';
import { counted, figure } from '../words.ts';

const BYTES_PER_MB = 1e6;

export const ledgerCommand: Command = {
  name: 'ledger',
  summary: 'Move the old part of the ledger into signed files',
  usage: 'gatehouse ledger export --before TIME --to DIR',
  examples: [
    'gatehouse ledger export --before 2026-01-01T00:00:00Z --to /archives',
    'gatehouse ledger export --before 2026-01-01T00:00:00Z --to /archives --json',
  ],
  options: {
    before: { type: 'string', meaning: 'What was recorded before this time may leave.' },
    to: { type: 'string', meaning: 'The folder of the archives; the new one becomes a folder in it.' },
  },
  async run(context, args, options) {
    verbOf('ledger', args, ['export']);
    refuseMore(args, 1);
    const before = textOption(options, 'before');
    const to = textOption(options, 'to');
    if (before === undefined || to === undefined)
      throw new GatehouseError('usage', 'Say what and where to: gatehouse ledger export --before TIME --to DIR.');
    const request = { before: instantOption(before), to, by: 'person:operator' };
    if (request.before > context.now()) throw new GatehouseError('usage', '--before lies in the future.');
    try {
      const view = await context.system.ledgers.export(context.config, request, (step, rows) =>
        context.terminal.status(`${step} ${counted(rows, 'row')}`),
      );
      answer(context, view, () =>
        [
          `${view.folder} holds ${counted(view.events, 'event')} of ${counted(view.partitions, 'partition')}, ${figure(Math.ceil(view.bytes / BYTES_PER_MB))} MB, and they have left the database.`,
          'Keep it, and a copy: verify, rebuild, replay and undo need it. Set GATEHOUSE_ARCHIVE_DIR to its folder, or give --cold.',
        ].join('\n'),
      );
      return EXIT.ok;
    } finally {
      context.terminal.status(null);
    }
  },
};
