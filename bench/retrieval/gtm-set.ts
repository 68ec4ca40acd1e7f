/**
 * A labelled set as a sales team would write it: 5,000 short notes about 125 accounts, and 300 questions whose answers are known because
 * the notes are made from a drawn world. Half of the questions need one note, said in other words. The other half need two: one that
 * names a person, partner, project or ticket of the account, and one about that thing which shares no word with the question.
 */
import { termsOf } from '../../src/stats/retrieval/tokens.ts';
import { MULTI_HOP, NOISE_ABOUT_THINGS, NOISE_OF_ACCOUNTS, SINGLE_HOP } from './gtm-templates.ts';
import type { MultiHop } from './gtm-templates.ts';
import { Draws, filled } from './set-parts.ts';
import type { SetDocument, SetLine, SetQuery } from './set-parts.ts';

const ACCOUNTS = 125;
const NOTES = 5_000;
const QUESTIONS = 300;
const SCOPE = 'gtm';
/** The share of questions that have no word of their note but the account's name. */
const PARAPHRASED_SHARE = 0.25;
/** Where no template fits, any does. */
const ATTEMPTS_MAX = 30;

type Values = Record<string, string>;

export function gtmSet(seed: string): readonly SetLine[] {
  const draws = new Draws(seed);
  const documents: { text: string; mark: string | null }[] = [];
  const drafts: { text: string; marks: readonly string[]; type: string }[] = [];
  const note = (text: string, mark: string | null = null) => documents.push({ text, mark });

  const shared = {
    competitors: Array.from({ length: 12 }, () => draws.unique(() => draws.name(2))),
    partners: Array.from({ length: 40 }, () => draws.unique(() => `${draws.name(2)} ${draws.pick(PARTNER_WORDS)}`)),
  };
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => worldOf(draws, index, shared));

  for (const [index, values] of accounts.entries()) {
    for (const [kind, fact] of SINGLE_HOP.entries()) {
      const mark = `s${index}-${kind}`;
      const [text, question] = pairOf(draws, fact.notes, fact.questions, values);
      note(text, mark);
      drafts.push({ text: question, marks: [mark], type: 'single-hop' });
    }
    for (const [kind, chain] of MULTI_HOP.entries()) {
      const made = chainOf(draws, chain, values);
      const marks = [`a${index}-${kind}`, `b${index}-${kind}`];
      note(made.bridge, marks[0]);
      note(made.answer, marks[1]);
      drafts.push({ text: made.question, marks, type: 'multi-hop' });
    }
  }
  while (documents.length < NOTES) {
    const values = draws.pick(accounts);
    note(filled(draws.pick(draws.chance(0.45) ? NOISE_ABOUT_THINGS : NOISE_OF_ACCOUNTS), values));
  }

  const placed = draws.shuffled(documents).slice(0, NOTES);
  const idOfMark = new Map<string, string>();
  const lines: SetDocument[] = placed.map(({ text, mark }, index) => {
    const id = `n${String(index).padStart(4, '0')}`;
    if (mark !== null) idOfMark.set(mark, id);
    return { kind: 'doc', id, scope: SCOPE, text };
  });
  const half = (type: string) => draws.shuffled(drafts.filter((draft) => draft.type === type)).slice(0, QUESTIONS / 2);
  const queries = [...half('single-hop'), ...half('multi-hop')].map((draft, index): SetQuery => ({
    kind: 'query',
    id: `q${String(index).padStart(3, '0')}`,
    scope: SCOPE,
    text: draft.text,
    relevant: draft.marks.map((mark) => idOfMark.get(mark) ?? mark),
    type: draft.type,
  }));
  return [...lines, ...queries];
}

const PARTNER_WORDS = ['Consulting', 'Partners', 'Group', 'Integrators', 'Advisory'];

function worldOf(draws: Draws, index: number, shared: { competitors: string[]; partners: string[] }): Values {
  const person = () => draws.unique(() => `${draws.name(2)} ${draws.name(2)}`);
  const values: Values = {
    account: draws.unique(() => draws.name(3)),
    budget: `$${20 + draws.below(400)},000`,
    seats: String(40 + draws.below(900)),
    month: draws.pick(
      'January February March April May June July August September October November December'.split(' '),
    ),
    quarter: `Q${1 + draws.below(4)} 2026`,
    competitor: draws.pick(shared.competitors),
    partner: draws.pick(shared.partners),
    project: draws.unique(() => `Project ${draws.name(2)}`),
    ticket: `SUP-${1_000 + index * 37 + draws.below(30)}`,
    city: draws.name(2),
    champion: person(),
    blocker: person(),
    sponsor: person(),
    leaver: person(),
    newcomer: person(),
    share: String(8 + draws.below(20)),
    weeks: String(3 + draws.below(20)),
    other: draws.name(3),
  };
  for (const role of ['champion', 'blocker', 'sponsor', 'leaver', 'newcomer']) {
    const [first = '', last = ''] = (values[role] ?? '').split(' ');
    values[`${role}First`] = first;
    values[`${role}Last`] = last;
  }
  return values;
}

/** A note and a question about it. Most of them share a word beside the account's name, and the others are wholly paraphrased. */
function pairOf(draws: Draws, notes: readonly string[], questions: readonly string[], values: Values) {
  const paraphrased = draws.chance(PARAPHRASED_SHARE);
  for (let attempt = 0; ; attempt += 1) {
    const note = draws.pick(notes);
    const question = draws.pick(questions);
    const asked = new Set(termsOf(filled(question, { ...values, account: '' })));
    const shares = termsOf(filled(note, { ...values, account: '' })).some((term) => asked.has(term));
    if (shares !== paraphrased || attempt > ATTEMPTS_MAX)
      return [filled(note, values), filled(question, values)] as const;
  }
}

/** A question, the note that leads on, and the answer; the answer has no term of the question. */
function chainOf(draws: Draws, chain: MultiHop, values: Values) {
  for (;;) {
    const [bridge, question] = pairOf(draws, chain.bridges, chain.questions, values);
    const answer = filled(draws.pick(chain.answers), values);
    const asked = new Set(termsOf(question));
    if (termsOf(answer).some((term) => asked.has(term))) continue;
    return { question, bridge, answer };
  }
}
