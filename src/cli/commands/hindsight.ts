/** What today would have decided, at a terminal. */
import { GatehouseError } from '../../domain/errors.ts';
import type { HindsightReport, HindsightView, VerdictView } from '../../gateway/past.port.ts';
import { answer, EXIT, instantOption, refuseMore, textOption } from '../command.ts';
import type { Command, OptionValues } from '../command.ts';
import { shownLine } from '../terminal.ts';
import { columns, counted, figure, timeOf } from '../words.ts';
import { COLD, withLedger } from './audit.ts';

export const hindsightCommand: Command = {
  name: 'hindsight',
  summary: 'Say what the policy, engine and gate of today would have made of decisions, given what was known then',
  usage: 'gatehouse hindsight DECISION\ngatehouse hindsight --since TIME [--until TIME]\ngatehouse hindsight --all',
  examples: [
    'gatehouse hindsight dec_0123',
    'gatehouse hindsight --since 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z',
    'gatehouse hindsight --all --json',
  ],
  options: {
    since: { type: 'string', meaning: 'Decisions from this time on.' },
    until: { type: 'string', meaning: 'Decisions before this time.' },
    all: { type: 'boolean', meaning: 'Every decision of the tenant.' },
    cold: COLD,
  },
  async run(context, args, options) {
    const [id] = args;
    refuseMore(args, 1);
    const range = { since: timeOption(options, 'since'), until: timeOption(options, 'until') };
    const isMany = options['all'] === true || range.since !== null || range.until !== null;
    if ((id === undefined) !== isMany)
      throw new GatehouseError('usage', 'Name one decision, or give --since, --until or --all.');
    return withLedger(context, options, async ({ past }, caller) => {
      if (id === undefined) {
        const report = await past.hindsightReport(caller, range);
        answer(context, report, () => reportText(report));
      } else {
        const view = await past.hindsight(caller, id);
        answer(context, view, () => hindsightText(view));
      }
      return EXIT.ok;
    });
  },
};

function timeOption(options: OptionValues, name: string): number | null {
  const text = textOption(options, name);
  return text === undefined ? null : instantOption(text);
}

const RESULTS: Readonly<Record<HindsightView['result'], string>> = {
  same: 'today would decide the same',
  other_choice: 'today would choose something else',
  other_verdict: 'today the gate would say something else',
  unknown: 'what today would decide cannot be said',
};

const KNOWN: Readonly<Record<HindsightView['known'], string>> = {
  proven: 'proven: it gives the recorded choice again',
  derived: 'derived from the ledger; an engine of another version decided',
  unknown: 'cannot be derived from the ledger',
  outside: 'somebody else proposed; only the gate is asked again',
};

function hindsightText(view: HindsightView): string {
  const { candidate, gate, engine, policy, because, note } = view;
  const rows = [
    ['', 'then', 'now'],
    ['candidate', candidateText(candidate.then), candidate.now === null ? '–' : candidateText(candidate.now)],
    ['gate', verdictText(gate.then), verdictText(gate.now)],
    ['policy', policy.then?.slice(0, 12) ?? 'unknown', policy.now.slice(0, 12)],
    ['engine', engine.then, engine.now],
  ];
  const lines = [
    `${view.decision} of ${timeOf(view.at)}: ${RESULTS[view.result]}.`,
    columns(rows, '  '),
    `What the engine knew: ${KNOWN[view.known]}.`,
  ];
  if (because.length > 0) lines.push(`Because of: ${because.join(', ')}.`);
  if (note !== null) lines.push(note);
  return lines.join('\n');
}

function candidateText({ action_type: type, score }: HindsightView['candidate']['then']): string {
  return score === null ? type : `${type} (${String(score)})`;
}

function verdictText(said: VerdictView | null): string {
  if (said === null) return '–';
  return said.reasons.length === 0 ? said.verdict : `${said.verdict}: ${said.reasons.join(', ')}`;
}

function reportText({ decisions, results, differences, examples }: HindsightReport): string {
  if (decisions === 0) return 'There are no decisions of that time.';
  const lines = [
    `Of ${counted(decisions, 'decision')}, today would decide ${figure(results.same)} the same; ${figure(results.other_choice)} would be another choice, ${figure(results.other_verdict)} another verdict, and of ${figure(results.unknown)} it cannot be said.`,
  ];
  if (differences.length > 0)
    lines.push(
      columns(
        differences.map(({ from, to, because, count }) => [figure(count), `${from} → ${to}`, because.join(', ')]),
        '  ',
      ),
    );
  if (examples.length > 0)
    lines.push(
      'Such as:',
      columns(
        examples.map(({ decision, at, result, note, because }) => [
          decision,
          timeOf(at),
          result.replaceAll('_', ' '),
          shownLine(note ?? because.join(', ')),
        ]),
        '  ',
      ),
    );
  return lines.join('\n');
}
