/**
 * A labelled set held back: e-mail threads of a sales team, one scope for each of eight customers. A mail is a document with its subject line, a
 * thread a group in the order of time. It was written after the walk was settled.
 */
import { Draws } from './set-parts.ts';
import type { SetDocument, SetLine, SetQuery } from './set-parts.ts';

const CUSTOMERS = 8;
const THREADS = 40;
const DAY_MS = 86_400_000;
const TOPICS = ['invoice', 'pilot', 'training', 'security review', 'data import', 'branding', 'outage', 'pricing'];
const FILLER = [
  'Thanks, will come back to you tomorrow.',
  'Adding the rest of the team here for visibility.',
  'Could we move this to next week? Several of us are travelling.',
  'Sounds good to me.',
  'Please find the notes attached, and shout if anything is missing.',
  'Sorry for the delay, month end was busy.',
];
const CAUSES = [
  'a wrong tax number',
  'an expired certificate',
  'missing columns',
  'a full mailbox',
  'two admins with one login',
];
const GIFTS = [
  'a discount of nine percent',
  'three free months',
  'a named engineer',
  'a second sandbox',
  'waived set-up fees',
];

export function threadsSet(seed: string): readonly SetLine[] {
  const draws = new Draws(seed);
  const documents: SetDocument[] = [];
  const queries: SetQuery[] = [];
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    const scope = `customer-${customer}`;
    const people = Array.from({ length: 10 }, () => draws.unique(() => `${draws.name(2)} ${draws.name(2)}`));
    const mail = (group: string, day: number, subject: string, text: string): string => {
      const id = `${scope}/${documents.length}`;
      const at = new Date(Date.UTC(2026, 1, 2) + day * DAY_MS).toISOString();
      documents.push({ kind: 'doc', id, scope, group, at, text: `Subject: ${subject}\n${text}` });
      return id;
    };
    const ask = (type: string, text: string, relevant: readonly string[]) =>
      queries.push({ kind: 'query', id: `q${queries.length}`, scope, text, relevant, type });
    for (let thread = 0; thread < THREADS; thread += 1) {
      const group = `${scope}-thread-${thread}`;
      const topic = draws.pick(TOPICS);
      const reference = draws.unique(() => `${draws.pick(['PO', 'CR', 'TK'])}-${1_000 + draws.below(9_000)}`);
      const [owner, helper] = [draws.pick(people), draws.pick(people)];
      const [cause, gift] = [draws.pick(CAUSES), draws.pick(GIFTS)];
      const first = (name: string) => name.split(' ')[0] ?? name;
      const opening = mail(
        group,
        thread,
        topic,
        `Hi ${first(helper)}, we opened ${reference} about the ${topic}. ${owner} looks after it.`,
      );
      mail(group, thread + 1, `Re: ${topic}`, draws.pick(FILLER));
      const reason = mail(group, thread + 2, `Re: ${topic}`, `It turned out to be ${cause}. Nothing else was found.`);
      mail(group, thread + 3, `Re: ${topic}`, draws.pick(FILLER));
      const later = mail(
        `${group}-later`,
        thread + 20,
        'Catching up',
        `Closed ${reference} at last; in return they get ${gift}.`,
      );
      mail(`${group}-later`, thread + 21, 'Re: Catching up', draws.pick(FILLER));
      if (thread % 4 !== 0) continue;
      ask('single-hop', `Who is responsible for ${reference}?`, [opening]);
      ask('multi-hop', `What caused ${reference}?`, [opening, reason]);
      ask('multi-hop', `What compensation followed the ${topic} case that ${owner} handled?`, [opening, later]);
    }
  }
  return [...documents, ...queries];
}
