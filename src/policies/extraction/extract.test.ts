/** What the rules read out of sentences, where exactly, and what they leave alone. */
import { describe, expect, it, test } from 'vitest';

import { asId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import { extractNotes } from './extract.ts';
import { passagesOf, sentencesOf } from './passages.ts';
import { RULES } from './rules.ts';

/** A hash that is good enough for names in a test. */
const digest = (text: string): string =>
  Array.from(text)
    .reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0, 2_166_136_261)
    .toString(16)
    .padStart(24, '0');

function extracted(data: JsonObject, changes: Partial<Parameters<typeof extractNotes>[0]> = {}) {
  return extractNotes(
    {
      identity: { tenant: asId('t'), source: '/test', id: 'm1' },
      data,
      account: 'acc_1',
      person: 'con_1',
      occurredAt: 1_000,
      accountFacts: undefined,
      contactFacts: undefined,
      stage: undefined,
      ...changes,
    },
    digest,
  );
}

/** Rule, sentence, and the value that it finds; null where the sentence as a whole counts; `-` where it finds nothing. */
const SENTENCES: readonly (readonly [rule: string, sentence: string, value: string | null])[] = [
  ['budget.stated', 'Our budget for this is around 50,000 EUR.', '50,000 EUR'],
  ['budget.stated', 'We have €40k set aside for it.', '€40k'],
  ['budget.stated', 'We could spend up to $1.2 million.', '$1.2 million'],
  ['budget.stated', 'The budget is not clear yet.', '-'],
  ['budget.stated', 'It costs 50 EUR per seat.', '-'],
  ['timeline.stated', 'We want to decide by Q3 2027.', 'Q3 2027'],
  ['timeline.stated', 'The plan is to go live in March.', 'March'],
  ['timeline.stated', 'We met in March.', '-'],
  ['contract_end.stated', 'Our contract with them ends in June 2027.', 'June 2027'],
  ['contract_end.stated', 'The renewal is due next quarter.', 'next quarter'],
  ['contract_end.stated', 'The contract is long.', '-'],
  ['employees.stated', 'We are about 250 people.', '250'],
  ['employees.stated', 'We have 1,200 employees in two countries.', '1,200'],
  ['employees.stated', 'There were 20 people in the call.', '-'],
  ['title.stated', "I'm the VP of Operations at Hooli.", 'VP of Operations'],
  ['title.stated', 'I am CFO here.', 'CFO'],
  ['title.stated', 'I am happy to talk.', '-'],
  ['owner.stated', 'Account owner: Dana Reed', 'Dana Reed'],
  ['owner.stated', 'The account manager is now Kim Lee.', 'Kim Lee'],
  ['owner.stated', 'The account is old.', '-'],
  ['stage.stated', 'Moved the deal to negotiation today.', 'negotiation'],
  ['stage.stated', 'We spoke about negotiation.', '-'],
  ['competitor.named', 'We currently use Salesforce for that.', 'Salesforce'],
  ['competitor.named', 'How do you compare to Outreach?', 'Outreach'],
  ['competitor.named', 'We use it daily.', '-'],
  ['pricing.mentioned', 'What is the price per seat?', null],
  ['pricing.mentioned', 'We priced nothing.', '-'],
  ['objection.raised', 'That is too expensive for us.', null],
  ['objection.raised', 'I have concerns about data residency.', null],
  ['objection.raised', 'That sounds good.', '-'],
  ['question.asked', 'Does it support SSO?', null],
  ['question.asked', 'Why?', '-'],
];

describe('the rules', () => {
  test.each(SENTENCES)('%s in: %s', (name, sentence, value) => {
    const rule = RULES.find((item) => item.name === name);
    const found = rule?.find(sentence);
    expect(found === null ? '-' : found?.value).toBe(value);
    const quoted = found === null || found === undefined ? '' : sentence.slice(found.from, found.to);
    expect(quoted).toBe(value === '-' ? '' : (value ?? quoted));
  });

  it('are all tried, each with something that it must leave alone', () => {
    for (const { name } of RULES) {
      const own = SENTENCES.filter(([rule]) => rule === name).map(([, , value]) => value);
      expect([name, own.includes('-'), own.some((value) => value !== '-')]).toEqual([name, true, true]);
    }
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  });

  it('take no longer than the text is long', () => {
    for (const text of [
      'a '.repeat(50_000),
      'budget '.repeat(14_000),
      '9'.repeat(100_000),
      'X'.repeat(100_000),
      'Aa '.repeat(33_000),
    ]) {
      const started = performance.now();
      extracted({ text });
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});

describe('a text', () => {
  it('is cut into passages that stand where they say', () => {
    const text = `Ana: hello there.\nBen: hi.\n\n${'We need this by March. '.repeat(100)}\nThe end.`;
    const passages = passagesOf(text);
    expect(passages.length).toBeGreaterThan(3);
    for (const { text: part, from, to } of passages) expect(text.slice(from, to)).toBe(part);
    expect(passages.slice(0, 2).map((passage) => passage.text)).toEqual([
      'Ana: hello there.',
      expect.stringMatching(/^Ben: hi\./),
    ]);
    for (const sentence of sentencesOf(text)) expect(text.slice(sentence.from, sentence.to)).toBe(sentence.text);
  });

  it('gives evidence, and what is derived from it, with one source and in order', () => {
    const notes = extracted({ text: 'We have a budget of 5,000 USD.', conversation: 'thread-7' });
    expect(notes.map(({ record }) => [record.kind, record.predicate, record.rule])).toEqual([
      ['evidence', null, 'passage'],
      ['fact', 'budget', 'budget.stated'],
    ]);
    expect(notes[1]?.record.links).toEqual([{ to: notes[0]?.record.note, type: 'derived_from', weight: 1 }]);
    expect(new Set(notes.map(({ record }) => record.source)).size).toBe(1);
    const [later] = extracted({ text: 'Yes.', conversation: 'thread-7' }, { occurredAt: 2_000 });
    expect(later?.record.source).toBe(notes[0]?.record.source);
    expect(later?.record.ordinal).toBeGreaterThan(notes[1]?.record.ordinal ?? Infinity);
  });

  it('is bounded', () => {
    expect(extracted({ text: 'Is it so? And so? And why?\n\n'.repeat(3_000) }).length).toBe(200);
  });
});

it('takes what a record states, of the account under the key of the account', () => {
  const notes = extracted(
    { owner: 'Dana Reed' },
    { accountFacts: { employees: 5, vertical: 'SaaS' }, contactFacts: { title: 'CFO' }, stage: 'proposal' },
  );
  expect(
    notes.map(({ record, content }) => [record.predicate, content.value, record.person, record.value_hash !== null]),
  ).toEqual([
    ['employees', '5', null, true],
    ['vertical', 'SaaS', null, true],
    ['owner', 'Dana Reed', null, false],
    ['stage', 'proposal', null, false],
    ['title', 'CFO', 'con_1', false],
  ]);
  expect(extracted({ page: 'blog' })).toEqual([]);
});
