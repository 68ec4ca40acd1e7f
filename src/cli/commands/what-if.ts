/** One decision beside another, or beside what the gate would have said otherwise, as `gatehouse trace` shows it. */
import { isOwner, THRESHOLDS } from '../../domain/counterfactual.ts';
import type { Change } from '../../domain/counterfactual.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { ComparisonView, CounterfactualView, SimulatedVerdict } from '../../gateway/what-if.port.ts';
import { textOption } from '../command.ts';
import type { OptionValues } from '../command.ts';
import { shownLine } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, timeOf } from '../words.ts';

/** The one thing to change; null when nothing is. */
export function changeOf(options: OptionValues): Change | null {
  const owner = textOption(options, 'owner');
  const set = textOption(options, 'set');
  const changes: Change[] = [
    ...(options['without-cooldown'] === true ? [{ kind: 'no_cooldown' } as const] : []),
    ...(owner === undefined ? [] : [ownerChange(owner)]),
    ...(set === undefined ? [] : [thresholdChange(set)]),
  ];
  if (changes.length > 1) throw new GatehouseError('usage', 'Change one thing at a time.');
  return changes[0] ?? null;
}

function ownerChange(owner: string): Change {
  if (owner === 'nobody') return { kind: 'owner', owner: null };
  if (!isOwner(owner))
    throw new GatehouseError('usage', 'An owner is a lane such as lane:tam, a person such as person:ana, or nobody.');
  return { kind: 'owner', owner };
}

function thresholdChange(text: string): Change {
  const [name, number = ''] = text.split('=');
  const threshold = THRESHOLDS.find((known) => known === name);
  const value = number.trim() === '' ? Number.NaN : Number(number);
  if (threshold === undefined || !(value >= 0))
    throw new GatehouseError('usage', `Say --set NAME=NUMBER, with one of ${THRESHOLDS.join(', ')}.`);
  return { kind: 'threshold', threshold, value };
}

export function comparisonText({ one, other, differences, gate }: ComparisonView): string {
  if (differences.length === 0 && gate.length === 0) return 'Nothing differs but the time.';
  const rows = [
    ...differences.map((item) => [item.what, item.one ?? '–', item.other ?? '–']),
    ...gate.map((item) => [
      `check ${item.check}`,
      item.one?.code ?? item.one?.outcome ?? '–',
      item.other?.code ?? item.other?.outcome ?? '–',
    ]),
  ];
  return columns([['', one, other], ...rows.map((row) => row.map(shownLine))], '  ');
}

export function counterfactualText(view: CounterfactualView, paint: Paint): string {
  const said = ({ verdict, next_at: at }: SimulatedVerdict) =>
    at === null ? verdict : `${verdict} until ${timeOf(at)}`;
  const changed = view.differing.map((name) => {
    const word = (checks: SimulatedVerdict['checks']) => {
      const check = checks.find((item) => item.check === name);
      return check === undefined ? '–' : `${check.code ?? check.outcome}: ${shownLine(check.comparison)}`;
    };
    return [name, word(view.then.checks), word(view.now.checks)];
  });
  return [
    `${paint('bold', 'Simulation')} ${view.change}: ${said(view.now)} (it was ${said(view.then)}).`,
    ...(changed.length === 0
      ? ['No check comes out otherwise.']
      : [columns([['check', 'then', 'simulated'], ...changed], '  ')]),
    'Nothing of it happened, and what would have followed is not known.',
  ].join('\n');
}
