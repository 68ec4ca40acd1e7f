/** Objections as accounts and people keep them: raised again, taken back, brought along by a merge, and gone with the person. */
import { describe, expect, test } from 'vitest';

import type { EventData, MachineEvent } from '../domain/event-types.ts';
import { accountDefinition } from './account/account.machine.ts';
import { eventOf, givenFor } from './given.fixture.ts';
import { leadDefinition } from './lead/lead.machine.ts';
import { restoredState } from './restored-state.ts';
import { carriedBy, EMPTY_SUBJECT, unitedSubject } from './subject-context.ts';
import type { SubjectContext } from './subject-context.ts';
import { AT, signal } from './subject-events.fixture.ts';

function noted(note: string, changes: Partial<EventData<'note.recorded'>> = {}): MachineEvent {
  const data: EventData<'note.recorded'> = {
    note,
    kind: 'objection',
    account: 'acc_1',
    person: 'per_1',
    predicate: null,
    source: 'src_1',
    ordinal: 0,
    confidence: 0.7,
    authority: 'rule',
    observed_at: AT,
    valid_from: AT,
    valid_to: null,
    rule: 'objection.raised',
    by: 'rule:objection.raised',
    value_hash: null,
    provenance: [],
    links: [],
    replaces: null,
    topic: 'price',
    persona: 'champion',
    ...changes,
  };
  return eventOf('note.recorded', data, AT);
}
const retracted = (note: string) =>
  eventOf('note.retracted', { note, slot: null, by: 'person:rea', reason: 'wrong' }, AT);
const standing = (context: unknown) =>
  (unitedSubject(context as SubjectContext).objections ?? []).map(({ note }) => note);

describe.each([accountDefinition, leadDefinition])('$kind', (definition) => {
  const given = givenFor(definition);
  const after = (...events: MachineEvent[]) => standing(given(signal(), ...events).state.context);

  test('keeps what was raised, with its topic and who raised it', () => {
    expect(given(noted('nt_1')).state.context['objections']).toEqual([
      { note: 'nt_1', topic: 'price', person: 'per_1', persona: 'champion', at: AT },
    ]);
    expect(after(noted('nt_1'), noted('nt_2', { topic: 'timing' }), noted('nt_3', { person: 'per_2' }))).toEqual([
      'nt_1',
      'nt_2',
      'nt_3',
    ]);
  });

  test('knows nothing of notes from before, and of other kinds', () => {
    const {
      topic: _topic,
      persona: _persona,
      ...before
    } = (noted('nt_1') as { data: EventData<'note.recorded'> }).data;
    const context = given(signal(), eventOf('note.recorded', before, AT)).state.context;
    expect(context['objections']).toBeUndefined();
  });

  test('keeps the latest of one person about one topic, and only so many', () => {
    expect(after(noted('nt_1'), noted('nt_2'))).toEqual(['nt_2']);
    const earlier = { observed_at: AT - 5 };
    expect(after(noted('nt_1'), noted('nt_2', earlier), noted('nt_3', { ...earlier, topic: 'timing' }))).toEqual([
      'nt_3',
      'nt_1',
    ]);
    const many = Array.from({ length: 30 }, (_, index) => noted(`nt_${index}`, { person: `per_${index}` }));
    expect(after(...many)).toEqual(many.slice(10).map((_, index) => `nt_${index + 10}`));
  });

  test('lets go of what was taken back, corrected or superseded', () => {
    expect(after(noted('nt_1'), retracted('nt_1'))).toEqual([]);
    expect(after(noted('nt_1'), noted('nt_2', { person: 'per_2', replaces: 'nt_1' }))).toEqual(['nt_2']);
    const answered: Partial<EventData<'note.recorded'>> = {
      kind: 'conclusion',
      links: [{ to: 'nt_1', type: 'supersedes', weight: 1 }],
      person: null,
    };
    const { topic: _topic, ...conclusion } = (noted('nt_9', answered) as { data: EventData<'note.recorded'> }).data;
    expect(after(noted('nt_1'), eventOf('note.recorded', conclusion, AT))).toEqual([]);
  });

  test('brings its objections along with a merge, from where they can be taken back too', () => {
    const other = { note: 'nt_7', topic: 'security', person: 'per_7', persona: null, at: AT } as const;
    const carried = carriedBy({ ...EMPTY_SUBJECT, objections: [other] });
    const joins = eventOf('identity.joined', { merge: 'mrg_1', absorbed: 'acc_2', carried }, AT);
    expect(after(noted('nt_1'), joins)).toEqual(['nt_7', 'nt_1']);
    expect(after(noted('nt_1'), joins, retracted('nt_7'))).toEqual(['nt_1']);
  });

  test('keeps what was objected since when it goes back to a checkpoint', () => {
    const then = given(signal()).state;
    const now = given(signal(), noted('nt_1')).state;
    expect(standing(restoredState(then, now).context)).toEqual(['nt_1']);
    expect(standing(restoredState(now, given(signal(), noted('nt_1'), retracted('nt_1')).state).context)).toEqual([]);
  });
});

test('a person who objects to being pursued, or is erased, keeps none', () => {
  const given = givenFor(leadDefinition);
  const data = { by: 'person:rea', reason: 'asked for it' };
  for (const type of ['subject.objected', 'subject.erased'] as const)
    expect(given(signal(), noted('nt_1'), eventOf(type, data, AT)).state.context['objections']).toEqual([]);
});
