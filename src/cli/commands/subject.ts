/** What a person asks of the data about them, at a terminal: see it, correct it, object, be erased; and the hold that forbids the last. */
import { writeFileSync } from 'node:fs';

import { z } from 'zod';

import { contactFactsSchema } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { PurgeStep, PurgeView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { counted, figure, timeOf } from '../words.ts';
import { backupLine } from './key-generations.ts';

const VERBS = ['export', 'rectify', 'object', 'hold', 'release', 'erase', 'proof'] as const;

export const subjectCommand: Command = {
  name: 'subject',
  summary: 'Export, correct, hold or erase a person, prove it, or record their objection',
  usage:
    'gatehouse subject export SUBJECT [--to FILE]\ngatehouse subject rectify contact/ID --data FILE\ngatehouse subject object SUBJECT --reason TEXT\ngatehouse subject hold|release SUBJECT --reason TEXT\ngatehouse subject erase SUBJECT --reason TEXT [--purge] --yes\ngatehouse subject proof SUBJECT [--to FILE]\ngatehouse subject proof --verify FILE',
  examples: [
    'gatehouse subject export contact/4711 --to maria.json',
    'gatehouse subject rectify contact/4711 --data corrected.json',
    'gatehouse subject object contact/4711 --reason "objected by letter of 12 May"',
    'gatehouse subject hold contact/4711 --reason "lawsuit 7 C 12/26"',
    'gatehouse subject erase contact/4711 --reason "asked for it by letter of 12 May" --yes',
    'gatehouse subject erase contact/4711 --reason "asked for it by letter of 12 May" --purge --yes',
    'gatehouse subject proof contact/4711 --to proof.json',
    'gatehouse subject proof --verify proof.json',
  ],
  options: {
    to: {
      type: 'string',
      meaning: 'For export and proof: the file to write, readable for you alone. It must not exist yet.',
    },
    data: { type: 'string', meaning: 'For rectify: a file with the corrected facts of the contact, as JSON.' },
    reason: { type: 'string', meaning: 'Why, without naming the person; it stands on the ledger.' },
    purge: {
      type: 'boolean',
      meaning:
        'For erase: also take the bytes of what is deleted out of all files at once. Tables are locked, one after the other, while they are written anew.',
    },
    verify: { type: 'string', meaning: 'For proof: a file that holds one, to be checked.' },
    yes: { type: 'boolean', meaning: 'For erase: yes, although it cannot be taken back.' },
  },
  async run(context, args, options) {
    const verb = verbOf('subject', args, VERBS);
    const proofFile = textOption(options, 'verify');
    if (verb === 'proof' && proofFile !== undefined) {
      refuseMore(args, 1);
      return verifyProof(context, proofFile);
    }
    const subject = args[1];
    if (subject === undefined)
      throw new GatehouseError(
        'usage',
        `Name a person: gatehouse subject ${verb} contact/ID, lead/ID, or their id here.`,
      );
    refuseMore(args, 2);
    switch (verb) {
      case 'export':
        return exportSubject(context, subject, options);
      case 'rectify':
        return rectify(context, subject, options);
      case 'object':
        return object(context, subject, reasonOf(options));
      case 'hold':
        return hold(context, subject, reasonOf(options));
      case 'release':
        return release(context, subject, reasonOf(options));
      case 'erase':
        if (options['yes'] !== true)
          throw new GatehouseError('usage', 'Erasing a person cannot be taken back. Add --yes if you mean it.');
        return erase(context, subject, reasonOf(options), options['purge'] === true);
      case 'proof':
        return prove(context, subject, options);
    }
  },
};

function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function exportSubject(context: CommandContext, subject: string, options: OptionValues): Promise<ExitCode> {
  const file = textOption(options, 'to');
  return connected(context, async (services, caller) => {
    const found = await services.exportSubject(caller, subject);
    const text = JSON.stringify(found, null, 2);
    if (file === undefined) {
      answer(context, found, () => text);
      return EXIT.ok;
    }
    writeNew(file, `${text}\n`);
    const { events, decisions } = found;
    answer(
      context,
      { subject: found.subject, file },
      () =>
        `${counted(events.length, 'event')} and ${counted(decisions.length, 'decision')} of the person are in ${file}.`,
    );
    return EXIT.ok;
  });
}

/** Never over a file that is there. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatehouseError('usage', `${file} cannot be written: ${why}`, { cause: error });
  }
}

function rectify(context: CommandContext, subject: string, options: OptionValues): Promise<ExitCode> {
  const file = textOption(options, 'data');
  if (file === undefined) throw new GatehouseError('usage', 'Name a file with the corrected facts: --data FILE.');
  if (!subject.startsWith('contact/'))
    throw new GatehouseError('usage', 'Facts of a person are corrected under your own id: contact/ID.');
  const facts = contactFactsSchema.safeParse(readJsonFile(file));
  if (!facts.success)
    throw new GatehouseError('usage', `${file} does not hold facts of a contact.`, {
      faults: facts.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
    });
  return connected(context, async (services, caller) => {
    const contact = await services.putContact(caller, subject.slice('contact/'.length), facts.data);
    answer(context, contact, () => 'The facts are corrected. What was known before stays on the ledger, sealed.');
    return EXIT.ok;
  });
}

function object(context: CommandContext, subject: string, reason: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const act = await services.objectSubject(caller, subject, reason);
    answer(
      context,
      act,
      () => 'Nothing more is sent to the person, what was open is cancelled, and their interest is no longer scored.',
    );
    return EXIT.ok;
  });
}

function hold(context: CommandContext, subject: string, reason: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const act = await services.holdSubject(caller, subject, reason);
    answer(context, act, () => 'Nothing of the person can be erased until the hold is released.');
    return EXIT.ok;
  });
}

function release(context: CommandContext, subject: string, reason: string): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const act = await services.releaseSubject(caller, subject, reason);
    answer(context, act, () => 'The legal hold is lifted. The person can be erased again.');
    return EXIT.ok;
  });
}

function erase(context: CommandContext, subject: string, reason: string, purge: boolean): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const erasure = await services.eraseSubject(caller, subject, reason);
    if (purge) context.note('The person is erased. Writing anew what held them …');
    const purged = purge ? await services.purgeSubject(caller, erasure.subject) : null;
    for (const step of purged?.steps ?? []) context.note(purgedLine(step));
    if (purged !== null) context.note(keysLine(purged.keys));
    const remains = purged?.remains ?? erasure.remains;
    answer(
      context,
      { ...erasure, remains, ...(purged === null ? {} : { purged: purged.steps, keys: purged.keys }) },
      () => {
        const left = remains.map(
          ({ what, why, until }) => `- ${what}: ${why}${until === null ? '' : `, until ${timeOf(until)}`}`,
        );
        return `The person is erased; event ${erasure.event} says so. What is left:\n${left.join('\n')}`;
      },
    );
    return EXIT.ok;
  });
}

function purgedLine({ what, bytes_before: before, bytes_after: after }: PurgeStep): string {
  return before === null || after === null ? `  ${what}` : `  ${what}: ${figure(before)} bytes, now ${figure(after)}`;
}

function keysLine(keys: PurgeView['keys']): string {
  if (!('generation' in keys)) return `  The master key was not replaced. ${keys.to_do}`;
  const time = `in ${figure(keys.milliseconds)} ms`;
  const backups = keys.backups.map((item) => `\n  ${backupLine(item)}`).join('');
  const left = keys.to_do === null ? '' : `\n  ${keys.to_do}`;
  return `  master key: generation ${keys.generation} wraps ${counted(keys.people, 'other person', 'others')} ${time}${backups}${left}`;
}

function prove(context: CommandContext, subject: string, options: OptionValues): Promise<ExitCode> {
  const file = textOption(options, 'to');
  return connected(context, async (services, caller) => {
    const proof = await services.proveErasure(caller, subject);
    const text = JSON.stringify(proof, null, 2);
    if (file === undefined) {
      answer(context, proof, () => text);
      return EXIT.ok;
    }
    writeNew(file, `${text}\n`);
    const outstanding = (proof.channels ?? []).filter(
      ({ state }) => state === 'outstanding' || state === 'cannot_be_asked',
    );
    answer(context, { subject: proof.subject, file }, () =>
      [
        `${file} proves that the person was erased at ${timeOf(proof.erasure.at)}. It holds nothing of them.`,
        ...outstanding.map(({ channel, note }) => `  ${channel} has given no receipt: ${note}`),
      ].join('\n'),
    );
    return EXIT.ok;
  });
}

function verifyProof(context: CommandContext, file: string): Promise<ExitCode> {
  const document = z.json().parse(readJsonFile(file));
  return connected(context, async (services, caller) => {
    const check = await services.checkErasureProof(caller, document);
    answer(context, check, () =>
      check.ok
        ? `${file} is a true proof that ${check.subject} was erased, signed by this installation.`
        : `${file} proves nothing:\n${check.faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
    return check.ok ? EXIT.ok : EXIT.problemFound;
  });
}
