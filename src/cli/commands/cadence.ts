/** Sequences of touches at a terminal: what happened to each touch, how far each play has come, and beginning what may begin. */
import { CADENCE_EVENTS, SUPPRESSED_REASONS } from '../../domain/cadence.ts';
import type { CadenceEventView, CadencePlayView, CadenceQuery } from '../../gateway/cadence.port.ts';
import { answer, choiceOption, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted, timeOf } from '../words.ts';

const LIST_MAX = 200;

export const cadenceCommand: Command = {
  name: 'cadence',
  summary: 'See every touch, and the sequences of touches under active plays',
  usage: `gatehouse cadence list [--play ID] [--sequence ID] [--proposal ID] [--person ID] [--kind KIND] [--suppressed REASON]
gatehouse cadence plays
gatehouse cadence run`,
  examples: [
    'gatehouse cadence plays',
    'gatehouse cadence list --play play_0123',
    'gatehouse cadence list --suppressed touch_cap_exceeded --json',
    'gatehouse cadence run',
  ],
  options: {
    play: { type: 'string', meaning: 'For list: one play.' },
    sequence: { type: 'string', meaning: 'For list: one sequence.' },
    proposal: { type: 'string', meaning: 'For list: the plays that came of one proposal of a brain.' },
    person: { type: 'string', meaning: 'For list: one person, by the id here.' },
    kind: { type: 'string', meaning: `For list: ${CADENCE_EVENTS.join(', ')}.` },
    suppressed: { type: 'string', meaning: `For list: ${SUPPRESSED_REASONS.join(', ')}.` },
  },
  async run(context, args, options) {
    const verb = verbOf('cadence', args, ['list', 'plays', 'run']);
    refuseMore(args, 1);
    switch (verb) {
      case 'list':
        return list(context, options);
      case 'plays':
        return connected(context, async ({ cadence }, caller) => {
          const found = await cadence.listPlays(caller);
          answer(context, found, () => playsText(found.items));
          return EXIT.ok;
        });
      case 'run':
        return connected(context, async ({ cadence }, caller) => {
          const run = await cadence.run(caller);
          answer(
            context,
            run,
            () =>
              `Looked at ${counted(run.looked_at, 'contact')} for ${counted(run.plays, 'active play')}: ${counted(run.started, 'sequence')} began.`,
          );
          return EXIT.ok;
        });
    }
  },
};

async function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const query: CadenceQuery = {
    limit: LIST_MAX,
    cursor: null,
    play: textOption(options, 'play'),
    sequence: textOption(options, 'sequence'),
    originating_proposal_id: textOption(options, 'proposal'),
    person: textOption(options, 'person'),
    kind: choiceOption('kind', CADENCE_EVENTS, options) ?? undefined,
    suppressed_reason: choiceOption('suppressed', SUPPRESSED_REASONS, options) ?? undefined,
  };
  return connected(context, async ({ cadence }, caller) => {
    const page = await cadence.listEvents(caller, query);
    answer(context, page, () => {
      if (page.items.length === 0)
        return 'Nothing of the kind has happened. Sequences begin under active plays: gatehouse cadence plays.';
      const more =
        page.next_cursor === null ? '' : `\nThe newest ${counted(page.items.length, 'event')}; there are more.`;
      return `${columns([['when', 'play', 'contact', 'touch', 'what', 'why'], ...page.items.map(rowOf)])}${more}`;
    });
    return EXIT.ok;
  });
}

function rowOf(event: CadenceEventView): readonly string[] {
  const touch = [event.step, event.channel].filter((part) => part !== null).join(' ') || '-';
  const why = [event.suppressed_reason ?? event.result ?? event.ended_because ?? '', ...event.reasons];
  return [
    timeOf(event.at),
    event.play_id ?? '-',
    event.contact ?? event.person ?? event.account ?? '-',
    touch,
    event.kind,
    why.filter((text) => text !== '').join(', '),
  ];
}

function playsText(plays: readonly CadencePlayView[]): string {
  if (plays.length === 0) return 'No play is active. People approve them: gatehouse play list.';
  const rows = plays.map((play) => [
    play.play_id,
    play.segment ?? play.account ?? '',
    String(play.started),
    String(play.running),
    String(play.completed),
    String(play.replied),
    String(play.touches),
    String(play.suppressed),
    play.problem ?? '',
  ]);
  return columns([
    ['play', 'for', 'begun', 'running', 'completed', 'replied', 'touches', 'held back', 'begins nothing because'],
    ...rows,
  ]);
}
