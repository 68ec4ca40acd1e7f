/** The part of `gatehouse keys` about the key that wraps the keys of people. */
import { resolve } from 'node:path';

import type { BackupRewrapView } from '../../gateway/key-generations.port.ts';
import { answer, connected, EXIT } from '../command.ts';
import type { CommandContext, ExitCode } from '../command.ts';
import { columns, counted, figure } from '../words.ts';

export function listGenerations(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const view = await services.keyGenerations.list(caller);
    answer(context, view, () =>
      [
        columns([
          ['GENERATION', 'ID', 'STATE', 'PEOPLE', 'MADE', 'HERE'],
          ...view.generations.map((item) => [
            String(item.number),
            item.id,
            item.destroyed_at === null ? item.state : `destroyed ${item.destroyed_at}`,
            figure(item.people),
            item.made_at,
            item.here ?? 'no',
          ]),
        ]),
        ...(view.to_do === null ? [] : [view.to_do]),
      ].join('\n'),
    );
    return EXIT.ok;
  });
}

export function rotateKeys(context: CommandContext, backups: string | undefined): Promise<ExitCode> {
  const folder = backups === undefined ? null : resolve(backups);
  return connected(context, async (services, caller) => {
    let milliseconds = 0;
    for (;;) {
      const view = await services.keyGenerations.rotate(caller, { backups: folder });
      milliseconds += view.milliseconds;
      if (!view.done) {
        context.note(`${figure(view.people)} wrapped with generation ${view.generation}, ${figure(view.left)} to go …`);
        continue;
      }
      answer(context, { ...view, milliseconds }, () =>
        [
          `Generation ${view.generation} (${view.id}) wraps the keys of ${counted(view.people, 'person', 'people')}, and nothing else does.`,
          ...view.backups.map(backupLine),
          view.to_do ??
            'The keys before it are destroyed on every host. Destroy the copies of them that you keep elsewhere, and keep a copy of the new one.',
        ].join('\n'),
      );
      return EXIT.ok;
    }
  });
}

export function backupLine({ folder, result, people, left_out: leftOut }: BackupRewrapView): string {
  if (result === 'unreadable') return `${folder}: its key was destroyed before; nothing personal in it can be opened`;
  const erased = leftOut === 0 ? '' : `, ${counted(leftOut, 'erased person', 'erased people')} left out`;
  return `${folder}: ${counted(people, 'person', 'people')} ${result === 'rewrapped' ? 'wrapped anew' : 'as they were'}${erased}`;
}
