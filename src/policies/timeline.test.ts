/** What a reader finds in a timeline, and its bounds. */
import { describe, expect, it } from 'vitest';

import type { EventData, EventType } from '../domain/event-types.ts';
import { asId } from '../domain/ids.ts';
import type { LedgerHeader } from '../domain/ledger-event.ts';
import { EMPTY_TIMELINE, OPEN_THREADS_MAX, TIMELINE_ENTRIES_MAX, TIMELINE_PEOPLE_MAX } from '../domain/timeline.ts';
import type { Timeline } from '../domain/timeline.ts';
import { stepTimeline, timelineOfPerson } from './timeline.ts';

interface Happened {
  readonly header: LedgerHeader;
  readonly data: unknown;
}

let seq = 0;
function happened<Type extends EventType>(
  type: Type,
  actor: string,
  at: number,
  data: Partial<EventData<Type>>,
): Happened {
  seq += 1;
  const [kind = '', id = ''] = actor.split('/');
  return {
    header: {
      partition: 1,
      seq,
      tenant: asId('t'),
      type,
      schemaVersion: 1,
      actor: { kind: kind as 'lead', id },
      actorSeq: seq,
      scope: asId('acc'),
      at,
      causation: null,
      correlation: asId('cor'),
      batch: null,
    },
    data,
  };
}

const signal = (person: string, what: EventData<'signal.received'>['signal_type'], at: number) =>
  happened('signal.received', `lead/${person}`, at, {
    signal_type: what,
    lane: 'inbound',
    occurred_at: at,
    history: false,
  });
const proposed = (action: string, person: string, at: number) =>
  happened('action.proposed', `action/${action}`, at, {
    action_type: 'outreach_push',
    channel: 'email',
    lane: 'tam',
    person,
  });
const executed = (action: string, at: number) =>
  happened('action.executed', `action/${action}`, at, { executed_at: at });
const reply = (person: string, at: number) =>
  happened('outcome.recorded', `lead/${person}`, at, {
    outcome_type: 'reply_positive',
    occurred_at: at,
    history: false,
  });

const after = (...events: readonly Happened[]): Timeline =>
  events.reduce((timeline, { header, data }) => stepTimeline(timeline, header, data), EMPTY_TIMELINE);

describe('what is open', () => {
  const kinds = (timeline: Timeline) => timeline.open.map((thread) => [thread.kind, thread.state ?? null]);

  it('is a request until the person was answered', () => {
    const asked = [signal('p', 'web.form_submitted', 1), signal('p', 'web.form_submitted', 2)];
    expect(kinds(after(...asked))).toEqual([['request', null]]);
    const sent = [...asked, proposed('a', 'p', 3), executed('a', 4)];
    expect(kinds(after(...sent))).toEqual([]);
    expect(kinds(after(...sent, reply('p', 5)))).toEqual([['reply', null]]);
    const elsewhere = happened('touch.recorded', 'lead/p', 6, { channel: 'email', occurred_at: 6, source: 'crm' });
    expect(kinds(after(...sent, reply('p', 5), elsewhere))).toEqual([]);
    expect(kinds(after(...asked, proposed('b', 'q', 3), executed('b', 4)))).toEqual([['request', null]]);
  });

  it('is an action until it ends, wherever it stands', () => {
    const held = happened('action.held', 'action/a', 2, { review: 'rev' });
    const passed = happened('action.passed', 'action/a', 3, { permit: 'per' });
    const begun = [proposed('a', 'p', 1), held];
    expect(kinds(after(...begun))).toEqual([['action', 'held']]);
    expect(kinds(after(...begun, happened('action.expired', 'action/a', 3, { what: 'review', id: 'other' })))).toEqual([
      ['action', 'held'],
    ]);
    expect(kinds(after(...begun, happened('action.expired', 'action/a', 3, { what: 'review', id: 'rev' })))).toEqual(
      [],
    );
    expect(kinds(after(...begun, happened('action.reviewed', 'action/a', 3, { decision: 'approve' })))).toEqual([
      ['action', 'proposed'],
    ]);
    expect(kinds(after(...begun, happened('action.reviewed', 'action/a', 3, { decision: 'reject' })))).toEqual([]);
    expect(kinds(after(proposed('a', 'p', 1), passed))).toEqual([['action', 'permitted']]);
    expect(kinds(after(proposed('a', 'p', 1), passed, happened('action.uncertain', 'action/a', 4, {})))).toEqual([
      ['action', 'uncertain'],
    ]);
    expect(kinds(after(proposed('a', 'p', 1), happened('state.reverted', 'action/a', 4, {})))).toEqual([]);
    const twice = after(proposed('a', 'p', 1), executed('a', 2));
    expect(stepTimeline(twice, executed('a', 3).header, executed('a', 3).data)).toBe(twice);
  });

  it('is a question until it is answered or taken back', () => {
    const asked = happened('note.recorded', 'account/acc', 1, {
      note: 'n',
      kind: 'question',
      person: 'p',
      observed_at: 1,
      replaces: null,
    });
    expect(kinds(after(asked))).toEqual([['question', null]]);
    expect(kinds(after(asked, happened('note.retracted', 'account/acc', 2, { note: 'n' })))).toEqual([]);
    expect(kinds(after(asked, proposed('a', 'p', 2), executed('a', 3)))).toEqual([]);
  });
});

it('keeps the last touches by channel and direction, a late one in its place', () => {
  const timeline = after(
    signal('p', 'web.page_viewed', 10),
    proposed('a', 'p', 11),
    executed('a', 12),
    reply('p', 20),
    signal('q', 'web.page_viewed', 5),
  );
  expect(Object.entries(timeline.touches).map(([key, touch]) => [key, touch.at, touch.person])).toEqual([
    ['web/in', 10, 'p'],
    ['email/out', 12, 'p'],
    ['email/in', 20, 'p'],
  ]);
  expect(timeline.entries.map((entry) => entry.at)).toEqual([5, 10, 12, 20]);
  const one = timelineOfPerson(timeline, 'q');
  expect([one.entries.length, Object.keys(one.touches), one.last_at]).toEqual([1, ['web/in'], 5]);
});

it('does not name the person everywhere where it is that of one person', () => {
  const alone = after(signal('acc', 'web.form_submitted', 1), proposed('a', 'acc', 2));
  expect(alone.people).toEqual({});
  expect(JSON.stringify(alone)).not.toContain('person');
  const executedNow = executed('a', 3);
  expect(stepTimeline(alone, executedNow.header, executedNow.data).open).toEqual([]);
});

it('counts the same signal in a row as one entry', () => {
  const timeline = after(
    ...[1, 2, 3].map((at) => signal('p', 'web.page_viewed', at)),
    signal('p', 'web.form_submitted', 4),
  );
  expect(timeline.entries).toMatchObject([{ at: 1, to: 3, count: 3 }, { at: 4 }]);
  expect(timeline.counts).toEqual({ 'signal.received': 4 });
  expect(timeline.people['p']?.signals).toBe(4);
});

it('has a bound for everything that grows', () => {
  const events = Array.from({ length: 200 }, (_, at) => [
    signal(`p${at}`, at % 2 === 0 ? 'web.form_submitted' : 'web.page_viewed', at),
    proposed(`a${at}`, `p${at}`, at),
  ]).flat();
  const timeline = after(...events);
  expect(timeline.entries).toHaveLength(TIMELINE_ENTRIES_MAX);
  expect(timeline.open).toHaveLength(OPEN_THREADS_MAX);
  expect(Object.keys(timeline.people)).toHaveLength(TIMELINE_PEOPLE_MAX);
  expect(timeline.people['p199']).toBeDefined();
  expect(JSON.stringify(timeline).length).toBeLessThan(30_000);
});

it('says nothing new about what a reader does not look for', () => {
  const timeline = after(signal('p', 'web.page_viewed', 1));
  const triaged = happened('signal.triaged', 'lead/p', 2, {});
  expect(stepTimeline(timeline, triaged.header, triaged.data)).toBe(timeline);
});
