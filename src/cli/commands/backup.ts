/** Backups of the whole installation: taking one, checking one, and loading one into an empty database. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { ReconcileReport } from '../../actors/restore/reconcile-report.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { BackupView } from '../../gateway/services.port.ts';
import type { BackupProgress } from '../backups.port.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { columns, counted, figure } from '../words.ts';

const BYTES_PER_MB = 1e6;
const LISTED_MAX = 20;

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Write a backup of the whole installation into a folder, or check one',
  usage: 'gatehouse backup --to DIR\ngatehouse backup verify DIR',
  examples: [
    'gatehouse backup --to /backups/2026-11-21',
    'gatehouse backup verify /backups/2026-11-21',
    'gatehouse backup --to /backups/2026-11-21 --json',
  ],
  options: {
    to: { type: 'string', meaning: 'A folder that does not exist yet. It appears when the backup is whole.' },
  },
  async run(context, args, options) {
    const to = textOption(options, 'to');
    if (args[0] === 'verify') {
      const folder = args[1];
      if (folder === undefined || to !== undefined)
        throw new GatehouseError('usage', 'Name the backup: gatehouse backup verify DIR.');
      refuseMore(args, 2);
      const view = await withStatus(context, (progress) =>
        context.system.backups.verify(context.config, folder, progress),
      );
      answer(context, { ok: true, ...view }, () => `The backup is whole: ${sizeOf(view)}, taken at ${view.taken_at}.`);
      return EXIT.ok;
    }
    refuseMore(args, 0);
    if (to === undefined) throw new GatehouseError('usage', 'Say where to: gatehouse backup --to DIR.');
    const view = await write(context, to);
    answer(context, view, () =>
      [
        `${view.folder} holds everything up to ${view.taken_at}: ${sizeOf(view)}, ${figure(Math.ceil(view.bytes / BYTES_PER_MB))} MB.`,
        'The master key is not in it. Keep a copy of the key in another place than the backup.',
      ].join('\n'),
    );
    return EXIT.ok;
  },
};

/** Beside the hosts of a Postgres server; through the server that holds the embedded database; or by itself. */
async function write(context: CommandContext, to: string): Promise<BackupView> {
  const { databaseUrl } = context.config;
  const server = databaseUrl === null ? await context.findServer() : null;
  if (server === null)
    return withStatus(context, (progress) => context.system.backups.write(context.config, to, progress));
  refuseExisting(to);
  return connected(context, async (services, caller) => {
    const view = await services.writeBackup(caller);
    moveFolder(view.folder, to);
    return { ...view, folder: resolve(to) };
  });
}

function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new GatehouseError(
    'usage',
    `${folder} exists already. Name a folder that does not; a backup is never written over.`,
  );
}

/** The new place may be on another disk, and gets its name when all of it is there. */
function moveFolder(from: string, to: string): void {
  mkdirSync(dirname(resolve(to)), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const unfinished = `${resolve(to)}.unfinished`;
    cpSync(from, unfinished, { recursive: true });
    renameSync(unfinished, to);
    rmSync(from, { recursive: true });
  }
}

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Load a backup into an empty database, and reconcile it with what happened since',
  usage: 'gatehouse restore --from DIR\ngatehouse restore reconcile --journal DIR [--accept-missing-journal]',
  examples: [
    'DATABASE_URL=postgres://user@localhost:5432/restored gatehouse restore --from /backups/2026-11-21',
    'DATABASE_URL=postgres://user@localhost:5432/restored gatehouse restore reconcile --journal /journals',
  ],
  options: {
    from: { type: 'string', meaning: 'The folder of a backup.' },
    journal: { type: 'string', meaning: 'A folder with the journals of all hosts.' },
    'accept-missing-journal': {
      type: 'boolean',
      meaning: 'Go on although somebody may be contacted twice.',
    },
  },
  async run(context, args, options) {
    const from = textOption(options, 'from');
    if (args[0] === 'reconcile') {
      refuseMore(args, 1);
      if (from !== undefined)
        throw new GatehouseError('usage', 'Restore first, and reconcile then: these are two commands.');
      return reconcile(context, textOption(options, 'journal') ?? null, options['accept-missing-journal'] === true);
    }
    refuseMore(args, 0);
    if (from === undefined) throw new GatehouseError('usage', 'Say what to restore: gatehouse restore --from DIR.');
    await refuseServer(context);
    const view = await withStatus(context, (progress) =>
      context.system.backups.restore(context.config, from, progress),
    );
    answer(context, view, () =>
      [
        `${view.into} holds the backup of ${view.taken_at}: ${sizeOf(view)}. Its chains are whole.`,
        'The installation is paused: nothing leaves it and nothing comes in until it is reconciled. Next:',
        '  gatehouse restore reconcile --journal DIR    with a folder that has the journals of all hosts',
      ].join('\n'),
    );
    return EXIT.ok;
  },
};

async function reconcile(
  context: CommandContext,
  journalDir: string | null,
  acceptMissing: boolean,
): Promise<ExitCode> {
  await refuseServer(context);
  const app = await context.openApp({ workers: false });
  try {
    const report = await app.reconcileRestore({ journalDir, acceptMissing });
    answer(context, report, () => reportText(report));
    return report.open_permits.unknown.length === 0 && report.journal.gaps.length === 0 ? EXIT.ok : EXIT.problemFound;
  } finally {
    await app.close();
  }
}

function reportText(report: ReconcileReport): string {
  const {
    journal,
    open_permits: open,
    effects,
    suppressions,
    lifted_again: lifted,
    waiting_messages: waiting,
  } = report;
  const lines = [
    `The installation goes on from ${report.backup_at}. What its senders do not send again since then is lost.`,
    `Journals: ${counted(journal.entries, 'entry', 'entries')} in ${counted(journal.files, 'file')}.`,
    ...journal.gaps.map((gap) => `  missing: ${gap}`),
    `${counted(open.marked, 'permit')} were open: ${figure(open.executed)} executed since, ${figure(open.failed)} failed, ${figure(open.resumed)} certainly not executed and going on, ${figure(open.unknown.length)} unknown.`,
    ...listed(open.unknown.map((item) => [item.permit, `tenant ${item.tenant}`, item.correlation])),
    `${counted(effects.length, 'effect')} of after the backup, known from the journals only. They count for cooldowns and duplicates.`,
    ...listed(
      effects.map((item) => [
        item.at,
        item.result,
        item.action_type,
        item.permit,
        `tenant ${item.tenant}`,
        item.correlation,
      ]),
    ),
    `${counted(suppressions, 'suppression')} of after the backup hold again.`,
    ...(lifted.length === 0
      ? []
      : [`${counted(lifted.length, 'suppression')} were lifted after the backup and hold again:`]),
    ...listed(lifted.map((item) => [item.key, `tenant ${item.tenant}`])),
    `${counted(waiting, 'accepted message')} that waited in the backup will be processed.`,
  ];
  return lines.join('\n');
}

function listed(rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const rest = rows.length - LISTED_MAX;
  return [
    columns(rows.slice(0, LISTED_MAX), '  '),
    ...(rest > 0 ? [`  and ${figure(rest)} more; --json lists all`] : []),
  ];
}

/** Throws `usage` while a server runs on the database or the folder of this configuration. */
export async function refuseServer(context: CommandContext): Promise<void> {
  const server = await context.findServer();
  if (server !== null)
    throw new GatehouseError('usage', `A server runs on this data, at ${server.url}. Stop it first.`);
}

/** Shows how far a long step is, where there is a terminal. */
export async function withStatus<Result>(
  context: CommandContext,
  run: (progress: BackupProgress) => Promise<Result>,
): Promise<Result> {
  try {
    return await run((step, table, rows) => context.terminal.status(`${step} ${table}: ${counted(rows, 'row')}`));
  } finally {
    context.terminal.status(null);
  }
}

function sizeOf(view: BackupView): string {
  return `${counted(view.events, 'event')}, ${counted(view.rows, 'row')} in all`;
}
