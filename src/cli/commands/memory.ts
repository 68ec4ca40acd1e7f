/** What is known about an account, at a terminal: its timeline and notes; and acts of a person about a note. */
import { randomUUID } from 'node:crypto';

import { GatehouseError } from '../../domain/errors.ts';
import { NOTE_KINDS, noteKindSchema, PREDICATE_NAMES, predicateSchema } from '../../domain/note.ts';
import type { NoteView, TimelineView } from '../../gateway/note-services.port.ts';
import type { Page } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, timeOf } from '../words.ts';
import { reindexMemory, searchMemory } from './memory-search.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;
const TEXT_SHOWN = 90;

export const memoryCommand: Command = {
  name: 'memory',
  summary: 'Show what is known about an account, and keep its notes right',
  usage: `gatehouse memory show ACCOUNT [--as-of TIME] [--all] [--limit N] [--cursor C]
gatehouse memory search ACCOUNT QUERY [--as-of TIME] [--budget-tokens N]
gatehouse memory reindex
gatehouse memory note show NOTE
gatehouse memory note add SUBJECT --kind KIND --text TEXT [--predicate P --value V] [--observed-at TIME] [--id ID]
gatehouse memory note verify NOTE [--reason TEXT]
gatehouse memory note correct NOTE --text TEXT [--value V] [--id ID]
gatehouse memory note retract NOTE --reason TEXT`,
  examples: [
    'gatehouse memory show acme',
    'gatehouse memory show acme --as-of 2026-11-01T00:00:00Z --json',
    'gatehouse memory search acme "what do they object to?"',
    'gatehouse memory reindex',
    'gatehouse memory note add account/acme --kind fact --predicate budget --value "50,000 EUR" --text "They have 50,000 EUR this year."',
    'gatehouse memory note correct note_0123 --text "The budget is 40,000 EUR." --value "40,000 EUR"',
    'gatehouse memory note retract note_0123 --reason "another company of the same name"',
  ],
  options: {
    'as-of': { type: 'string', meaning: 'What was known and held at this time, in ISO 8601.' },
    all: { type: 'boolean', meaning: 'Also notes that were superseded or retracted.' },
    'budget-tokens': { type: 'string', meaning: 'How much a search may give back, in tokens; 4000 if it is left out.' },
    limit: { type: 'string', meaning: `Notes to show, 1 to ${LIMIT_MAX}; ${LIMIT_DEFAULT} if it is left out.` },
    cursor: { type: 'string', meaning: 'Where the page before ended.' },
    kind: { type: 'string', meaning: `What kind of note: ${NOTE_KINDS.join(', ')}.` },
    text: { type: 'string', meaning: 'What is noted.' },
    predicate: { type: 'string', meaning: `What is said of the subject: ${PREDICATE_NAMES.join(', ')}.` },
    value: { type: 'string', meaning: 'The value alone, for a fact with a predicate.' },
    'observed-at': { type: 'string', meaning: 'When it was seen or said, in ISO 8601; now if it is left out.' },
    id: { type: 'string', meaning: 'Makes the command safe to repeat: the same id records once.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  async run(context, args, options) {
    const verb = verbOf('memory', args, ['show', 'search', 'reindex', 'note']);
    if (verb === 'reindex') {
      refuseMore(args, 1);
      return reindexMemory(context);
    }
    if (verb === 'search') {
      refuseMore(args, 3);
      const account = named(args[1], 'an account: gatehouse memory search ACCOUNT QUERY');
      const query = named(args[2], 'what you look for: gatehouse memory search ACCOUNT "QUERY"');
      return searchMemory(context, account, query, timeOption(options, 'as-of'), options);
    }
    if (verb === 'show') {
      refuseMore(args, 2);
      return show(context, named(args[1], 'an account: gatehouse memory show ACCOUNT'), options);
    }
    const act = verbOf('memory note', args.slice(1), ['show', 'add', 'verify', 'correct', 'retract']);
    refuseMore(args, 3);
    const name = named(
      args[2],
      act === 'add'
        ? 'a subject: gatehouse memory note add account/ID'
        : `a note: gatehouse memory note ${act} NOTE. gatehouse memory show ACCOUNT lists them`,
    );
    return ACTS[act](context, name, options);
  },
};

const ACTS = { show: showNote, add, verify, correct, retract };

function named(name: string | undefined, what: string): string {
  if (name === undefined) throw new GatehouseError('usage', `Name ${what}.`);
  return name;
}

function required(options: OptionValues, name: string): string {
  const given = textOption(options, name)?.trim() ?? '';
  if (given === '') throw new GatehouseError('usage', `Give --${name}: ${memoryCommand.options[name]?.meaning ?? ''}`);
  return given;
}

function timeOption(options: OptionValues, name: string): number | null {
  const given = textOption(options, name);
  if (given === undefined) return null;
  const at = Date.parse(given);
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(given))
    throw new GatehouseError('usage', `--${name} takes a time with its zone, such as 2026-11-01T00:00:00Z.`);
  return at;
}

function show(context: CommandContext, account: string, options: OptionValues): Promise<ExitCode> {
  const limit = Number(textOption(options, 'limit') ?? LIMIT_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new GatehouseError('usage', `--limit takes a whole number from 1 to ${LIMIT_MAX}.`);
  const asOf = timeOption(options, 'as-of');
  const all = options['all'] === true;
  return connected(context, async (services, caller) => {
    const notes = await services.listNotes(caller, account, {
      limit,
      cursor: textOption(options, 'cursor') ?? null,
      as_of: asOf,
      all,
    });
    // A timeline is of now; a look back shows what was noted.
    const timeline = asOf === null ? await services.accountTimeline(caller, account) : null;
    answer(context, { timeline, notes }, () =>
      [...(timeline === null ? [] : [timelineText(timeline)]), notesText(notes)].join('\n\n'),
    );
    return EXIT.ok;
  });
}

function timelineText({ entries, open, touches }: TimelineView): string {
  if (entries.length === 0) return 'Nothing has happened with this account yet.';
  const story = entries.map((entry) => [
    timeOf(entry.to ?? entry.at),
    entry.type,
    entry.what ?? '',
    entry.lane ?? '',
    entry.person ?? '',
    entry.count === undefined ? '' : `${entry.count}×`,
  ]);
  const waiting = open.map((thread) => [
    timeOf(thread.at),
    thread.kind,
    thread.what,
    thread.state ?? '',
    thread.person ?? '',
    thread.ref,
  ]);
  const last = Object.entries(touches).map(([key, touch]) => [key, timeOf(touch.at), touch.person ?? '']);
  return [
    `What happened\n${columns(story, '  ')}`,
    waiting.length === 0 ? 'Nothing is open.' : `Open\n${columns(waiting, '  ')}`,
    ...(last.length === 0 ? [] : [`Last touches\n${columns(last, '  ')}`]),
  ].join('\n\n');
}

function notesText({ items, next_cursor: next }: Page<NoteView>): string {
  if (items.length === 0) return 'There are no notes.';
  const rows = items.map((note) => [
    note.id,
    note.kind,
    note.predicate ?? '',
    shortened(note.value ?? note.text ?? '(erased)'),
    note.authority,
    timeOf(note.observed_at),
    stateOf(note),
  ]);
  const more = next === null ? '' : `\nThere are more: --cursor ${next}`;
  return `Notes\n${columns([['note', 'kind', 'about', 'what', 'from', 'observed', ''], ...rows], '  ')}${more}`;
}

function stateOf(note: NoteView): string {
  if (note.retracted_at !== null) return 'retracted';
  if (note.superseded_at !== null) return 'superseded';
  return note.is_stale ? 'stale' : '';
}

function shortened(text: string): string {
  return text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN - 1)}…` : text;
}

function showNote(context: CommandContext, id: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const note = await services.getNote(caller, id);
    answer(context, note, () => {
      const head = [
        ['note', note.id],
        ['kind', note.kind],
        ['about', note.predicate ?? '-'],
        ['says', note.text ?? '(erased)'],
        ['from', `${note.authority}, ${note.by}`],
        ['confidence', note.confidence.toFixed(2)],
        ['observed', timeOf(note.observed_at)],
        ['verified', `${timeOf(note.last_verified_at)}${note.is_stale ? ', stale' : ''}`],
        ['state', stateOf(note) || 'stands'],
      ];
      const links = note.links.map((link) => [link.direction, link.type, link.weight.toFixed(2), link.note]);
      const history = note.history.map((item) => [
        item.note,
        timeOf(item.valid_from),
        item.valid_to === null ? 'open' : timeOf(item.valid_to),
        timeOf(item.recorded_from),
        item.recorded_to === null ? 'now' : timeOf(item.recorded_to),
      ]);
      return [
        columns(head),
        ...(links.length === 0 ? [] : [`Links\n${columns(links, '  ')}`]),
        ...(history.length === 0
          ? []
          : [`History\n${columns([['note', 'held from', 'to', 'known from', 'to'], ...history], '  ')}`]),
      ].join('\n\n');
    });
    return EXIT.ok;
  });
}

function add(context: CommandContext, subject: string, options: OptionValues): Promise<ExitCode> {
  const kind = noteKindSchema.safeParse(required(options, 'kind'));
  if (!kind.success) throw new GatehouseError('usage', `--kind is one of ${NOTE_KINDS.join(', ')}.`);
  const given = textOption(options, 'predicate');
  const predicate = predicateSchema.nullable().safeParse(given ?? null);
  if (!predicate.success) throw new GatehouseError('usage', `--predicate is one of ${PREDICATE_NAMES.join(', ')}.`);
  const input = {
    id: textOption(options, 'id') ?? randomUUID(),
    subject,
    kind: kind.data,
    text: required(options, 'text'),
    predicate: predicate.data,
    value: textOption(options, 'value') ?? null,
    observed_at: timeOption(options, 'observed-at'),
    valid_from: null,
    valid_to: null,
    confidence: null,
    source: null,
    ordinal: null,
    links: [],
  };
  return connected(context, async (services, caller) => {
    const recorded = await services.recordNote(caller, input);
    answer(context, recorded, () => recordedText(recorded));
    return EXIT.ok;
  });
}

function recordedText({ note, duplicate }: { readonly note: string; readonly duplicate: boolean }): string {
  return duplicate ? `${note} was recorded before.` : `${note} is recorded.`;
}

function verify(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const note = await services.verifyNote(caller, id, textOption(options, 'reason') ?? null);
    answer(context, note, () => `${id} holds, as of ${timeOf(note.last_verified_at)}.`);
    return EXIT.ok;
  });
}

function correct(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const input = {
    id: textOption(options, 'id') ?? randomUUID(),
    text: required(options, 'text'),
    value: textOption(options, 'value') ?? null,
    valid_from: null,
    valid_to: null,
  };
  return connected(context, async (services, caller) => {
    const recorded = await services.correctNote(caller, id, input);
    answer(context, recorded, () => `${recordedText(recorded)} It stands in the place of ${id}.`);
    return EXIT.ok;
  });
}

function retract(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const reason = required(options, 'reason');
  return connected(context, async (services, caller) => {
    const note = await services.retractNote(caller, id, reason);
    answer(context, note, () => `${id} is retracted, and stays readable.`);
    return EXIT.ok;
  });
}
