/** What the gate does not know yet, at a terminal: how many contacts wait for which fact, and how to supply it for many at once. */
import { GatehouseError } from '../../domain/errors.ts';
import { READINESS_PURPOSES } from '../../domain/readiness.ts';
import type { ReadinessGap, ReadinessRefusal, ReadinessReport } from '../../gateway/gate-facts.port.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command } from '../command.ts';
import { shownLine } from '../terminal.ts';
import { counted, figure } from '../words.ts';

export const readinessCommand: Command = {
  name: 'readiness',
  summary: 'Show how many contacts a message would be held for, for want of which fact',
  usage: 'gatehouse readiness [--purpose sales|marketing]',
  examples: ['gatehouse readiness', 'gatehouse readiness --purpose marketing --json'],
  options: { purpose: { type: 'string', meaning: 'sales or marketing; without it, sales.' } },
  async run(context, args, options) {
    refuseMore(args, 0);
    const given = textOption(options, 'purpose') ?? 'sales';
    const purpose = READINESS_PURPOSES.find((one) => one === given);
    if (purpose === undefined)
      throw new GatehouseError('usage', `--purpose is one of ${READINESS_PURPOSES.join(', ')}, not ${given}.`);
    return connected(context, async ({ gateFacts }, caller) => {
      context.terminal.status('asking the gate about every contact');
      const report = await gateFacts.readiness(caller, purpose);
      answer(context, report, () => readinessText(report));
      return EXIT.ok;
    });
  },
};

export function readinessText(report: ReadinessReport): string {
  const { purpose, contacts, ready, held, refused, gaps, refusals, limited_senders: senders } = report;
  if (contacts === 0)
    return 'There are no contacts yet. Import some with gatehouse import FILE --map map.json, or send them with PUT /v1/contacts/{id}.';
  const head = `Of ${counted(contacts, 'contact')}, ${figure(ready)} ${ready === 1 ? 'is' : 'are'} ready for a ${purpose} message, ${figure(held)} would be held for want of a fact, and ${figure(refused)} would be refused on what is known.`;
  return [
    gaps.length === 0 ? `${head}\nThe gate knows all that it asks for.` : head,
    ...gaps.map((gap) => gapText(gap)),
    ...(refusals.length === 0 ? [] : ['Refused, because:', ...refusals.map((refusal) => refusalText(refusal))]),
    ...(senders.length === 0 ? [] : [sendersText(senders)]),
  ].join('\n\n');
}

function gapText({ reason, fact, alone, ...gap }: ReadinessGap): string {
  const name = fact === null ? reason : `${reason} (${fact})`;
  return findingText(name, `with this alone ${figure(alone)} would be ready`, gap);
}

function refusalText({ reason, alone, ...refusal }: ReadinessRefusal): string {
  return findingText(reason, `nothing else forbids ${figure(alone)}`, refusal);
}

function findingText(
  name: string,
  alone: string,
  { contacts, share, title, fix, examples }: Pick<ReadinessGap, 'contacts' | 'share' | 'title' | 'fix' | 'examples'>,
): string {
  return [
    `${name}: ${counted(contacts, 'contact')}, ${(100 * share).toFixed(1)} %; ${alone}`,
    `  ${title}`,
    `  ${fix}`,
    ...(examples.length === 0 ? [] : [`  for example ${examples.map(shownLine).join(', ')}`]),
  ].join('\n');
}

function sendersText(senders: ReadinessReport['limited_senders']): string {
  const words = senders.map(({ channel, sender, level }) => `${shownLine(sender)} on ${channel} is ${level}`);
  return `Whoever the contact is: the sender ${words.join(', ')}. See gatehouse sender list.`;
}
