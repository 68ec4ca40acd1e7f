/** A moment beside now, in words. */
import type { DifferenceView, ThenNow } from '../../gateway/past.port.ts';
import { columns, counted, figure } from '../words.ts';

export function differenceText(view: DifferenceView): string {
  const { events, policy, mode, kill_switch: kill, suppressions, counts, trust, changes, unnamed } = view;
  const moment = view.checkpoint === null ? `at ${view.as_of ?? ''}` : `at the checkpoint ${view.checkpoint}`;
  const about = view.subject === null ? '' : ` about ${view.subject}`;
  const policies = [policy.then, policy.now].map((item) =>
    item === null ? 'none' : `${item.name} ${item.hash.slice(0, 12)}`,
  );
  const rows = [
    ['', 'then', 'now'],
    ['policy', ...policies, policy.members.join(', ')],
    ['mode', mode.then ?? 'none', mode.now ?? 'none'],
    ['kill switch', kill.then ? 'engaged' : 'released', kill.now ? 'engaged' : 'released'],
    ['suppressions', figure(suppressions.then), figure(suppressions.now)],
    ...Object.entries(counts).flatMap(([kind, states]) => stateRows(kind, states)),
    ...trust.map(({ cell, then, now }) => [`trust ${cell}`, then, now]),
  ];
  const head = `What was known ${moment}${about}, beside now; ${counted(events.now - events.then, 'event')} came since:`;
  const lines = [head, columns(rows, '  ')];
  if (changes.length === 0) lines.push('No account, lead or action differs.');
  else
    lines.push(
      `${counted(changes.length + unnamed, 'account, lead or action', 'accounts, leads and actions')} ${changes.length + unnamed === 1 ? 'differs' : 'differ'}:`,
      columns(
        changes.map(({ kind, id, then, now, members }) => [
          kind,
          id,
          `${then ?? 'unknown'} → ${now ?? 'gone'}`,
          members.join(', '),
        ]),
        '  ',
      ),
    );
  if (unnamed > 0) lines.push(`${figure(unnamed)} more are not named here.`);
  return lines.join('\n');
}

function stateRows(kind: string, { then, now }: ThenNow<Readonly<Record<string, number>>>): readonly string[][] {
  const states = [...new Set([...Object.keys(then), ...Object.keys(now)])].toSorted();
  return states.map((state) => [`${kind} ${state}`, figure(then[state] ?? 0), figure(now[state] ?? 0)]);
}
