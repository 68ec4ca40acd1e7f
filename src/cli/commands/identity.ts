/** Who is who, at a terminal: merge and split, move, name, and look through probable duplicates. */
import { GatehouseError } from '../../domain/errors.ts';
import { ALIAS_KINDS } from '../../domain/identity.ts';
import type { AliasInput, EntityKind, IdentityActView, NamedEntity } from '../../gateway/identity.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted, timeOf } from '../words.ts';

const LIST_DEFAULT = 50;
const VERBS = ['merge', 'split', 'move', 'list', 'suggest', 'dismiss', 'aliases', 'alias', 'unalias', 'find'] as const;

export const identityCommand: Command = {
  name: 'identity',
  summary: 'Merge, split, move and name accounts and contacts, and list probable duplicates',
  usage: `gatehouse identity merge account|contact ID --into ID --reason TEXT [--request-id ID]
gatehouse identity split ACT --reason TEXT
gatehouse identity move ID --account ID|none --reason TEXT
gatehouse identity list [--cursor CURSOR]
gatehouse identity suggest account|contact [--cursor CURSOR]
gatehouse identity dismiss account|contact ONE OTHER --reason TEXT
gatehouse identity aliases account|contact ID
gatehouse identity alias account|contact ID --email|--domain|--external VALUE [--system NAME] --reason TEXT
gatehouse identity unalias account|contact ID ALIAS --reason TEXT
gatehouse identity find account|contact --email|--domain|--external VALUE [--system NAME]`,
  examples: [
    'gatehouse identity suggest account',
    'gatehouse identity merge account acme-old --into acme --reason "the same company"',
    'gatehouse identity split mrg_0123 --reason "a subsidiary with its own budget"',
    'gatehouse identity move maria --account globex --reason "changed jobs"',
    'gatehouse identity alias account acme --external 00Q1 --system crm --reason "its id in the CRM"',
  ],
  options: {
    into: { type: 'string', meaning: 'The id of the one that stays.' },
    account: { type: 'string', meaning: 'The account to move a contact to; none for no account.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
    'request-id': { type: 'string', meaning: 'Makes the act safe to repeat.' },
    email: { type: 'string', meaning: 'An e-mail address as a name.' },
    domain: { type: 'string', meaning: 'A company domain as a name of an account.' },
    external: { type: 'string', meaning: 'An id in another system as a name.' },
    system: { type: 'string', meaning: 'The system of an external id.' },
    cursor: { type: 'string', meaning: 'next_cursor of the page before.' },
  },
  async run(context, args, options) {
    switch (verbOf('identity', args, VERBS)) {
      case 'merge':
        return merge(context, args, options);
      case 'split':
        return split(context, args, options);
      case 'move':
        return move(context, args, options);
      case 'list':
        return list(context, args, options);
      case 'suggest':
        return suggest(context, args, options);
      case 'dismiss':
        return dismiss(context, args, options);
      case 'aliases':
        return aliases(context, args);
      case 'alias':
        return alias(context, args, options);
      case 'unalias':
        return unalias(context, args, options);
      case 'find':
        return find(context, args, options);
    }
  },
};

function kindOf(args: readonly string[]): EntityKind {
  const [, kind] = args;
  if (kind === 'account' || kind === 'contact') return kind;
  throw new GatehouseError('usage', `Say of what: gatehouse identity ${args[0] ?? ''} account or contact.`);
}

function word(args: readonly string[], index: number, what: string): string {
  const found = args[index];
  if (found === undefined) throw new GatehouseError('usage', `Name ${what}. gatehouse identity --help shows how.`);
  return found;
}

function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function nameOption(options: OptionValues): AliasInput {
  const given = ALIAS_KINDS.flatMap((kind) => {
    const value = textOption(options, kind);
    return value === undefined ? [] : [{ kind, value }];
  });
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw new GatehouseError('usage', 'Give one name: --email, --domain or --external.');
  return { ...name, system: textOption(options, 'system') ?? null };
}

const nameOf = (entity: NamedEntity | null) => (entity === null ? 'none' : (entity.external_id ?? entity.id));

function told({ act, id, subject, target, state }: IdentityActView): string {
  const what = act === 'merge' ? 'merged into' : 'moved to';
  const later = state === 'joining' || state === 'splitting' ? ' The other side is told in a moment.' : '';
  if (state === 'split' || state === 'splitting')
    return `${nameOf(subject)} and ${nameOf(target)} are two again.${later}`;
  return `${nameOf(subject)} was ${what} ${nameOf(target)}.${later} To take it back: gatehouse identity split ${id} --reason TEXT`;
}

function merge(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = kindOf(args);
  const id = word(args, 2, `the ${kind} to merge`);
  refuseMore(args, 3);
  const into = textOption(options, 'into');
  if (into === undefined) throw new GatehouseError('usage', 'Say which one stays with --into.');
  const input = { into, reason: reasonOf(options), request_id: textOption(options, 'request-id') ?? null };
  return connected(context, async ({ identities }, caller) => {
    const act = await identities.mergeInto(caller, kind, id, input);
    answer(context, act, () => told(act));
    return EXIT.ok;
  });
}

function split(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const id = word(args, 1, 'the merge or move; gatehouse identity list shows them');
  refuseMore(args, 2);
  const input = { reason: reasonOf(options), request_id: textOption(options, 'request-id') ?? null };
  return connected(context, async ({ identities }, caller) => {
    const act = await identities.reverseAct(caller, id, input);
    answer(context, act, () => told(act));
    return EXIT.ok;
  });
}

function move(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const id = word(args, 1, 'the contact to move');
  refuseMore(args, 2);
  const account = textOption(options, 'account');
  if (account === undefined) throw new GatehouseError('usage', 'Say where to with --account; none for no account.');
  const input = {
    account: account === 'none' ? null : account,
    reason: reasonOf(options),
    request_id: textOption(options, 'request-id') ?? null,
  };
  return connected(context, async ({ identities }, caller) => {
    const act = await identities.moveContact(caller, id, input);
    answer(context, act, () => told(act));
    return EXIT.ok;
  });
}

function more(shown: number, one: string, next: string | null): string {
  return next === null ? '' : `\nThe first ${counted(shown, one)}; go on with --cursor ${next}`;
}

function list(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  refuseMore(args, 1);
  return connected(context, async ({ identities }, caller) => {
    const query = { limit: LIST_DEFAULT, cursor: textOption(options, 'cursor') ?? null };
    const page = await identities.listIdentityActs(caller, query);
    answer(context, page, () => {
      if (page.items.length === 0) return 'Nothing was ever merged or moved.';
      const rows = page.items.map((act) => [
        act.id,
        timeOf(act.at),
        act.act,
        act.state,
        nameOf(act.subject),
        nameOf(act.target),
        act.reason,
      ]);
      const table = columns([['act', 'at', 'what', 'state', 'from', 'to', 'why'], ...rows]);
      return `${table}${more(page.items.length, 'act', page.next_cursor)}`;
    });
    return EXIT.ok;
  });
}

function suggest(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = args[1] === undefined ? 'account' : kindOf(args);
  refuseMore(args, 2);
  return connected(context, async ({ identities }, caller) => {
    const query = { limit: LIST_DEFAULT, cursor: textOption(options, 'cursor') ?? null };
    const page = await identities.listSuggestions(caller, kind, query);
    answer(context, page, () => {
      if (page.items.length === 0) return `No two ${kind}s look like one.`;
      const rows = page.items.map(({ score, one, other, reasons }) => [
        String(score),
        nameOf(one),
        nameOf(other),
        reasons.map(({ detail }) => detail).join('; '),
      ]);
      return `${columns([['score', 'one', 'other', 'why'], ...rows])}${more(page.items.length, 'pair', page.next_cursor)}`;
    });
    return EXIT.ok;
  });
}

function dismiss(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = kindOf(args);
  const one = word(args, 2, 'both ids of the suggestion; --json shows them');
  const other = word(args, 3, 'both ids of the suggestion; --json shows them');
  refuseMore(args, 4);
  const reason = reasonOf(options);
  return connected(context, async ({ identities }, caller) => {
    const dismissed = await identities.dismissSuggestion(caller, kind, { one, other, reason });
    answer(context, dismissed, () => 'They are not suggested again, unless there is other evidence.');
    return EXIT.ok;
  });
}

function aliases(context: CommandContext, args: readonly string[]): Promise<ExitCode> {
  const kind = kindOf(args);
  const id = word(args, 2, `the ${kind}`);
  refuseMore(args, 3);
  return connected(context, async ({ identities }, caller) => {
    const items = await identities.listAliases(caller, kind, id);
    answer(context, { items }, () => {
      if (items.length === 0) return `${id} has no further names.`;
      const rows = items.map((item) => [
        item.id,
        item.kind,
        item.value ?? '(learned; not kept)',
        item.added_at === null ? '' : timeOf(item.added_at),
      ]);
      return columns([['alias', 'kind', 'name', 'added'], ...rows]);
    });
    return EXIT.ok;
  });
}

function alias(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = kindOf(args);
  const id = word(args, 2, `the ${kind}`);
  refuseMore(args, 3);
  const input = { ...nameOption(options), reason: reasonOf(options) };
  return connected(context, async ({ identities }, caller) => {
    const added = await identities.addAlias(caller, kind, id, input);
    answer(context, added, () => `${id} is also found as ${added.value ?? input.value}.`);
    return EXIT.ok;
  });
}

function unalias(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = kindOf(args);
  const id = word(args, 2, `the ${kind}`);
  const name = word(args, 3, 'the alias; gatehouse identity aliases shows them');
  refuseMore(args, 4);
  const reason = reasonOf(options);
  return connected(context, async ({ identities }, caller) => {
    const removed = await identities.removeAlias(caller, kind, id, name, reason);
    answer(context, removed, () => `${id} is not found by that name any more.`);
    return EXIT.ok;
  });
}

function find(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const kind = kindOf(args);
  refuseMore(args, 2);
  const name = nameOption(options);
  return connected(context, async ({ identities }, caller) => {
    const found = await identities.findByName(caller, kind, name);
    answer(context, found, () => nameOf(found));
    return EXIT.ok;
  });
}
