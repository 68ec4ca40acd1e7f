/** Moves an installation from the embedded database to a Postgres server. */
import { GatehouseError } from '../../domain/errors.ts';
import { answer, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command } from '../command.ts';
import { counted } from '../words.ts';
import { refuseServer, withStatus } from './backup.ts';

export const dbCommand: Command = {
  name: 'db',
  summary: 'Move from the embedded database to a Postgres server',
  usage: 'gatehouse db move --to URL',
  examples: ['gatehouse db move --to postgres://user@localhost:5432/gatehouse'],
  options: { to: { type: 'string', meaning: 'An empty Postgres database.' } },
  async run(context, args, options) {
    verbOf('db', args, ['move']);
    refuseMore(args, 1);
    const to = postgresUrl(textOption(options, 'to'));
    if (context.config.databaseUrl !== null) {
      throw new GatehouseError(
        'usage',
        'DATABASE_URL is set. Unset it: the move is from the embedded database in the data folder.',
      );
    }
    await refuseServer(context);
    const view = await withStatus(context, (progress) => context.system.backups.move(context.config, to, progress));
    answer(context, view, () =>
      [
        `${view.to} holds everything: ${counted(view.events, 'event')}, with whole chains, and as many rows in each table as before.`,
        `${view.from} is kept and marked as moved. Set DATABASE_URL from now on; the master key stays the same.`,
      ].join('\n'),
    );
    return EXIT.ok;
  },
};

function postgresUrl(text: string | undefined): string {
  if (text !== undefined && URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol))
    return text;
  throw new GatehouseError('usage', 'Say where to: gatehouse db move --to postgres://user@host:5432/name.');
}
