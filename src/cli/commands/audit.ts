/** The commands that prove: the hash chains, the states against the ledger, and the decisions against their replay. */
import { GatehouseError } from '../../domain/errors.ts';
import type { ReplayView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore } from '../command.ts';
import type { Command } from '../command.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted, figure } from '../words.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Check the hash chains of the ledger',
  usage: 'gatehouse verify',
  examples: ['gatehouse verify', 'gatehouse verify --json'],
  options: {},
  async run(context, args) {
    refuseMore(args, 0);
    return connected(context, async (services, caller) => {
      const report = await services.verify(caller);
      const size = `${counted(report.events, 'event')} in ${counted(report.partitions, 'partition')}`;
      const faults = report.faults.map(({ partition, seq, kind, detail }) => [`p${partition}-${seq}`, kind, detail]);
      answer(context, report, () =>
        lines(context.terminal.paint, report.ok, {
          good: `The ledger is whole: ${size}.`,
          bad: `The ledger is damaged: ${counted(faults.length, 'fault')} in ${size}.`,
          rows: faults,
        }),
      );
      return report.ok ? EXIT.ok : EXIT.problemFound;
    });
  },
};

export const rebuildCommand: Command = {
  name: 'rebuild',
  summary: 'Derive every state from the ledger again and compare',
  usage: 'gatehouse rebuild --check',
  examples: ['gatehouse rebuild --check', 'gatehouse rebuild --check --json'],
  options: {
    check: { type: 'boolean', meaning: 'Compare only; nothing is written. Needed: there is no other way yet.' },
  },
  async run(context, args, options) {
    refuseMore(args, 0);
    if (options['check'] !== true)
      throw new GatehouseError('usage', 'Only checking is possible: gatehouse rebuild --check');
    return connected(context, async (services, caller) => {
      const report = await services.rebuildCheck(caller);
      const { events, actors, guards, notes, timelines, differences } = report;
      const size = `${counted(actors, 'actor')}, ${counted(guards, 'guard')}, ${counted(notes, 'note')} and ${counted(timelines, 'timeline')} from ${counted(events, 'event')}`;
      answer(context, report, () =>
        lines(context.terminal.paint, report.ok, {
          good: `What is stored follows from the ledger: ${size}.`,
          bad: `What is stored differs from the ledger: ${counted(differences.length, 'difference')} in ${size}.`,
          rows: differences.map(({ kind, key, detail }) => [kind, key, detail]),
        }),
      );
      return report.ok ? EXIT.ok : EXIT.problemFound;
    });
  },
};

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Run decisions of the gate again and compare their hashes',
  usage: 'gatehouse replay DECISION | --all',
  examples: ['gatehouse replay dec_0123', 'gatehouse replay --all', 'gatehouse replay --all --json'],
  options: { all: { type: 'boolean', meaning: 'Every evaluation of the tenant.' } },
  async run(context, args, options) {
    const [id] = args;
    refuseMore(args, 1);
    if ((id === undefined) === (options['all'] !== true)) {
      throw new GatehouseError('usage', 'Name one decision, or give --all.');
    }
    return connected(context, async (services, caller) => {
      if (id !== undefined) {
        const view = await services.replayDecision(caller, id);
        answer(context, view, () => replayText(view, context.terminal.paint));
        return view.result === 'different' ? EXIT.problemFound : EXIT.ok;
      }
      const report = await services.replayAll(caller);
      const { evaluations, identical, different, redacted, facts_differ: factsDiffer } = report;
      const parts = [
        `${figure(identical)} identical`,
        `${figure(different)} different`,
        ...(factsDiffer > 0 ? [`${figure(factsDiffer)} on other facts`] : []),
        ...(redacted > 0 ? [`${figure(redacted)} with erased parts`] : []),
      ].join(', ');
      answer(context, report, () =>
        lines(context.terminal.paint, report.ok, {
          good: `Replay equals what happened: ${counted(evaluations, 'evaluation')}, ${parts}.`,
          bad: `Replay differs from what happened: ${counted(evaluations, 'evaluation')}, ${parts}.`,
          rows: report.examples.map(({ event, detail }) => [event, detail]),
        }),
      );
      return report.ok ? EXIT.ok : EXIT.problemFound;
    });
  },
};

const RESULTS: Readonly<Record<ReplayView['result'], string>> = {
  identical: 'the replay gives the same verdict, from the same facts',
  different: 'the replay does not give what was recorded',
  redacted: 'a part was erased, so it cannot be compared whole',
  nothing_to_replay: 'the gate evaluated nothing for this decision',
};

function replayText(view: ReplayView, paint: Paint): string {
  const rows = view.evaluations.map((item) => [
    item.event,
    item.recorded_hash.slice(0, 16),
    item.recorded_hash === item.replayed_hash ? '=' : '≠',
    item.replayed_hash.slice(0, 16),
    item.facts_equal ? 'facts equal' : 'facts differ',
    item.differences.join('; '),
  ]);
  const tone = view.result === 'different' ? 'red' : 'green';
  const head = `${view.decision}: ${paint(tone, view.result.replaceAll('_', ' '))}, ${RESULTS[view.result]}.`;
  return rows.length === 0 ? head : `${head}\n${columns(rows, '  ')}`;
}

/** One sentence, and the list of what is wrong. */
function lines(
  paint: Paint,
  ok: boolean,
  words: { readonly good: string; readonly bad: string; readonly rows: readonly (readonly string[])[] },
): string {
  const head = ok ? `${paint('green', '✓')} ${words.good}` : `${paint('red', '✗')} ${words.bad}`;
  return words.rows.length === 0 ? head : `${head}\n${columns(words.rows, '  ')}`;
}
