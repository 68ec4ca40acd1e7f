/**
 * The review queue at a terminal: list, read, decide. A decision names the fingerprint of the draft that was read, or shows the draft and
 * asks. So nobody approves what they have not seen, and a draft that changed meanwhile is refused.
 */
import { GatehouseError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { REVIEW_STATES } from '../../domain/review-state.ts';
import type { RecipientView, ReviewQuery, ReviewView } from '../../gateway/review.port.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { shown } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted, timeOf } from '../words.ts';
import { checkLines } from './trace.ts';

const LIST_MAX = 200;
const VERBS = ['list', 'show', 'approve', 'edit', 'reject', 'snooze', 'assign', 'undo', 'bulk', 'summary'] as const;
const STATES = [...REVIEW_STATES, 'snoozed'] as const;
const FILTERS = ['queue', 'channel', 'account', 'sequence', 'batch', 'play'] as const;

export const reviewCommand: Command = {
  name: 'review',
  summary: 'List, read and decide held actions',
  usage: `gatehouse review list [--state STATE] [--sequence ID] [--batch ID] [--play ID] [--account ID] [--assigned IDENTITY] [--sort priority|age]
gatehouse review summary
gatehouse review show ID
gatehouse review approve ID [--fingerprint FINGERPRINT] [--reason TEXT]
gatehouse review edit ID --data FILE --fingerprint FINGERPRINT [--reason TEXT]
gatehouse review reject ID --reason TEXT [--fingerprint FINGERPRINT] [--whole-sequence]
gatehouse review snooze ID --until TIME [--reason TEXT]
gatehouse review assign ID [--to IDENTITY] [--reason TEXT]
gatehouse review undo ID [--reason TEXT]
gatehouse review bulk approve|reject ID… [--reason TEXT] [--dry-run]`,
  examples: [
    'gatehouse review list',
    'gatehouse review approve rev_0123.1',
    'gatehouse review approve rev_0123.1 --fingerprint 9a3f… --json',
    'gatehouse review reject rev_0123.1 --reason "wrong person" --whole-sequence',
    'gatehouse review bulk approve rev_0123.1 rev_0456.1 --dry-run',
    'gatehouse review undo rev_0123.1 --reason "not yet"',
  ],
  options: {
    fingerprint: {
      type: 'string',
      meaning:
        'Of the draft that was read; one that changed since is refused. Without it the draft is shown, and you are asked.',
    },
    reason: { type: 'string', meaning: 'Why; a rejection needs it.' },
    state: { type: 'string', meaning: `For list: ${STATES.join(', ')}; open if it is left out.` },
    queue: { type: 'string', meaning: 'For list: review, sampled or blocked.' },
    channel: { type: 'string', meaning: 'For list: one channel.' },
    account: { type: 'string', meaning: 'For list: your own id of the account.' },
    sequence: { type: 'string', meaning: 'For list: one sequence of touches.' },
    batch: { type: 'string', meaning: 'For list: what one run proposed together.' },
    play: { type: 'string', meaning: 'For list: one play.' },
    assigned: { type: 'string', meaning: 'For list: what was given to this identity.' },
    sort: { type: 'string', meaning: 'For list: priority, which is risk times age, or age.' },
    data: { type: 'string', meaning: 'For edit: a file with the new content, as JSON.' },
    until: { type: 'string', meaning: 'For snooze: when it is listed again, such as 2026-11-21T16:00:00Z.' },
    to: { type: 'string', meaning: 'For assign: an identity; without it everybody.' },
    'whole-sequence': {
      type: 'boolean',
      meaning: 'For reject: the other steps of the sequence for this contact are cancelled too.',
    },
    'dry-run': { type: 'boolean', meaning: 'For bulk: only say what would come of it.' },
  },
  async run(context, args, options) {
    const verb = verbOf('review', args, VERBS);
    if (verb === 'list' || verb === 'summary') {
      refuseMore(args, 1);
      return verb === 'list' ? list(context, options) : summary(context);
    }
    if (verb === 'bulk') return bulk(context, args.slice(1), options);
    const id = args[1];
    if (id === undefined) {
      throw new GatehouseError(
        'usage',
        `Name a review: gatehouse review ${verb} ID. gatehouse review list shows them.`,
      );
    }
    refuseMore(args, 2);
    switch (verb) {
      case 'show':
        return show(context, id);
      case 'approve':
      case 'reject':
        return decide(context, id, verb, options);
      case 'edit':
        return edit(context, id, options);
      case 'snooze':
      case 'assign':
      case 'undo':
        return act(context, id, verb, options);
    }
  },
};

async function summary(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const counts = await services.summarizeReviews(caller);
    answer(context, counts, () =>
      columns([
        ['open', String(counts.open)],
        ['overdue', String(counts.overdue)],
        ['put aside', String(counts.snoozed)],
        ['yours', String(counts.mine)],
        ['decided today', String(counts.decided_today)],
        ...(counts.capacity.left === null ? [] : [['still to read today', String(counts.capacity.left)]]),
      ]),
    );
    return EXIT.ok;
  });
}

/** The drafts are read first, so that each is decided by the fingerprint that it has now. */
async function bulk(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const decision = verbOf('review bulk', args, ['approve', 'reject']);
  const ids = args.slice(1);
  if (ids.length === 0) throw new GatehouseError('usage', `Name reviews: gatehouse review bulk ${decision} ID ID….`);
  const reason = textOption(options, 'reason') ?? null;
  if (decision === 'reject' && reason === null) throw new GatehouseError('usage', 'A rejection needs --reason.');
  return connected(context, async (services, caller) => {
    const reviews = await Promise.all(ids.map((id) => services.getReview(caller, id)));
    const items = reviews.map(({ id, fingerprint }) => ({ id, fingerprint }));
    if (options['dry-run'] === true) {
      const preview = await services.previewReviews(caller, { decision, items });
      answer(context, preview, () =>
        columns([
          ...preview.groups.map(({ consequence, count }) => [String(count), consequence]),
          ...preview.refused.map(({ id, reason: why }) => [id, why]),
        ]),
      );
      return EXIT.ok;
    }
    const result = await services.decideReviews(caller, { decision, items, reason });
    answer(context, result, () =>
      columns(result.items.map((item) => [item.id, item.status, item.problem?.detail ?? item.state])),
    );
    return result.items.every((item) => item.status === 'done') ? EXIT.ok : EXIT.refused;
  });
}

async function edit(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const [file, fingerprint] = [textOption(options, 'data'), textOption(options, 'fingerprint')];
  if (file === undefined || fingerprint === undefined)
    throw new GatehouseError(
      'usage',
      'An edit needs --data with the new content and --fingerprint of the draft that was read.',
    );
  const content = readJsonFile(file);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new GatehouseError('usage', `${file} holds no JSON object.`);
  return connected(context, async (services, caller) => {
    const result = await services.decideReview(caller, id, {
      decision: 'edit',
      fingerprint,
      reason: textOption(options, 'reason') ?? null,
      content: content as JsonObject,
    });
    answer(context, result, () => `${id} is ${result.review.state}; the action is ${result.action_state}.`);
    return EXIT.ok;
  });
}

async function act(
  context: CommandContext,
  id: string,
  verb: 'snooze' | 'assign' | 'undo',
  options: OptionValues,
): Promise<ExitCode> {
  const reason = textOption(options, 'reason') ?? null;
  const until = textOption(options, 'until');
  if (verb === 'snooze' && until === undefined) throw new GatehouseError('usage', 'Say until when, with --until.');
  return connected(context, async (services, caller) => {
    const review =
      verb === 'snooze'
        ? await services.snoozeReview(caller, id, { until: isoOf(instantOption(until ?? '')), reason })
        : verb === 'assign'
          ? await services.assignReview(caller, id, { to: textOption(options, 'to') ?? null, reason })
          : await services.undoReview(caller, id, { reason });
    answer(context, review, () => reviewText(review, context.terminal.paint));
    return EXIT.ok;
  });
}

function filtersOf(options: OptionValues): Partial<ReviewQuery> {
  const filters: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = textOption(options, name);
    if (value !== undefined) filters[name] = value;
  }
  const assigned = textOption(options, 'assigned');
  const sort = textOption(options, 'sort');
  if (sort !== undefined && sort !== 'priority' && sort !== 'age')
    throw new GatehouseError('usage', 'A list is sorted by priority or by age.');
  return {
    ...filters,
    ...(assigned === undefined ? {} : { assigned_to: assigned }),
    ...(sort === undefined ? {} : { sort }),
  };
}

async function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const wanted = textOption(options, 'state') ?? 'open';
  const state = STATES.find((item) => item === wanted);
  if (state === undefined) {
    throw new GatehouseError('usage', `There is no state ${JSON.stringify(wanted)}; there are ${STATES.join(', ')}.`);
  }
  const filters = filtersOf(options);
  return connected(context, async (services, caller) => {
    const page = await services.listReviews(caller, { limit: LIST_MAX, cursor: null, state, ...filters });
    answer(context, page, () => {
      if (page.items.length === 0) return nothing(state);
      const rows = page.items.map((item) => [
        item.id,
        timeOf(item.created_at),
        item.queue,
        item.action_type,
        item.channel,
        item.reasons.map((reason) => reason.code ?? reason.check).join(', '),
      ]);
      const more =
        page.next_cursor === null ? '' : `\nThe first ${counted(page.items.length, 'review')}; there are more.`;
      return `${columns([['review', 'since', 'queue', 'action', 'channel', 'why'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

function nothing(state: string): string {
  return state === 'open'
    ? 'Nothing waits for review. An action appears here when the gate wants a person to look at it.'
    : `No review is ${state}.`;
}

function show(context: CommandContext, id: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const review = await services.getReview(caller, id);
    answer(context, review, () => reviewText(review, context.terminal.paint));
    return EXIT.ok;
  });
}

async function decide(
  context: CommandContext,
  id: string,
  decision: 'approve' | 'reject',
  options: OptionValues,
): Promise<ExitCode> {
  const { terminal } = context;
  const reason = textOption(options, 'reason') ?? null;
  const given = textOption(options, 'fingerprint') ?? null;
  if (decision === 'reject' && reason === null) throw new GatehouseError('usage', 'A rejection needs --reason.');
  if (given === null && (context.json || !terminal.canAsk)) {
    throw new GatehouseError(
      'usage',
      'There is nobody to ask. Read the draft with gatehouse review show, and name what was read with --fingerprint.',
    );
  }
  return connected(context, async (services, caller) => {
    let fingerprint = given;
    if (fingerprint === null) {
      const review = await services.getReview(caller, id);
      terminal.note(reviewText(review, terminal.notePaint));
      const reply = await terminal.ask(`${decision === 'approve' ? 'Approve' : 'Reject'} this draft? [y/N] `);
      if (!/^y(es)?$/i.test(reply.trim())) {
        terminal.note('Nothing was decided.');
        return EXIT.refused;
      }
      fingerprint = review.fingerprint;
    }
    const result = await services.decideReview(caller, id, {
      decision,
      fingerprint,
      reason,
      content: null,
      ...(options['whole-sequence'] === true ? { whole_sequence: true } : {}),
    });
    answer(context, result, () => `${id} is ${result.review.state}; the action is ${result.action_state}.`);
    return EXIT.ok;
  });
}

export function reviewText(review: ReviewView, paint: Paint): string {
  const facts = [
    ['action', `${review.action_type} by ${review.channel}, ${review.risk_class} risk (${review.action})`],
    ['decision', review.decision],
    ...(review.account_ref === null ? [] : [['account', review.account_ref.name ?? review.account_ref.external_id]]),
    ...(review.recipient === null ? [] : [['recipient', recipientText(review.recipient)]]),
    ...(review.sequence === null ? [] : [['sequence', `${review.sequence}, step ${review.step ?? '?'}`]]),
    ['since', `${timeOf(review.created_at)}, due ${timeOf(review.due_at)}, expires ${timeOf(review.expires_at)}`],
    ['priority', `${review.priority.score}: ${review.priority.reason}`],
    ...(review.reserved === null
      ? []
      : [['reserved', `by ${review.reserved.by} until ${timeOf(review.reserved.until)}`]]),
    ...(review.assigned_to === null ? [] : [['given to', review.assigned_to]]),
    ...(review.approvals_needed === 1
      ? []
      : [['approvals', `${review.approvals.length} of ${review.approvals_needed}`]]),
    ...(review.undo_until === null ? [] : [['can be undone', `until ${timeOf(review.undo_until)}`]]),
    ...(review.decided_by === null ? [] : [['decided by', review.decided_by]]),
    ['fingerprint', review.fingerprint],
  ];
  return [
    `${paint('bold', review.id)}  ${review.state}, in the queue ${review.queue}`,
    columns(facts, '  '),
    '',
    paint('bold', 'Why it is held'),
    ...review.reasons.flatMap((reason) => checkLines(reason, paint)),
    '',
    paint('bold', 'Draft'),
    ...draftLines(review.content),
  ].join('\n');
}

function recipientText({ name, address, external_id: id }: RecipientView): string {
  return [name ?? id, ...(address === null ? [] : [`<${address}>`])].join(' ');
}

/** The draft as it would be read: texts with their line ends, everything else as JSON. */
function draftLines(content: JsonValue): readonly string[] {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return bar(JSON.stringify(content));
  return Object.entries(content as Readonly<Record<string, JsonValue>>).flatMap(([name, value]) => {
    if (typeof value !== 'string') return bar(`${name}: ${JSON.stringify(value)}`);
    return value.includes('\n') ? [...bar(`${name}:`), ...bar(value)] : bar(`${name}: ${value}`);
  });
}

function bar(text: string): readonly string[] {
  return shown(text)
    .split('\n')
    .map((line) => `  │ ${line}`.trimEnd());
}
