/**
 * The review queue at a terminal: list, read, decide. A decision names the fingerprint of the draft that was read, or shows the draft and
 * asks. So nobody approves what they have not seen, and a draft that changed meanwhile is refused.
 */
import { GatehouseError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ReviewView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { shown } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted, timeOf } from '../words.ts';
import { checkLines } from './trace.ts';

const LIST_MAX = 200;
const VERBS = ['list', 'show', 'approve', 'reject'] as const;
const STATES = ['open', 'approved', 'edited', 'rejected', 'cancelled', 'expired'] as const;

export const reviewCommand: Command = {
  name: 'review',
  summary: 'List, read and decide held actions',
  usage:
    'gatehouse review list [--state STATE]\ngatehouse review show ID\ngatehouse review approve ID [--fingerprint FINGERPRINT] [--reason TEXT]\ngatehouse review reject ID --reason TEXT [--fingerprint FINGERPRINT]',
  examples: [
    'gatehouse review list',
    'gatehouse review approve rev_0123.1',
    'gatehouse review approve rev_0123.1 --fingerprint 9a3f… --json',
    'gatehouse review reject rev_0123.1 --reason "wrong person"',
  ],
  options: {
    fingerprint: {
      type: 'string',
      meaning:
        'Of the draft that was read; one that changed since is refused. Without it the draft is shown, and you are asked.',
    },
    reason: { type: 'string', meaning: 'Why; a rejection needs it.' },
    state: { type: 'string', meaning: `For list: ${STATES.join(', ')}; open if it is left out.` },
  },
  async run(context, args, options) {
    const verb = verbOf('review', args, VERBS);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context, options);
    }
    const id = args[1];
    if (id === undefined) {
      throw new GatehouseError(
        'usage',
        `Name a review: gatehouse review ${verb} ID. gatehouse review list shows them.`,
      );
    }
    refuseMore(args, 2);
    if (verb === 'show') return show(context, id);
    return decide(context, id, verb, options);
  },
};

async function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const state = textOption(options, 'state') ?? 'open';
  if (!STATES.some((item) => item === state)) {
    throw new GatehouseError('usage', `There is no state ${JSON.stringify(state)}; there are ${STATES.join(', ')}.`);
  }
  return connected(context, async (services, caller) => {
    const page = await services.listReviews(caller, { limit: LIST_MAX, cursor: null, state });
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
    const result = await services.decideReview(caller, id, { decision, fingerprint, reason, content: null });
    answer(context, result, () => `${id} is ${result.review.state}; the action is ${result.action_state}.`);
    return EXIT.ok;
  });
}

export function reviewText(review: ReviewView, paint: Paint): string {
  const facts = [
    ['action', `${review.action_type} by ${review.channel}, ${review.risk_class} risk (${review.action})`],
    ['decision', review.decision],
    ...(review.account === null ? [] : [['account', review.account]]),
    ...(review.person === null ? [] : [['person', review.person]]),
    ['since', `${timeOf(review.created_at)}, expires ${timeOf(review.expires_at)}`],
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
