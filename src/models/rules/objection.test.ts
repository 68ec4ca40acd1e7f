import { describe, expect, it } from 'vitest';

import type { DecisionInput, DecisionObjection } from '../../actors/decision-engine.port.ts';
import { choiceSchema } from '../../domain/candidate.ts';
import type { Example } from '../../domain/example.ts';
import { OBJECTION_TOPICS } from '../../domain/note.ts';
import { namesNobody } from '../../policies/names-nobody.ts';
import { similarExamples } from '../../policies/similar-examples.ts';
import { MONDAY_NOON, TIER_1_BUYER } from './decision-input.fixture.ts';
import { ANSWERS } from './objection.ts';
import { createRulesEngine } from './rules-engine.ts';

const engine = createRulesEngine();

const PRICE: DecisionObjection = { note: 'nt_1', topic: 'price', own: false, persona: 'champion', at: MONDAY_NOON };

function decided(changes: Partial<DecisionInput>, objection: DecisionObjection | null = PRICE) {
  const { choice, content } = engine.decide({
    ...TIER_1_BUYER,
    ...changes,
    objections: objection === null ? [] : [objection],
  });
  expect(choiceSchema.parse(choice)).toEqual(choice);
  return { type: choice.candidates[choice.chosen]?.action_type, notes: choice.notes, reason: choice.reason, content };
}

describe('an objection about the price', () => {
  it('is answered to who decides about it, and says why', () => {
    const { type, notes, reason, content } = decided({});
    expect(type).toBe('outreach_push');
    expect(notes).toEqual([
      {
        note: 'nt_1',
        why: 'It was raised by somebody of the committee (champion) about the price, which this person decides: the draft answers it.',
      },
    ]);
    expect(reason).toContain('an objection about the price is open');
    expect(content?.['body']).toContain(ANSWERS.price);
    expect(decided({}, null).content?.['body']).not.toContain(ANSWERS.price);
  });

  it.each(['champion', 'technical_evaluator'] as const)('keeps the %s from being written to', (persona) => {
    expect(decided({ persona }, null).type).toBe('outreach_push');
    const { type, notes, content } = decided({ persona });
    expect(type).toBe('crm_update');
    expect(content?.['task']).toBe('Answer the objection before anybody else is written to');
    expect(notes?.[0]?.why).toContain('nobody else is written to before it is answered');
  });

  it('gives whoever raised it to a person of ours', () => {
    const { type, notes } = decided({}, { ...PRICE, own: true });
    expect(type).toBe('crm_update');
    expect(notes?.[0]?.why).toContain('This person raised it');
  });

  it('is not cited where it makes no difference', () => {
    const { type, notes } = decided({ relations: { competitor: true } });
    expect(type).toBe('suppress_channel');
    expect(notes).toBeUndefined();
  });

  it('was not known to the first version', () => {
    const first = engine.earlier?.find(({ version }) => version === 'rules@1');
    const input: DecisionInput = { ...TIER_1_BUYER, persona: 'champion', objections: [PRICE] };
    expect(first!.decide(input).choice).toEqual(first!.decide({ ...input, objections: [] }).choice);
  });
});

describe('a touch of a sequence', () => {
  const place = { step: 2, of: 3, purpose: 'Ask again.' };
  const touch = (changes: Partial<DecisionInput>, objection: DecisionObjection | null = PRICE) => {
    const input = { ...TIER_1_BUYER, ...changes, objections: objection === null ? [] : [objection] };
    const draft = engine.draft('outreach_push', input, place);
    return { body: draft?.content['body'], notes: draft?.notes, example: draft?.example };
  };

  it('answers an objection to who decides about it or raised it, and says why', () => {
    expect(touch({}).body).toContain(ANSWERS.price);
    expect(touch({}).notes).toEqual([
      { note: 'nt_1', why: 'It was raised by somebody of the committee about the price: the draft answers it.' },
    ]);
    expect(touch({ persona: 'user' }, { ...PRICE, own: true }).notes?.[0]?.why).toContain('This person raised it');
    expect(touch({}, null)).toMatchObject({ notes: undefined, example: null });
  });

  it('does not speak of what somebody else objected to who does not decide, or of what it has no answer to', () => {
    expect(touch({ persona: 'user' }).body).toBe(touch({ persona: 'user' }, null).body);
    expect(touch({ persona: 'user' }).notes?.[0]?.why).toContain('which others decide: the draft does not speak of it');
    const need = touch({ persona: 'champion' }, { ...PRICE, topic: 'need' });
    expect(need.body).toBe(touch({ persona: 'champion' }, null).body);
    expect(need.notes?.[0]?.why).toContain('no answer');
  });

  it('has the wording that people approved, and the way out', () => {
    const example: Example = {
      id: 'p1-1',
      action_type: 'outreach_push',
      step: 2,
      signal: 'play:play_1',
      persona: 'economic_buyer',
      segment: null,
      objection: null,
      edited: true,
      approved_at: MONDAY_NOON,
      content: { subject: 'A', body: 'B' },
    };
    expect(touch({ examples: [example] }, null)).toMatchObject({
      body: expect.stringMatching(/^B\n\n.*unsubscribe/) as string,
      example: 'p1-1',
    });
    const erased = touch({ examples: [{ ...example, content: null }] }, null);
    expect(erased).toMatchObject({ body: touch({}, null).body, example: 'p1-1' });
    expect(touch({ examples: [{ ...example, action_type: 'linkedin_push' }] }, null).example).toBeNull();
  });
});

it('an approved text is an example only where the same objection stood', () => {
  const example: Example = {
    id: 'p1-1',
    action_type: 'outreach_push',
    step: 1,
    signal: 'web.page_viewed',
    persona: 'champion',
    segment: null,
    objection: null,
    edited: true,
    approved_at: MONDAY_NOON,
    content: { subject: 'A', body: 'B' },
  };
  const situation = {
    signal: 'web.page_viewed',
    persona: 'champion',
    segment: null,
    step: 1,
    objection: null,
  } as const;
  expect(similarExamples([example], situation)).toEqual([example]);
  expect(similarExamples([example], { ...situation, objection: 'price' })).toEqual([]);
  expect(similarExamples([{ ...example, objection: 'price' }], { ...situation, objection: 'price' })).toHaveLength(1);
});

it.each(OBJECTION_TOPICS)('the answer to %s names nobody', (topic) => {
  expect(namesNobody({ body: ANSWERS[topic] ?? '' })).toBe(true);
});
