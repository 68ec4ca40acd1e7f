/** Outcomes at a terminal: what came of a decision, what led to an outcome, and what was wrong about it. */
import { GatehouseError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { moneySchema } from '../../domain/money.ts';
import type { Money } from '../../domain/money.ts';
import { OUTCOME_TYPES } from '../../domain/outcome-types.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import { LINK_STATUSES } from '../../domain/outcome.ts';
import type { LinkStatus } from '../../domain/outcome.ts';
import type { OutcomeView } from '../../gateway/outcome-services.port.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, timeOf } from '../words.ts';

const LIST_MAX = 50;

export const outcomeCommand: Command = {
  name: 'outcome',
  summary: 'List outcomes with what led to them, and correct or retract one',
  usage: `gatehouse outcome list [--decision ID] [--action ID] [--account ID] [--contact ID] [--status STATUS] [--cursor CURSOR]
gatehouse outcome show OUTCOME
gatehouse outcome correct OUTCOME [--type TYPE] [--at TIME] [--amount "CENTS CURRENCY"|none] [--decision ID|none] --reason TEXT
gatehouse outcome retract OUTCOME --reason TEXT`,
  examples: [
    'gatehouse outcome list --decision dec_0123',
    'gatehouse outcome show out_0123',
    'gatehouse outcome correct out_0123 --type lost --reason "the contract was never signed"',
    'gatehouse outcome correct out_0123 --amount "1250000 EUR" --reason "one zero too many"',
    'gatehouse outcome retract out_0123 --reason "the bounce was of another address"',
  ],
  options: {
    decision: {
      type: 'string',
      meaning: 'For list: what came of it. For correct: what it followed; none for nothing known.',
    },
    action: { type: 'string', meaning: 'For list: what came of this action.' },
    account: { type: 'string', meaning: 'For list: of this account itself.' },
    contact: { type: 'string', meaning: 'For list: of this contact.' },
    status: { type: 'string', meaning: `For list: ${LINK_STATUSES.join(', ')}.` },
    cursor: { type: 'string', meaning: 'For list: next_cursor of the page before.' },
    type: { type: 'string', meaning: 'For correct: what it was.' },
    at: { type: 'string', meaning: 'For correct: when it happened, as RFC 3339.' },
    amount: {
      type: 'string',
      meaning: 'For correct: what it was worth, in minor units with a currency; none for nothing.',
    },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  async run(context, args, options) {
    const verb = verbOf('outcome', args, ['list', 'show', 'correct', 'retract']);
    if (verb === 'list') {
      refuseMore(args, 1);
      return list(context, options);
    }
    const id = args[1];
    if (id === undefined)
      throw new GatehouseError(
        'usage',
        `Name an outcome: gatehouse outcome ${verb} OUTCOME. gatehouse outcome list shows them.`,
      );
    refuseMore(args, 2);
    switch (verb) {
      case 'show':
        return show(context, id);
      case 'correct':
        return correct(context, id, options);
      case 'retract':
        return retract(context, id, reasonOf(options));
    }
  },
};

function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function oneOf<Value extends string>(options: OptionValues, name: string, values: readonly Value[]): Value | undefined {
  const given = textOption(options, name);
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given);
  if (found === undefined) throw new GatehouseError('usage', `--${name} must be one of ${values.join(', ')}.`);
  return found;
}

function amountOf(options: OptionValues): Money | null | undefined {
  const given = textOption(options, 'amount');
  if (given === undefined) return undefined;
  if (given === 'none') return null;
  const [minor, currency] = given.split(' ');
  const amount = moneySchema.safeParse({ amount_minor: Number(minor), currency });
  if (!amount.success)
    throw new GatehouseError('usage', 'Give --amount in minor units with a currency, such as "1250000 EUR".');
  return amount.data;
}

const moneyText = (amount: Money | null): string =>
  amount === null ? '' : `${(amount.amount_minor / 100).toFixed(2)} ${amount.currency}`;

function list(context: CommandContext, options: OptionValues): Promise<ExitCode> {
  const status: LinkStatus | undefined = oneOf(options, 'status', LINK_STATUSES);
  const filter = {
    decision: textOption(options, 'decision'),
    action: textOption(options, 'action'),
    account: textOption(options, 'account'),
    contact: textOption(options, 'contact'),
    status,
  };
  return connected(context, async (services, caller) => {
    const query = { limit: LIST_MAX, cursor: textOption(options, 'cursor') ?? null, ...filter };
    const page = await services.listOutcomes(caller, query);
    answer(context, page, () => {
      if (page.items.length === 0) return 'No outcome is known there.';
      const rows = page.items.map((item) => [
        item.id,
        timeOf(item.occurred_at),
        item.type,
        moneyText(item.amount),
        item.link.status,
        item.link.decision ?? '',
      ]);
      const more = page.next_cursor === null ? '' : `\nMore with --cursor ${page.next_cursor}`;
      return `${columns([['outcome', 'happened', 'type', 'amount', 'link', 'decision'], ...rows])}${more}`;
    });
    return EXIT.ok;
  });
}

const SOURCES = {
  outcome: 'the outcome itself',
  policy: 'the policy',
  catalogue: 'the catalogue of outcomes',
} as const;

function told(outcome: OutcomeView): string {
  const { link } = outcome;
  const { window } = link;
  const known = (name: string, value: string | null): readonly (readonly string[])[] =>
    value === null ? [] : [[name, value]];
  const days = `${(window.ms / DAY_MS).toFixed(1)} days`;
  return columns([
    ['outcome', outcome.id],
    ['type', `${outcome.type}${outcome.corrected ? ' (corrected)' : ''}`],
    ['happened', timeOf(outcome.occurred_at)],
    ['of', `${outcome.subject.kind} ${outcome.subject.id}`],
    ...known('amount', outcome.amount === null ? null : moneyText(outcome.amount)),
    ['link', link.status],
    ...known('decision', link.decision),
    ...known('action', link.action),
    ...known('sequence', link.sequence),
    ...known('play', link.play),
    ['window', window.source === null ? days : `${days}, by ${SOURCES[window.source]}`],
    ...(window.from === null || window.until === null
      ? []
      : [['', `from ${timeOf(window.from)} until ${timeOf(window.until)}`]]),
  ]);
}

function show(context: CommandContext, id: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const outcome = await services.getOutcome(caller, id);
    answer(context, outcome, () => told(outcome));
    return EXIT.ok;
  });
}

function correct(context: CommandContext, id: string, options: OptionValues): Promise<ExitCode> {
  const type: OutcomeType | undefined = oneOf(options, 'type', OUTCOME_TYPES);
  const at = textOption(options, 'at');
  const decision = textOption(options, 'decision');
  const correction = {
    type,
    occurred_at: at === undefined ? undefined : instantOption(at),
    amount: amountOf(options),
    decision: decision === 'none' ? null : decision,
    reason: reasonOf(options),
  };
  return connected(context, async (services, caller) => {
    const outcome = await services.correctOutcome(caller, id, correction);
    answer(context, outcome, () => `It is corrected, and what follows from it.\n\n${told(outcome)}`);
    return EXIT.ok;
  });
}

function retract(context: CommandContext, id: string, reason: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const outcome = await services.retractOutcome(caller, id, reason);
    answer(
      context,
      outcome,
      () =>
        'It is taken back, with its link and what trust was given for it. A suppression that came with it stays until somebody lifts it.',
    );
    return EXIT.ok;
  });
}
