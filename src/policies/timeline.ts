/**
 * What one event changes in a timeline. A pure function of the timeline and the event, so the runtime, which keeps it, and a rebuild, which
 * checks it, come to the same. Events that tell a reader nothing (triage, observation, trust) change nothing.
 */
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { EventData } from '../domain/event-types.ts';
import { eventIdOf } from '../domain/ids.ts';
import type { LedgerHeader } from '../domain/ledger-event.ts';
import { OUTCOME_TYPE_SPECS } from '../domain/outcome-types.ts';
import { EMPTY_TIMELINE, OPEN_THREADS_MAX, TIMELINE_ENTRIES_MAX, TIMELINE_PEOPLE_MAX } from '../domain/timeline.ts';
import type { OpenThread, PersonLine, Timeline, TimelineEntry } from '../domain/timeline.ts';

/** What comes in by a channel of its own, and whether it asks for an answer. */
const INBOUND: Readonly<Record<string, { readonly channel: string; readonly asks: boolean } | undefined>> = {
  'web.page_viewed': { channel: 'web', asks: false },
  'web.form_submitted': { channel: 'web', asks: true },
  'chat.message_received': { channel: 'chat', asks: true },
  'chat.handoff_requested': { channel: 'chat', asks: true },
};

/** Outcomes after which nobody waits for an answer any more. */
const ENDS_THREADS: ReadonlySet<string> = new Set(['unsubscribe', 'complaint', 'meeting_booked', 'won', 'lost']);

/** The timeline after an event, or the same one when it tells nothing. */
export function stepTimeline(timeline: Timeline, header: LedgerHeader, data: unknown): Timeline {
  const change = new Change(timeline, header);
  switch (header.type) {
    case 'signal.received':
      change.signal(data as EventData<'signal.received'>);
      break;
    case 'outcome.recorded':
      change.outcome(data as EventData<'outcome.recorded'>);
      break;
    case 'outcome.corrected':
    case 'outcome.retracted':
      // What it set in motion stays as it happened: people did read the reply. The entry says that it was not what it seemed.
      change.enter(header.at, revisionOf(data as EventData<'outcome.corrected' | 'outcome.retracted'>));
      break;
    case 'touch.recorded': {
      const { channel, occurred_at, source } = data as EventData<'touch.recorded'>;
      change.enter(occurred_at, { channel, what: source });
      change.touch(channel, 'out', occurred_at, change.person);
      change.answered(change.person);
      break;
    }
    case 'effect.recovered': {
      const { channel, occurred_at, action_type } = data as EventData<'effect.recovered'>;
      change.enter(occurred_at, { channel, what: action_type });
      change.touch(channel, 'out', occurred_at, change.person);
      break;
    }
    case 'ownership.taken':
    case 'ownership.released':
    case 'state.restored':
      change.enter(header.at, {});
      break;
    case 'timeline.expired':
      return EMPTY_TIMELINE;
    case 'note.recorded':
      change.note(data as EventData<'note.recorded'>);
      break;
    case 'note.retracted':
      change.count();
      change.close((thread) => thread.ref === (data as EventData<'note.retracted'>).note);
      break;
    case 'state.reverted':
      change.enter(header.at, {});
      change.close((thread) => thread.kind === 'action' && thread.ref === header.actor.id);
      break;
    default:
      if (header.actor.kind !== 'action') return timeline;
      change.action(data);
  }
  return change.timeline;
}

/** What an outcome turned out to be, where a correction says so. */
function revisionOf(data: EventData<'outcome.corrected' | 'outcome.retracted'>): { readonly what?: string } {
  const what = 'changes' in data ? data.changes.outcome_type : undefined;
  return what === undefined ? {} : { what };
}

class Change {
  readonly #header: LedgerHeader;
  #timeline: Timeline;

  constructor(timeline: Timeline, header: LedgerHeader) {
    this.#timeline = timeline;
    this.#header = header;
  }

  get timeline(): Timeline {
    return this.#timeline;
  }

  /** The person that the event is about, where its actor is one. */
  get person(): string | undefined {
    const { kind, id } = this.#header.actor;
    return kind === 'lead' ? this.#named(id) : undefined;
  }

  /** A timeline of one person need not say at every place who that is. */
  #named(person: string | null): string | undefined {
    return person === null || person === String(this.#header.scope) ? undefined : person;
  }

  get #event(): string {
    return eventIdOf(this.#header.partition, this.#header.seq);
  }

  signal(data: EventData<'signal.received'>): void {
    const { person } = this;
    const { signal_type: what, occurred_at: at, lane } = data;
    this.enter(at, { what, lane });
    if (person !== undefined) this.#line(person, at, (line) => ({ ...line, signals: line.signals + 1 }));
    const inbound = INBOUND[what];
    if (inbound === undefined) return;
    this.touch(inbound.channel, 'in', at, person);
    if (inbound.asks && !data.history)
      this.#open({ kind: 'request', ref: this.#event, what, at, ...of(person), lane, channel: inbound.channel });
  }

  outcome({ outcome_type: what, occurred_at: at, history }: EventData<'outcome.recorded'>): void {
    const { person } = this;
    this.enter(at, { what });
    if (ENDS_THREADS.has(what)) this.answered(person);
    if (!OUTCOME_TYPE_SPECS[what].isReply) return;
    const channel = this.#lastChannelOut(person);
    this.touch(channel, 'in', at, person);
    if (!history) this.#open({ kind: 'reply', ref: this.#event, what, at, ...of(person), channel });
  }

  note({ note, kind, person, observed_at, replaces }: EventData<'note.recorded'>): void {
    this.count();
    if (replaces !== null) this.close((thread) => thread.ref === replaces);
    if (kind === 'question')
      this.#open({ kind: 'question', ref: note, what: 'note', at: observed_at, ...of(this.#named(person)) });
  }

  action(data: unknown): void {
    const { type, actor, at } = this.#header;
    const thread = this.#timeline.open.find((item) => item.kind === 'action' && item.ref === actor.id);
    if (type === 'action.proposed') {
      const { action_type: what, lane, channel, person } = data as EventData<'action.proposed'>;
      this.count();
      if (thread === undefined)
        this.#open({
          kind: 'action',
          ref: actor.id,
          what,
          at,
          ...of(this.#named(person)),
          state: 'proposed',
          lane,
          channel,
        });
      return;
    }
    // What comes about an action that has ended changes nothing, as with its machine.
    if (thread === undefined) return;
    const story = {
      what: thread.what,
      ...(thread.lane === undefined ? {} : { lane: thread.lane }),
      ...(thread.channel === undefined ? {} : { channel: thread.channel }),
      ...of(thread.person),
    };
    const end = (when = at): void => {
      this.enter(when, story);
      this.close((item) => item === thread);
    };
    const move = (state: OpenThread['state'], waitsFor?: string): void => {
      const { waits_for: _, ...rest } = thread;
      this.#replace(thread, {
        ...rest,
        ...(state === undefined ? {} : { state }),
        ...(waitsFor === undefined ? {} : { waits_for: waitsFor }),
      });
    };
    switch (type) {
      case 'action.passed':
        return move('permitted', (data as EventData<'action.passed'>).permit);
      case 'action.scheduled':
        return move('scheduled');
      case 'action.held':
        this.enter(at, story);
        return move('held', (data as EventData<'action.held'>).review);
      case 'action.due':
      case 'action.hastened':
        return move('proposed');
      case 'action.undone':
        return move('held', (data as EventData<'action.undone'>).review);
      case 'action.uncertain':
        this.enter(at, story);
        return move('uncertain', thread.waits_for);
      case 'action.resumed':
        return move('permitted', thread.waits_for);
      case 'action.reviewed': {
        const { decision } = data as EventData<'action.reviewed'>;
        if (decision === 'cancel' || (decision === 'reject' && thread.state === 'held')) return end();
        if (thread.state !== 'held') return undefined;
        this.enter(at, { ...story, what: decision });
        // Where several have to approve, it waits on, and expires as before.
        return move('proposed', thread.waits_for);
      }
      case 'action.expired':
        return (data as EventData<'action.expired'>).id === thread.waits_for ? end() : undefined;
      case 'action.denied':
      case 'action.shadowed':
      case 'action.failed':
        return end();
      case 'action.executed': {
        const { executed_at } = data as EventData<'action.executed'>;
        end(executed_at);
        const spec = ACTION_TYPE_SPECS[thread.what as keyof typeof ACTION_TYPE_SPECS];
        if (!spec.touch) return undefined;
        this.touch(spec.channel, 'out', executed_at, thread.person);
        return this.answered(thread.person);
      }
      default:
        return undefined;
    }
  }

  count(): void {
    const { type } = this.#header;
    const { counts } = this.#timeline;
    this.#timeline = { ...this.#timeline, counts: { ...counts, [type]: (counts[type] ?? 0) + 1 } };
  }

  /** Counts the event and enters it where its time belongs. */
  enter(at: number, story: Omit<TimelineEntry, 'type' | 'at' | 'ref'>): void {
    this.count();
    const { type, actor } = this.#header;
    const ref = actor.kind === 'action' ? actor.id : this.#event;
    const { first_at, last_at } = this.#timeline;
    this.#timeline = {
      ...this.#timeline,
      first_at: Math.min(first_at ?? at, at),
      last_at: Math.max(last_at ?? at, at),
      entries: withEntry(this.#timeline.entries, { type, at, ...of(this.person), ...story, ref }),
    };
  }

  touch(channel: string, direction: 'in' | 'out', at: number, person: string | undefined): void {
    const key = `${channel}/${direction}`;
    const { touches } = this.#timeline;
    if ((touches[key]?.at ?? -Infinity) <= at)
      this.#timeline = { ...this.#timeline, touches: { ...touches, [key]: { at, ref: this.#event, ...of(person) } } };
    if (person !== undefined)
      this.#line(person, at, (line) => ({
        ...line,
        touches: { ...line.touches, [key]: Math.max(line.touches[key] ?? at, at) },
      }));
  }

  /** Nobody waits for an answer to this person any more; without a person, to anybody. */
  answered(person: string | undefined): void {
    this.close((thread) => thread.kind !== 'action' && (person === undefined || thread.person === person));
  }

  close(ends: (thread: OpenThread) => boolean): void {
    const open = this.#timeline.open.filter((thread) => !ends(thread));
    if (open.length < this.#timeline.open.length) this.#timeline = { ...this.#timeline, open };
  }

  /** One thread for each thing that a person waits for; the oldest leaves when there are too many. */
  #open(thread: OpenThread): void {
    const { open } = this.#timeline;
    const waits = open.some(
      (item) =>
        item.kind === 'request' &&
        thread.kind === 'request' &&
        item.what === thread.what &&
        item.person === thread.person,
    );
    if (!waits) this.#timeline = { ...this.#timeline, open: [...open, thread].slice(-OPEN_THREADS_MAX) };
  }

  #replace(thread: OpenThread, by: OpenThread): void {
    this.#timeline = { ...this.#timeline, open: this.#timeline.open.map((item) => (item === thread ? by : item)) };
  }

  #line(person: string, at: number, change: (line: PersonLine) => PersonLine): void {
    const known = this.#timeline.people[person] ?? { signals: 0, last_at: at, touches: {} };
    const people = { ...this.#timeline.people, [person]: { ...change(known), last_at: Math.max(known.last_at, at) } };
    this.#timeline = { ...this.#timeline, people: withoutOldest(people) };
  }

  #lastChannelOut(person: string | undefined): string {
    const { people, touches } = this.#timeline;
    const times =
      person === undefined
        ? Object.entries(touches).map(([key, touch]) => [key, touch.at] as const)
        : Object.entries(people[person]?.touches ?? {});
    const out = times.filter(([key]) => key.endsWith('/out')).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return out[0] === undefined ? 'unknown' : out[0][0].slice(0, -'/out'.length);
  }
}

function of(person: string | undefined): { readonly person?: string } {
  return person === undefined ? {} : { person };
}

function withEntry(entries: readonly TimelineEntry[], entry: TimelineEntry): readonly TimelineEntry[] {
  let index = entries.length;
  while (index > 0 && (entries[index - 1]?.at ?? 0) > entry.at) index -= 1;
  const before = entries[index - 1];
  if (
    entry.type === 'signal.received' &&
    before !== undefined &&
    isSame(before, entry) &&
    (before.to ?? before.at) <= entry.at
  )
    return entries.with(index - 1, { ...before, to: entry.at, count: (before.count ?? 1) + 1 });
  return entries.toSpliced(index, 0, entry).slice(-TIMELINE_ENTRIES_MAX);
}

function isSame(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.type === b.type && a.what === b.what && a.person === b.person && a.lane === b.lane;
}

function withoutOldest(people: Timeline['people']): Timeline['people'] {
  const ids = Object.keys(people);
  if (ids.length <= TIMELINE_PEOPLE_MAX) return people;
  const [oldest] = ids.toSorted((a, b) => (people[a]?.last_at ?? 0) - (people[b]?.last_at ?? 0) || (a < b ? -1 : 1));
  return Object.fromEntries(Object.entries(people).filter(([id]) => id !== oldest));
}

/** The part of a timeline that is about one person. Of the counts only that of signals is kept by person. */
export function timelineOfPerson(timeline: Timeline, person: string): Timeline {
  const line = timeline.people[person];
  const entries = timeline.entries.filter((entry) => entry.person === person);
  const first = entries[0]?.at ?? null;
  const times = [...entries.map((entry) => entry.to ?? entry.at), ...(line === undefined ? [] : [line.last_at])];
  return {
    ...timeline,
    first_at: first,
    last_at: times.length === 0 ? null : Math.max(...times),
    counts: line === undefined ? {} : { 'signal.received': line.signals },
    entries,
    open: timeline.open.filter((thread) => thread.person === person),
    touches: Object.fromEntries(
      Object.entries(line?.touches ?? {}).map(([key, at]) => {
        const touch = timeline.touches[key];
        return [key, touch?.person === person ? touch : { at, person }];
      }),
    ),
    people: line === undefined ? {} : { [person]: line },
  };
}
