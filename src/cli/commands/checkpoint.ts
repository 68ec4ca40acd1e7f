/** Names for where the ledger stands, and the way back to one, at a terminal. */
import { checkpointNameSchema } from '../../domain/checkpoint.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { CheckpointView, RestoreView } from '../../gateway/past.port.ts';
import { answer, connected, EXIT, refuseMore, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted, figure, timeOf } from '../words.ts';
import { differenceText } from './difference.ts';

const VERBS = ['create', 'list', 'show', 'restore'] as const;

export const checkpointCommand: Command = {
  name: 'checkpoint',
  summary: 'Set a checkpoint, see what changed since, or take accounts and leads back to it',
  usage:
    'gatehouse checkpoint create NAME\ngatehouse checkpoint list\ngatehouse checkpoint show NAME\ngatehouse checkpoint restore NAME [--dry-run]',
  examples: [
    'gatehouse checkpoint create before-new-crm',
    'gatehouse checkpoint show before-new-crm',
    'gatehouse checkpoint restore before-new-crm --dry-run',
    'gatehouse checkpoint restore before-new-crm',
  ],
  options: { 'dry-run': { type: 'boolean', meaning: 'For restore: say what would change, and change nothing.' } },
  async run(context, args, options) {
    const verb = verbOf('checkpoint', args, VERBS);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context);
    }
    const name = nameOf(verb, args);
    switch (verb) {
      case 'create':
        return create(context, name);
      case 'show':
        return show(context, name);
      case 'restore':
        return restore(context, name, options);
    }
  },
};

function nameOf(verb: string, args: readonly string[]): string {
  const name = args[1];
  if (name === undefined) throw new GatehouseError('usage', `Name it: gatehouse checkpoint ${verb} NAME.`);
  refuseMore(args, 2);
  const parsed = checkpointNameSchema.safeParse(name);
  if (!parsed.success)
    throw new GatehouseError('usage', `A checkpoint cannot have the name ${JSON.stringify(name)}.`, {
      faults: parsed.error.issues.map(({ message }) => ({ pointer: '/name', detail: message })),
    });
  return name;
}

function create(context: CommandContext, name: string): Promise<ExitCode> {
  return connected(context, async ({ past }, caller) => {
    const made = await past.createCheckpoint(caller, name);
    answer(
      context,
      made,
      () => `The checkpoint ${made.name} is set, at ${timeOf(made.at)}; event ${made.event} holds it.`,
    );
    return EXIT.ok;
  });
}

function list(context: CommandContext): Promise<ExitCode> {
  return connected(context, async ({ past }, caller) => {
    const items = await past.listCheckpoints(caller);
    answer(context, { items }, () =>
      items.length === 0
        ? 'There are no checkpoints yet; gatehouse checkpoint create NAME sets one.'
        : columns([['checkpoint', 'set', 'by', 'restored'], ...items.map(rowOf)]),
    );
    return EXIT.ok;
  });
}

function rowOf({ name, at, by, restored }: CheckpointView): readonly string[] {
  const last = restored.at(-1);
  return [name, timeOf(at), by, last === undefined ? 'never' : timeOf(last.at)];
}

function show(context: CommandContext, name: string): Promise<ExitCode> {
  return connected(context, async ({ past }, caller) => {
    const checkpoint = await past.getCheckpoint(caller, name);
    const difference = await past.difference(caller, { asOf: null, checkpoint: name, subject: null });
    answer(context, { checkpoint, difference }, () => `${columns([rowOf(checkpoint)])}\n${differenceText(difference)}`);
    return EXIT.ok;
  });
}

function restore(context: CommandContext, name: string, options: OptionValues): Promise<ExitCode> {
  const isDryRun = options['dry-run'] === true;
  return connected(context, async ({ past }, caller) => {
    const report = await past.restoreCheckpoint(caller, name, isDryRun);
    answer(context, report, () => restoreText(report));
    return EXIT.ok;
  });
}

function restoreText(report: RestoreView): string {
  const { accounts, leads, actions, looks_dropped: looks, changes, kept, unnamed } = report;
  const lines: string[] = [];
  if (accounts + leads + actions === 0)
    lines.push(`Accounts and leads are what they were at ${report.checkpoint}, and nothing proposed since is open.`);
  else {
    const go = report.dry_run ? 'would go' : 'went';
    lines.push(
      `${counted(accounts, 'account')} and ${counted(leads, 'lead')} ${go} back to ${report.checkpoint}, with ${counted(actions, 'open action')} cancelled and ${counted(looks, 'second look')} dropped. Nothing is sent.`,
      columns(
        changes.map(({ kind, id, from, to }) => [kind, id, `${from} → ${to}`]),
        '  ',
      ),
    );
  }
  if (kept.length > 0)
    lines.push(
      'Left as it is:',
      columns(
        kept.map(({ kind, id, state, why }) => [kind, id, state, why]),
        '  ',
      ),
    );
  if (unnamed > 0) lines.push(`${figure(unnamed)} more are not named here.`);
  return lines.join('\n');
}
