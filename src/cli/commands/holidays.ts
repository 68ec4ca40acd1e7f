/** Public holidays at a terminal: which lists the policy has, and lists out of files. A list is a part of the policy and changes as that does. */
import { basename } from 'node:path';

import { countrySchema } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { policySchema } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import type { HolidayList } from '../../domain/sending-terms.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { mergedList, yearsOf } from '../holidays/merge-list.ts';
import { readCalendar } from '../holidays/read-calendar.ts';
import { shownLine } from '../terminal.ts';
import { columns, counted } from '../words.ts';
import { proposalText, reasonOf } from './policy.ts';

const BACKTEST_DAYS = 30;

export const holidaysCommand: Command = {
  name: 'holidays',
  summary: 'Show which public holidays the policy knows, and import them from a calendar',
  usage: `gatehouse holidays list [--country XX]
gatehouse holidays import FILE --country XX --years YYYY[-YYYY] [--unlisted send|hold]
gatehouse holidays import FILE --country XX --years YYYY[-YYYY] --propose --reason TEXT [--from TIME]`,
  examples: [
    'gatehouse holidays list',
    'gatehouse holidays import germany.ics --country DE --years 2026-2027',
    'gatehouse holidays import france.csv --country FR --years 2026 --unlisted hold --propose --reason "calendar of the year"',
  ],
  options: {
    country: { type: 'string', meaning: 'The country, as an ISO 3166-1 alpha-2 code such as DE.' },
    years: {
      type: 'string',
      meaning: 'For import: the years for which the file is whole; other days of it are left out.',
    },
    unlisted: {
      type: 'string',
      meaning:
        'For import: what happens on days for which a country has no list, `send` or `hold`; as before without it.',
    },
    propose: { type: 'boolean', meaning: 'For import: ask other people to approve the change first.' },
    from: { type: 'string', meaning: 'For import --propose: when it comes into force at the earliest.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  run(context, args, options) {
    return verbOf('holidays', args, ['list', 'import']) === 'list'
      ? list(context, args, options)
      : importList(context, args, options);
  },
};

function countryOf(text: string): string {
  const parsed = countrySchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new GatehouseError('usage', `${text} is no country: ${parsed.error.issues[0]?.message ?? ''}.`);
}

function list(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  refuseMore(args, 1);
  const country = textOption(options, 'country');
  const wanted = country === undefined ? null : countryOf(country);
  return connected(context, async (services, caller) => {
    const { policy } = await services.getPolicy(caller);
    const holidays = policy.sending?.holidays;
    const items = Object.entries(holidays?.lists ?? {}).flatMap(([name, days]) =>
      days === undefined || (wanted !== null && name !== wanted) ? [] : [{ country: name, ...days }],
    );
    const unlisted = holidays?.unlisted ?? 'send';
    answer(context, { unlisted, items }, () => listText(items, unlisted, wanted));
    return EXIT.ok;
  });
}

type Listed = HolidayList & { readonly country: string };

function listText(items: readonly Listed[], unlisted: 'send' | 'hold', wanted: string | null): string {
  const rest = `On days for which a country has no list, messages are ${unlisted === 'send' ? 'sent as on any day' : 'held'}.`;
  if (items.length === 0)
    return `The policy knows no public holidays${wanted === null ? '' : ` of ${wanted}`}. ${rest}`;
  const rows = items.map(({ country, from, to, days, source }) => [
    country,
    counted(Object.keys(days).length, 'day'),
    `${from} to ${to}`,
    shownLine(source),
  ]);
  const days = wanted === null ? [] : items.flatMap((item) => Object.entries(item.days));
  return [columns(rows), ...days.map(([day, name]) => `  ${day}  ${shownLine(name)}`), rest].join('\n');
}

function unlistedOf(options: OptionValues): 'send' | 'hold' | undefined {
  const text = textOption(options, 'unlisted');
  if (text === undefined || text === 'send' || text === 'hold') return text;
  throw new GatehouseError('usage', `--unlisted is send or hold, not ${text}.`);
}

function requiredOption(options: OptionValues, name: string): string {
  const text = textOption(options, name);
  if (text === undefined)
    throw new GatehouseError('usage', `Give --${name}: gatehouse holidays import FILE --country XX --years YYYY.`);
  return text;
}

/** The policy with another list. Throws `usage` when it is no policy any more, as with too many days. */
function withList(
  policy: Policy,
  country: string,
  holidays: HolidayList,
  unlisted: 'send' | 'hold' | undefined,
): Policy {
  const before = policy.sending?.holidays;
  const parsed = policySchema.safeParse({
    ...policy,
    sending: {
      ...policy.sending,
      holidays: {
        unlisted: unlisted ?? before?.unlisted ?? 'send',
        lists: { ...before?.lists, [country]: holidays },
      },
    },
  });
  if (parsed.success) return parsed.data;
  throw new GatehouseError('usage', 'The policy does not take the list.', {
    faults: parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  });
}

async function importList(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const file = args[1];
  if (file === undefined)
    throw new GatehouseError('usage', 'Name a file: gatehouse holidays import FILE --country XX --years YYYY.');
  refuseMore(args, 2);
  const country = countryOf(requiredOption(options, 'country'));
  const years = yearsOf(requiredOption(options, 'years'));
  const unlisted = unlistedOf(options);
  const reason = options['propose'] === true ? reasonOf(options) : null;
  const days = await readCalendar(file);
  return connected(context, async (services, caller) => {
    const { policy } = await services.getPolicy(caller);
    const before = policy.sending?.holidays?.lists[country];
    const merged = mergedList(before, days, years, basename(file));
    const next = withList(policy, country, merged, unlisted);
    const listed = { country, ...merged };
    if (reason !== null) {
      const view = await services.policies.propose(caller, {
        policy: next,
        effective_from: textOption(options, 'from') ?? null,
        reason,
        days: BACKTEST_DAYS,
      });
      answer(context, { list: listed, proposal: view }, () => `${importText(listed)}\n${proposalText(view)}`);
      return EXIT.ok;
    }
    const { hash } = await services.applyPolicy(caller, next);
    answer(context, { list: listed, hash }, () => `${importText(listed)}\nThe policy is in force: ${hash}`);
    return EXIT.ok;
  });
}

function importText({ country, days, from, to }: Listed): string {
  return `${country} has ${counted(Object.keys(days).length, 'public holiday')} from ${from} to ${to}. Whether that is all of them only the file knows.`;
}
