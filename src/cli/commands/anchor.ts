/** Signs where the chains of the ledger end now, into a folder outside the database. */
import { isoOf } from '../../domain/instant.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption } from '../command.ts';
import type { Command } from '../command.ts';
import { counted } from '../words.ts';

export const anchorCommand: Command = {
  name: 'anchor',
  summary: 'Sign where the ledger ends now, outside the database',
  usage: 'gatehouse anchor [--after-restore TIME]',
  examples: ['gatehouse anchor', 'gatehouse anchor --json', 'gatehouse anchor --after-restore 2026-11-21T08:00:00Z'],
  options: {
    'after-restore': {
      type: 'string',
      meaning:
        'The time of the backup that was restored: later anchors speak of what is lost, and are left out from now on.',
    },
  },
  async run(context, args, options) {
    refuseMore(args, 0);
    const afterRestore = textOption(options, 'after-restore');
    const restoredFrom = afterRestore === undefined ? null : isoOf(instantOption(afterRestore));
    return connected(context, async (services, caller) => {
      const view = await services.writeAnchor(caller, { restored_from: restoredFrom });
      answer(context, view, () =>
        [
          `${view.file} says where ${counted(view.events, 'event')} end at ${view.at}.`,
          `Copy it to a place that nobody who can write to the database can write to. Its signature can be checked with the public key ${view.public_key}.`,
        ].join('\n'),
      );
      return EXIT.ok;
    });
  },
};
