/** The commands that prove: the hash chains, the states against the ledger, and the decisions against their replay. */
import { GatehouseError } from '../../domain/errors.ts';
import type { Caller, KnownStateView, ReplayView, VerifyReport } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption } from '../command.ts';
import type { Command, CommandContext, CommandServices, OptionSpec, OptionValues } from '../command.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted, figure } from '../words.ts';
import { refuseServer } from './backup.ts';
import { differenceText } from './difference.ts';

export const COLD: OptionSpec = {
  type: 'string',
  meaning: 'The folder of the archives, where a part of the ledger has left the database. Needs the system for itself.',
};

/** Runs with the system at hand; with --cold in this process, which then has the archives too. */
export async function withLedger<Result>(
  context: CommandContext,
  options: OptionValues,
  run: (services: CommandServices, caller: Caller) => Promise<Result>,
): Promise<Result> {
  const archiveDir = textOption(options, 'cold');
  if (archiveDir === undefined) return connected(context, run);
  await refuseServer(context);
  const app = await context.system.openApp({ ...context.config, archiveDir }, { workers: false });
  try {
    return await run(app.services, await app.caller(context.tenant));
  } finally {
    await app.close();
  }
}

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Check the hash chains of the ledger, and compare them with the anchors outside the database',
  usage: 'gatehouse verify [--anchors DIR] [--cold DIR]',
  examples: [
    'gatehouse verify',
    'gatehouse verify --json',
    'gatehouse verify --anchors /mnt/worm/anchors --cold /archives',
  ],
  options: {
    anchors: {
      type: 'string',
      meaning: 'A folder with anchors, in place of the one of the installation. Opens the database by itself.',
    },
    cold: {
      type: 'string',
      meaning: 'The folder of the archives: the whole of every chain is checked. Opens the database by itself.',
    },
  },
  async run(context, args, options) {
    refuseMore(args, 0);
    const anchorDir = textOption(options, 'anchors') ?? null;
    const archiveDir = textOption(options, 'cold') ?? null;
    const report =
      anchorDir === null && archiveDir === null
        ? await connected(context, (services, caller) => services.verify(caller))
        : await context.system.ledgers.verify(context.config, { anchorDir, archiveDir });
    answer(context, report, () => verifyText(report, context.terminal.paint));
    return report.ok ? EXIT.ok : EXIT.problemFound;
  },
};

function verifyText(report: VerifyReport, paint: Paint): string {
  const { anchors, archives, faults, unnamed } = report;
  const size = `${counted(report.events, 'event')} in ${counted(report.partitions, 'partition')}`;
  const compared =
    anchors.newest_at === null
      ? 'There are no anchors to compare it with; see gatehouse anchor.'
      : `Compared with ${counted(anchors.files, 'anchor')}, the newest of ${anchors.newest_at}.`;
  const left =
    archives.known === 0 || archives.read
      ? ''
      : ` ${counted(archives.events, 'event')} in ${counted(archives.known, 'archive')} ${archives.events === 1 ? 'was' : 'were'} not read; see --cold.`;
  const found = counted(faults.length + unnamed + anchors.faults.length + archives.faults.length, 'fault');
  const rows = [
    ...faults.map(({ partition, seq, kind, detail }) => [`p${partition}-${seq}`, kind, detail]),
    ...(unnamed === 0 ? [] : [['…', '', `${figure(unnamed)} more`]]),
    ...anchors.faults.map(({ file, detail }) => [file, 'anchor', detail]),
    ...archives.faults.map(({ file, detail }) => [file, 'archive', detail]),
  ];
  return lines(paint, report.ok, {
    good: `The ledger is whole: ${size}. ${compared}${left}`,
    bad: `The ledger is damaged: ${found} in ${size}. ${compared}${left}`,
    rows,
  });
}

export const rebuildCommand: Command = {
  name: 'rebuild',
  summary: 'Derive states from the ledger again: compare all, or show one as it was known at a time',
  usage:
    'gatehouse rebuild --check\ngatehouse rebuild --as-of TIME --subject SUBJECT\ngatehouse rebuild --as-of TIME --diff [--subject SUBJECT]',
  examples: [
    'gatehouse rebuild --check',
    'gatehouse rebuild --check --json',
    'gatehouse rebuild --as-of 2026-11-21T10:00:00Z --subject account/acme',
    'gatehouse rebuild --as-of 2026-11-21T10:00:00Z --diff',
  ],
  options: {
    check: { type: 'boolean', meaning: 'Compare every state with what is stored; nothing is written.' },
    'as-of': { type: 'string', meaning: 'Show what had been recorded by this time; needs --subject or --diff.' },
    diff: { type: 'boolean', meaning: 'With --as-of: show the difference from now, of the tenant or of one subject.' },
    cold: COLD,
    subject: { type: 'string', meaning: 'account/ID, contact/ID or lead/ID, with the id of your own systems.' },
  },
  async run(context, args, options) {
    refuseMore(args, 0);
    const asOf = textOption(options, 'as-of');
    const subject = textOption(options, 'subject');
    const isDifference = options['diff'] === true;
    const isPast = subject !== undefined || isDifference;
    if ((options['check'] === true) === (asOf !== undefined) || (asOf === undefined) === isPast)
      throw new GatehouseError('usage', 'Give either --check, or --as-of TIME with --subject account/ID or --diff.');
    if (asOf !== undefined && isDifference) {
      const query = { asOf: instantOption(asOf), checkpoint: null, subject: optionalSubject(subject) };
      return withLedger(context, options, async ({ past }, caller) => {
        const view = await past.difference(caller, query);
        answer(context, view, () => differenceText(view));
        return EXIT.ok;
      });
    }
    if (asOf !== undefined && subject !== undefined) {
      const at = instantOption(asOf);
      return withLedger(context, options, async (services, caller) => {
        const view = await services.getKnownState(caller, subjectOption(subject), at);
        answer(context, view, () => knownText(view));
        return EXIT.ok;
      });
    }
    return withLedger(context, options, async (services, caller) => {
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

function optionalSubject(text: string | undefined): string | null {
  return text === undefined ? null : subjectOption(text);
}

function subjectOption(text: string): string {
  if (/^(account|contact|lead)\/./u.test(text)) return text;
  throw new GatehouseError('usage', `${JSON.stringify(text)} is no subject such as account/acme.`);
}

function knownText(view: KnownStateView): string {
  const head = `${view.subject} as it was known at ${view.as_of}, from ${counted(view.events, 'event')} up to ${view.last_event ?? 'none'}:`;
  const rows = view.actors.map((actor) => [
    `${actor.kind} ${actor.id}`,
    actor.state,
    counted(actor.events, 'event'),
    `since ${actor.changed_at}`,
  ]);
  const guards = view.guards.map(({ key, version, state }) => [
    key,
    `version ${version}`,
    counted(state.touches.length, 'touch', 'touches'),
    `${figure(state.open.length)} open`,
  ]);
  return [head, columns([...rows, ...guards], '  ')].join('\n');
}

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Run decisions of the gate again and compare their hashes',
  usage: 'gatehouse replay DECISION | --all',
  examples: ['gatehouse replay dec_0123', 'gatehouse replay --all', 'gatehouse replay --all --json'],
  options: { all: { type: 'boolean', meaning: 'Every evaluation of the tenant.' }, cold: COLD },
  async run(context, args, options) {
    const [id] = args;
    refuseMore(args, 1);
    if ((id === undefined) === (options['all'] !== true)) {
      throw new GatehouseError('usage', 'Name one decision, or give --all.');
    }
    return withLedger(context, options, async (services, caller) => {
      if (id !== undefined) {
        const view = await services.replayDecision(caller, id);
        answer(context, view, () => replayText(view, context.terminal.paint));
        return view.result === 'different' ? EXIT.problemFound : EXIT.ok;
      }
      const report = await services.replayAll(caller);
      const {
        evaluations,
        identical,
        different,
        redacted,
        facts_differ: factsDiffer,
        other_time_zone_data: otherZones,
      } = report;
      const parts = [
        `${figure(identical)} identical`,
        `${figure(different)} different`,
        ...(factsDiffer > 0 ? [`${figure(factsDiffer)} on other facts`] : []),
        ...(otherZones > 0 ? [`${figure(otherZones)} with other time zone data than today's`] : []),
        ...(redacted > 0 ? [`${figure(redacted)} whose snapshot is gone`] : []),
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
  redacted: 'what the gate saw was kept long enough and deleted, so it cannot be replayed any more',
  nothing_to_replay: 'the gate evaluated nothing for this decision',
};

function replayText(view: ReplayView, paint: Paint): string {
  const rows = view.evaluations.map((item) => [
    item.event,
    item.recorded_hash.slice(0, 16),
    item.recorded_hash === item.replayed_hash ? '=' : '≠',
    item.replayed_hash.slice(0, 16),
    item.facts_equal ? 'facts equal' : 'facts differ',
    [
      ...item.differences,
      ...(item.other_time_zone_data === null ? [] : [`time zone data ${item.other_time_zone_data} answered then`]),
    ].join('; '),
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
