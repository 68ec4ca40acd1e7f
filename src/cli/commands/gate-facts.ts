/** Telling the gate at a terminal: on what messages rest, what was done elsewhere, how current that is, and that an address was corrected. */
import { randomUUID } from 'node:crypto';

import { channelSchema } from '../../domain/action-types.ts';
import { CONSENT_BASES } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { purposeSchema, PURPOSES } from '../../domain/lawful-basis.ts';
import { SYNC_SOURCES } from '../../domain/sync.ts';
import type { LawfulBasesView, LawfulBasisInput, SyncView } from '../../gateway/gate-facts.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, OptionValues } from '../command.ts';
import { columns, timeOf } from '../words.ts';

function contactOf(command: string, given: string | undefined): string {
  const [, id] = /^contact\/(.+)$/su.exec(given ?? '') ?? [];
  if (id === undefined) throw new GatehouseError('usage', `Name one: gatehouse ${command} contact/ID.`);
  return id;
}

function needed(options: OptionValues, name: string, why: string): string {
  const text = textOption(options, name)?.trim() ?? '';
  if (text === '') throw new GatehouseError('usage', `--${name} is missing: ${why}.`);
  return text;
}

function oneOf<Item extends string>(items: readonly Item[], given: string, name: string): Item {
  const item = items.find((one) => one === given);
  if (item === undefined) throw new GatehouseError('usage', `--${name} is one of ${items.join(', ')}, not ${given}.`);
  return item;
}

/** Any time that RFC 3339 or a date alone can say, as the API takes it. */
function isoTime(text: string, name: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new GatehouseError('usage', `--${name} is a time such as 2026-11-20T09:12:00Z.`);
  return new Date(at).toISOString();
}

function basesText({ subject, general, purposes }: LawfulBasesView): string {
  const whole = general === null ? 'nothing is recorded' : `the basis is ${general}`;
  if (purposes.length === 0) return `For ${subject} as a whole ${whole}; nothing is recorded for single purposes.`;
  const rows = purposes.map(({ purpose, basis, source, since, jurisdiction, proven }) => [
    purpose,
    basis,
    source,
    timeOf(since),
    jurisdiction ?? '',
    proven ? 'yes' : 'no',
  ]);
  return `For ${subject} as a whole ${whole}.\n${columns([['purpose', 'basis', 'source', 'since', 'jurisdiction', 'proof'], ...rows])}`;
}

function basisInput(options: OptionValues, basis: LawfulBasisInput['basis']): LawfulBasisInput {
  const since = textOption(options, 'since');
  return {
    purpose: purposeSchema.parse(oneOf(PURPOSES, needed(options, 'purpose', 'a basis is for one purpose'), 'purpose')),
    basis,
    source: needed(options, 'source', 'where it was obtained or withdrawn'),
    since: since === undefined ? null : isoTime(since, 'since'),
    jurisdiction: textOption(options, 'jurisdiction') ?? null,
    evidence: textOption(options, 'evidence') ?? null,
  };
}

export const basisCommand: Command = {
  name: 'basis',
  summary: 'Show, record and withdraw on what messages to a contact rest',
  usage: `gatehouse basis show contact/ID
gatehouse basis record contact/ID --purpose marketing|sales|service --basis BASIS --source TEXT [--since TIME] [--jurisdiction DE] [--evidence TEXT]
gatehouse basis withdraw contact/ID --purpose marketing|sales|service --source TEXT [--since TIME] [--evidence TEXT]`,
  examples: [
    'gatehouse basis record contact/c-42 --purpose marketing --basis consent --source "webinar form" --since 2026-10-02 --jurisdiction DE',
    'gatehouse basis withdraw contact/c-42 --purpose marketing --source "telephone"',
  ],
  options: {
    purpose: { type: 'string', meaning: 'marketing, sales or service.' },
    basis: { type: 'string', meaning: 'consent, legitimate_interest, contract or none.' },
    source: { type: 'string', meaning: 'Where it was obtained or withdrawn; names nobody.' },
    since: { type: 'string', meaning: 'When that was; without it, now.' },
    jurisdiction: { type: 'string', meaning: 'Whose law it was obtained under, such as DE.' },
    evidence: { type: 'string', meaning: 'What proves it; it is sealed.' },
  },
  async run(context, args, options) {
    const verb = verbOf('basis', args, ['show', 'record', 'withdraw']);
    const contact = contactOf(`basis ${verb}`, args[1]);
    refuseMore(args, 2);
    const input =
      verb === 'show'
        ? null
        : basisInput(
            options,
            verb === 'withdraw'
              ? 'withdrawn'
              : oneOf(CONSENT_BASES, needed(options, 'basis', 'on what the messages rest'), 'basis'),
          );
    return connected(context, async ({ gateFacts }, caller) => {
      const view =
        input === null
          ? await gateFacts.showBases(caller, contact)
          : await gateFacts.recordBasis(caller, contact, input);
      answer(context, view, () => basesText(view));
      return EXIT.ok;
    });
  },
};

export const touchCommand: Command = {
  name: 'touch',
  summary: 'Report a touch or a reply that happened elsewhere',
  usage:
    'gatehouse touch add contact/ID|account/ID|lead/ID --channel CHANNEL [--inbound] [--at TIME] [--source TEXT] [--id ID]',
  examples: ['gatehouse touch add contact/c-42 --channel email --at 2026-11-20T09:12:00Z --source mailbox --id msg-81'],
  options: {
    channel: { type: 'string', meaning: 'email, linkedin, crm and so on.' },
    inbound: { type: 'boolean', meaning: 'They wrote to us: a reply, which stops sequences.' },
    at: { type: 'string', meaning: 'When it happened; without it, now.' },
    source: { type: 'string', meaning: 'The tool or mailbox that it is known from.' },
    id: { type: 'string', meaning: 'Unique per source, so that a report sent again changes nothing.' },
  },
  async run(context, args, options) {
    verbOf('touch', args, ['add']);
    const subject = args[1];
    if (subject === undefined) throw new GatehouseError('usage', 'Name one: gatehouse touch add contact/ID.');
    refuseMore(args, 2);
    const channel = oneOf(channelSchema.options, needed(options, 'channel', 'by what they were touched'), 'channel');
    const at = textOption(options, 'at');
    const touch = {
      id: textOption(options, 'id') ?? randomUUID(),
      source: textOption(options, 'source') ?? 'cli',
      subject,
      channel,
      direction: options['inbound'] === true ? ('inbound' as const) : ('outbound' as const),
      at: at === undefined ? new Date().toISOString() : isoTime(at, 'at'),
    };
    return connected(context, async ({ gateFacts }, caller) => {
      const accepted = await gateFacts.recordTouches(caller, [touch]);
      answer(context, { accepted }, () =>
        accepted[0]?.duplicate === true ? 'That was known already.' : 'It counts from now on.',
      );
      return EXIT.ok;
    });
  },
};

function syncsText(items: readonly SyncView[]): string {
  if (items.length === 0) return 'No source has reported, and the policy sets no limit.';
  const rows = items.map(({ source, complete_to: to, limit_ms: limit, stale }) => [
    source,
    to === null ? 'never' : timeOf(to),
    limit === null ? 'none' : `${Math.round(limit / 60_000)} min`,
    stale ? 'too old: selling waits' : 'fresh enough',
  ]);
  return columns([['source', 'complete to', 'limit', 'state'], ...rows]);
}

export const syncCommand: Command = {
  name: 'sync',
  summary: 'Show how current other systems are known, and report that one was read',
  usage: `gatehouse sync list
gatehouse sync report crm|mailbox|calendar|sequencer [--complete-to TIME]`,
  examples: ['gatehouse sync report crm --complete-to 2026-11-20T09:15:00Z'],
  options: { 'complete-to': { type: 'string', meaning: 'Everything up to this moment was sent; without it, now.' } },
  async run(context, args, options) {
    const verb = verbOf('sync', args, ['list', 'report']);
    refuseMore(args, verb === 'list' ? 1 : 2);
    const given = textOption(options, 'complete-to');
    const to = given === undefined ? new Date().toISOString() : isoTime(given, 'complete-to');
    const source = SYNC_SOURCES.find((one) => one === args[1]);
    if (verb === 'report' && source === undefined)
      throw new GatehouseError('usage', `Name a source: gatehouse sync report ${SYNC_SOURCES.join('|')}.`);
    return connected(context, async ({ gateFacts }, caller) => {
      const items =
        source === undefined ? await gateFacts.listSyncs(caller) : await gateFacts.reportSync(caller, source, to);
      answer(context, { items }, () => syncsText(items));
      return EXIT.ok;
    });
  },
};

export const bounceCommand: Command = {
  name: 'bounce',
  summary: 'Say that a bounced address was corrected',
  usage: 'gatehouse bounce clear contact/ID --reason TEXT',
  examples: ['gatehouse bounce clear contact/c-42 --reason "the address was misspelled"'],
  options: { reason: { type: 'string', meaning: 'Why; it stands on the ledger.' } },
  async run(context, args, options) {
    verbOf('bounce', args, ['clear']);
    const contact = contactOf('bounce clear', args[1]);
    refuseMore(args, 2);
    const reason = needed(options, 'reason', 'it stands on the ledger');
    return connected(context, async ({ gateFacts }, caller) => {
      const cleared = await gateFacts.clearBounce(caller, contact, reason);
      answer(context, cleared, () => `The bounce of ${cleared.subject} counts no longer.`);
      return EXIT.ok;
    });
  },
};
