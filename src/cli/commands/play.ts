/** Plays at a terminal: what brains drafted is read, worked out, approved, rejected and retired. Nobody drafts a play here. */
import { GatehouseError } from '../../domain/errors.ts';
import { PLAY_APPROVERS, PLAY_STATES, playChangesSchema, RETIRE_REASONS_OF_PEOPLE } from '../../domain/play.ts';
import type { Retrospective } from '../../domain/play.ts';
import { quarterSchema } from '../../domain/quarter.ts';
import type { CriterionResult } from '../../domain/retrospection.ts';
import type {
  PlayCalibration,
  PlayRetrospective,
  PlayServices,
  PlayView,
  RetrospectiveReport,
} from '../../gateway/play-services.port.ts';
import type { Caller } from '../../gateway/services.port.ts';
import { answer, choiceOption, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { columns, counted, timeOf } from '../words.ts';

const LIST_MAX = 200;
const VERBS = [
  'list',
  'show',
  'review',
  'edit',
  'approve',
  'reject',
  'retire',
  'calibration',
  'retrospective',
] as const;

export const playCommand: Command = {
  name: 'play',
  summary: 'Read the sales plays that brains drafted, and decide about them',
  usage:
    'gatehouse play list [--state STATE] [--segment SEGMENT] [--all]\ngatehouse play show ID\ngatehouse play review ID\ngatehouse play edit ID --data FILE\ngatehouse play approve ID [--for AUTHORITY]\ngatehouse play reject ID --reason TEXT\ngatehouse play retire ID --reason REASON [--note TEXT]\ngatehouse play calibration\ngatehouse play retrospective [ID] [--quarter QUARTER] [--record]',
  examples: [
    'gatehouse play list --state draft',
    'gatehouse play show play_0123',
    'gatehouse play edit play_0123 --data changes.json',
    'gatehouse play approve play_0123 --for SLM',
    'gatehouse play retire play_0123 --reason replaced',
    'gatehouse play retrospective play_0123 --quarter 2026-Q4',
  ],
  options: {
    state: { type: 'string', meaning: `For list: ${PLAY_STATES.join(', ')}.` },
    segment: { type: 'string', meaning: 'For list: the plays of one segment.' },
    all: { type: 'boolean', meaning: 'For list: also plays that were retired more than 90 days ago.' },
    data: {
      type: 'string',
      meaning:
        'For edit: a file with what changes, as JSON: name, hypothesis, target_definition, suggested_cadence, success_criteria, active_period_start, active_period_end.',
    },
    for: { type: 'string', meaning: `For approve, by somebody who has both: ${PLAY_APPROVERS.join(' or ')}.` },
    reason: {
      type: 'string',
      meaning: `For reject: why, in your words. For retire: ${RETIRE_REASONS_OF_PEOPLE.join(', ')}.`,
    },
    note: { type: 'string', meaning: 'For retire: more about it; it stands on the ledger.' },
    quarter: {
      type: 'string',
      meaning: 'For retrospective: such as 2026-Q4, in UTC; the one before this when left out.',
    },
    record: {
      type: 'boolean',
      meaning: 'For retrospective of one play: record the figures with the play, as RevOps does each quarter.',
    },
  },
  async run(context, args, options) {
    const verb = verbOf('play', args, VERBS);
    if (verb === 'list' || verb === 'calibration') {
      refuseMore(args, 1);
      return verb === 'list' ? list(context, options) : calibration(context);
    }
    if (verb === 'retrospective') return retrospective(context, args, options);
    const id = args[1];
    if (id === undefined)
      throw new GatehouseError('usage', `Name a play: gatehouse play ${verb} ID. gatehouse play list shows them.`);
    refuseMore(args, 2);
    const act = actOf(verb, id, options);
    return connected(context, async ({ plays }, caller) => {
      const play = await act(plays, caller);
      answer(context, play, () => (verb === 'show' ? playText(play) : outcomeOf(verb, play)));
      return EXIT.ok;
    });
  },
};

type Act = (plays: PlayServices, caller: Caller) => Promise<PlayView>;

/** Reads the options before anything is connected, so that a wrong one costs nothing. */
function actOf(
  verb: Exclude<(typeof VERBS)[number], 'list' | 'calibration' | 'retrospective'>,
  id: string,
  options: OptionValues,
): Act {
  switch (verb) {
    case 'show':
      return (plays, caller) => plays.get(caller, id);
    case 'review':
      return (plays, caller) => plays.pickUp(caller, id);
    case 'edit': {
      const changes = changesOf(options);
      return async (plays, caller) =>
        plays.edit(caller, id, { revision: (await plays.get(caller, id)).revision, changes });
    }
    case 'approve': {
      const authority = choiceOption('for', PLAY_APPROVERS, options);
      return async (plays, caller) =>
        plays.approve(caller, id, { revision: (await plays.get(caller, id)).revision, authority });
    }
    case 'reject': {
      const reason = textOption(options, 'reason')?.trim() ?? '';
      if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
      return (plays, caller) => plays.reject(caller, id, reason);
    }
    case 'retire': {
      const reason = choiceOption('reason', RETIRE_REASONS_OF_PEOPLE, options);
      if (reason === null)
        throw new GatehouseError('usage', `Say why with --reason: ${RETIRE_REASONS_OF_PEOPLE.join(', ')}.`);
      const note = textOption(options, 'note') ?? null;
      return (plays, caller) => plays.retire(caller, id, { retire_reason: reason, note });
    }
  }
}

function changesOf(options: OptionValues) {
  const file = textOption(options, 'data');
  if (file === undefined) throw new GatehouseError('usage', 'Name a file with what changes: --data FILE.');
  const changes = playChangesSchema.safeParse(readJsonFile(file));
  if (changes.success) return changes.data;
  throw new GatehouseError('usage', `${file} does not hold changes of a play.`, {
    faults: changes.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  });
}

function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const state = choiceOption('state', PLAY_STATES, options);
  const segment = textOption(options, 'segment') ?? null;
  const tier = options['all'] === true ? null : 'hot';
  return connected(context, async ({ plays }, caller) => {
    const page = await plays.list(caller, { limit: LIST_MAX, cursor: null, state, segment, tier });
    answer(context, page, () => {
      if (page.items.length === 0) return 'There are no such plays. Brains draft them; people take up what is drafted.';
      const rows = page.items.map((play) => [
        play.id,
        play.state,
        play.segment ?? play.account ?? '',
        approvalsOf(play),
        timeOf(play.created_at),
        play.name,
      ]);
      const more =
        page.next_cursor === null ? '' : `\nThe newest ${counted(page.items.length, 'play')}; there are more.`;
      return `${columns([['play', 'state', 'for', 'approved by', 'drafted', 'name'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

function approvalsOf({ slm_approver: slm, revops_approver: revOps }: PlayView): string {
  return [slm === null ? '' : 'SLM', revOps === null ? '' : 'RevOps'].filter((name) => name !== '').join(', ') || '-';
}

function playText(play: PlayView): string {
  const drafted = (play.drafted as { readonly hypothesis: string }).hypothesis;
  return [
    `${play.name} (${play.id})`,
    `${play.state}, for ${play.segment ?? `account ${play.account ?? ''}`}, drafted by ${play.writer_agent_id} on ${timeOf(play.created_at)} from ${play.originating_proposal_id}`,
    `Hypothesis: ${play.hypothesis}`,
    ...(drafted === play.hypothesis ? [] : [`As the brain wrote it: ${drafted}`]),
    `Target: ${JSON.stringify(play.target_definition)}`,
    `Cadence: ${JSON.stringify(play.suggested_cadence)}`,
    `Success: ${JSON.stringify(play.success_criteria)}`,
    `Period: ${play.active_period_start ?? 'from activation'} to ${play.active_period_end ?? 'open'}`,
    `Revision ${play.revision}, approved by ${approvalsOf(play)}`,
    ...play.edits.map(
      (edit) => `- ${timeOf(edit.at)} ${edit.by} changed ${edit.changes.map(({ field }) => field).join(', ')}`,
    ),
    ...(play.retired_at === null ? [] : [`Retired ${timeOf(play.retired_at)}: ${play.retire_reason ?? ''}`]),
  ].join('\n');
}

function outcomeOf(verb: string, play: PlayView): string {
  if (play.state === 'active') return `${play.id} is active, from ${play.active_period_start ?? ''}.`;
  if (play.state === 'retired') return `${play.id} is retired: ${play.retire_reason ?? ''}.`;
  if (verb !== 'approve') return `${play.id} is under review, at revision ${play.revision}.`;
  const missing = play.slm_approver === null ? 'SLM' : 'RevOps';
  return `${play.id} is approved by ${approvalsOf(play)}; ${missing} is missing before it becomes active.`;
}

function calibration(context: CommandContext): Promise<ExitCode> {
  return connected(context, async ({ plays }, caller) => {
    const figures = await plays.calibration(caller);
    answer(context, figures, () => calibrationText(figures));
    return figures.review_due ? EXIT.problemFound : EXIT.ok;
  });
}

const percentOf = (share: number) => `${Math.round(share * 100)} %`;

function aboveText({ active_above_since: since, active_plays_watch: watch, review_due: due }: PlayCalibration): string {
  if (since === null) return '';
  return `, more than ${watch} since ${timeOf(since)}${due ? ': review the library' : ''}`;
}

const intervalText = ({ low, high }: { readonly low: number; readonly high: number }) =>
  `${percentOf(low)} to ${percentOf(high)}`;

function calibrationText(figures: PlayCalibration): string {
  const active = `${counted(figures.active_plays, 'active play')}${aboveText(figures)}.`;
  if (figures.brains.length === 0) return `No brain has drafted a play yet. ${active}`;
  const rows = figures.brains.map((row) => [
    row.brain,
    row.quarter,
    String(row.drafts),
    String(row.activated),
    `${percentOf(row.promotion_rate)} (${intervalText(row.promotion_interval)})${row.below_target ? `, below ${percentOf(figures.promotion_rate_target)}` : ''}`,
    String(row.undecided),
    String(row.edits),
    row.mean_edited_share === null ? '-' : percentOf(row.mean_edited_share),
  ]);
  return `${columns([['brain', 'quarter', 'drafts', 'activated', 'promoted (95 %)', 'undecided', 'edits', 'changed'], ...rows])}\n${active}`;
}

function retrospective(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const [, play = null] = args;
  refuseMore(args, 2);
  const quarter = quarterOption(options);
  const record = options['record'] === true;
  if (record && play === null)
    throw new GatehouseError(
      'usage',
      'Name the play whose figures are to be recorded: gatehouse play retrospective ID --record.',
    );
  return connected(context, async ({ plays }, caller) => {
    const report = await plays.retrospective(caller, { play, quarter });
    const [found] = report.items;
    if (record && play !== null) {
      if (found === undefined || found.matured === 0)
        throw new GatehouseError(
          'state_conflict',
          `Nobody whom ${play} reached counts for ${report.quarter} yet: there is nothing to record.`,
        );
      await plays.measure(caller, play, outcomesOf(report.quarter, found));
    }
    answer(context, report, () =>
      [retrospectiveText(report), ...(record ? ['Recorded with the play.'] : [])].join('\n'),
    );
    return EXIT.ok;
  });
}

function quarterOption(options: OptionValues): string | null {
  const text = textOption(options, 'quarter');
  if (text === undefined) return null;
  if (!quarterSchema.safeParse(text).success)
    throw new GatehouseError('usage', `--quarter is a quarter such as 2026-Q4, not ${text}.`);
  return text;
}

/** What is recorded with the play. A criterion that it does not have stays open. */
function outcomesOf(quarter: string, { criteria, matured }: PlayRetrospective): Retrospective {
  const of = (name: CriterionResult['criterion']) => criteria.find(({ criterion }) => criterion === name);
  const value = of('contract_value');
  return {
    quarter,
    meeting_rate: of('meeting_rate')?.observed ?? null,
    opportunity_rate: of('opportunity_rate')?.observed ?? null,
    contract_value:
      value === undefined || value.observed === null || value.currency === null
        ? null
        : { amount_minor: Math.round(value.observed), currency: value.currency },
    sequences: matured,
  };
}

function retrospectiveText({ quarter, items }: RetrospectiveReport): string {
  if (items.length === 0) return `No play began a sequence in ${quarter}.`;
  return items
    .map((item) =>
      [
        `${item.name} (${item.play}), ${quarter}: ${counted(item.begun, 'sequence')} begun, ${item.reached} reached, ${item.matured} count after ${item.evaluate_after_days ?? '?'} days`,
        ...item.criteria.map((result) => `  ${criterionText(result)}`),
        ...item.unknown.map(({ count, text }) => `  not known: ${count === null ? text : `${count}: ${text}`}`),
      ].join('\n'),
    )
    .join('\n');
}

function criterionText({
  criterion,
  target,
  unit,
  currency,
  n,
  observed,
  interval,
  standing,
}: CriterionResult): string {
  const shown = (value: number) =>
    unit === 'share' ? `${(value * 100).toFixed(1)} %` : `${(value / 100).toFixed(2)} ${currency ?? ''}`;
  const range = interval === null ? 'no interval' : `95 %: ${shown(interval.low)} to ${shown(interval.high)}`;
  const seen = observed === null ? 'nothing observed' : `${shown(observed)} (${range})`;
  return `${criterion}: ${seen}, n = ${n}, target ${shown(target)}: ${standing}`;
}
