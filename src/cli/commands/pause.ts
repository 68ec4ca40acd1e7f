/** Pauses of a part of the outreach, at a terminal. */
import { GatehouseError } from '../../domain/errors.ts';
import { PAUSE_SCOPES } from '../../domain/pause.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command } from '../command.ts';
import { columns, counted, timeOf } from '../words.ts';

export const pauseCommand: Command = {
  name: 'pause',
  summary: 'Pause a part of the outreach, or list what is paused',
  usage: `gatehouse pause
gatehouse pause tenant --reason TEXT
gatehouse pause channel|play|sender|account VALUE --reason TEXT`,
  examples: ['gatehouse pause', 'gatehouse pause channel email --reason "the sender is being warmed up"'],
  options: { reason: { type: 'string', meaning: 'Why; it stands on the ledger.' } },
  async run(context, args, options) {
    const [given, value = ''] = args;
    if (given === undefined)
      return connected(context, async (services, caller) => {
        const items = await services.listPauses(caller);
        answer(context, { items }, () =>
          items.length === 0
            ? 'Nothing is paused.'
            : columns([
                ['pause', 'what', 'by', 'since', 'stops'],
                ...items.map((item) => [
                  item.id,
                  item.value === '' ? item.scope : `${item.scope} ${item.value}`,
                  item.by,
                  timeOf(item.at),
                  String(item.affects),
                ]),
              ]),
        );
        return EXIT.ok;
      });
    const scope = PAUSE_SCOPES.find((item) => item === given);
    if (scope === undefined)
      throw new GatehouseError('usage', `Nothing of the kind ${given} can be paused; say ${PAUSE_SCOPES.join(', ')}.`);
    refuseMore(args, scope === 'tenant' ? 1 : 2);
    if (scope !== 'tenant' && value === '') throw new GatehouseError('usage', `Name the ${scope} that is to pause.`);
    const reason = textOption(options, 'reason')?.trim() ?? '';
    if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
    return connected(context, async (services, caller) => {
      const pause = await services.setPause(caller, { scope, value, reason });
      answer(context, pause, () => `${pause.id} stops ${counted(pause.affects, 'scheduled action')}.`);
      return EXIT.ok;
    });
  },
};

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'End a pause',
  usage: 'gatehouse resume PAUSE',
  examples: ['gatehouse resume pau_0123'],
  options: {},
  async run(context, args) {
    const [id] = args;
    if (id === undefined) throw new GatehouseError('usage', 'Name a pause; gatehouse pause lists them.');
    refuseMore(args, 1);
    return connected(context, async (services, caller) => {
      await services.releasePause(caller, id);
      answer(context, { released: id }, () => 'The pause ended; what it stopped goes to the gate again.');
      return EXIT.ok;
    });
  },
};
