/** How long what is kept, and deleting what was kept long enough. */
import { GatehouseError } from '../../domain/errors.ts';
import { retentionClassSchema, retentionSchema, RETENTION_CLASS_NAMES } from '../../domain/retention.ts';
import { answer, connected, EXIT, refuseMore, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { columns, counted, figure } from '../words.ts';

export const retentionCommand: Command = {
  name: 'retention',
  summary: 'Show or set how long what is kept, and delete what was kept long enough',
  usage: 'gatehouse retention show\ngatehouse retention set CLASS DAYS|forever\ngatehouse retention run [--dry-run]',
  examples: [
    'gatehouse retention show',
    'gatehouse retention set processed_messages 180',
    'gatehouse retention run --dry-run',
  ],
  options: { 'dry-run': { type: 'boolean', meaning: 'For run: only count what would be deleted.' } },
  async run(context, args, options) {
    const verb = verbOf('retention', args, ['show', 'set', 'run']);
    if (verb === 'set') {
      refuseMore(args, 3);
      return set(context, args[1], args[2]);
    }
    refuseMore(args, 1);
    return verb === 'show' || options['dry-run'] === true ? show(context) : runNow(context);
  },
};

function show(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const view = await services.getRetention(caller);
    answer(context, view, () =>
      columns([
        ['CLASS', 'KEPT', 'DUE NOW', 'WHAT'],
        ...view.classes.map((item) => [
          item.class,
          item.days === null ? 'for ever' : counted(item.days, 'day'),
          counted(item.due, 'row'),
          item.what,
        ]),
      ]),
    );
    return EXIT.ok;
  });
}

function set(context: CommandContext, name: string | undefined, period: string | undefined): Promise<ExitCode> {
  const known = retentionClassSchema.safeParse(name);
  if (!known.success)
    throw new GatehouseError('usage', `Name one of the classes: ${RETENTION_CLASS_NAMES.join(', ')}.`);
  const changed = retentionSchema.safeParse({ [known.data]: period === 'forever' ? null : Number(period) });
  if (!changed.success) throw new GatehouseError('usage', 'Say for how many days, from 90 to 3650, or forever.');
  return connected(context, async (services, caller) => {
    const { policy } = await services.getPolicy(caller);
    const { hash } = await services.applyPolicy(caller, {
      ...policy,
      retention: { ...policy.retention, ...changed.data },
    });
    answer(context, { hash }, () => `It is in the policy that is in force now: ${hash}`);
    return EXIT.ok;
  });
}

function runNow(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const run = await services.runRetention(caller);
    answer(context, run, () =>
      Object.entries(run.deleted)
        .map(([name, rows]) => `${name}: ${figure(rows)} deleted`)
        .join('\n'),
    );
    return EXIT.ok;
  });
}
