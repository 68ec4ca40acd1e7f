/** Notes and timelines for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import type { NoteCommands } from '../actors/note-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import { isoOf } from '../domain/instant.ts';
import type { StoredNote } from '../domain/note.ts';
import type { Timeline } from '../domain/timeline.ts';
import type { NoteServices, NoteView, TimelineView } from '../gateway/note-services.port.ts';
import type { Caller } from '../gateway/services.port.ts';
import type { NoteReader } from '../memory/notes/note-reader.port.ts';
import type { TimelineReader } from '../memory/notes/timeline-reader.port.ts';
import { decodeCursor, pageOf } from '../memory/read/cursor.ts';
import type { StaleDays } from '../policies/staleness.ts';
import { isStale } from '../policies/staleness.ts';
import { timelineOfPerson } from '../policies/timeline.ts';
import { refuseAhead } from './refuse-ahead.ts';

export interface NoteParts {
  readonly clock: Clock;
  readonly commands: NoteCommands;
  readonly directory: Directory;
  readonly notes: NoteReader;
  readonly timelines: TimelineReader;
  readonly staleDays: StaleDays;
  readonly refuseIntake: () => void;
}

export function createNoteServices(parts: NoteParts): NoteServices {
  const { clock, commands, directory, notes, timelines, staleDays, refuseIntake } = parts;

  async function noteOf(caller: Caller, id: string): Promise<StoredNote> {
    const [note] = await notes.byIds(caller.tenant, [id]);
    if (note === undefined)
      throw new GatehouseError('not_found', `There is no note ${id}. The list of an account's notes names them.`);
    return note;
  }

  async function standing(caller: Caller, id: string): Promise<StoredNote> {
    const note = await noteOf(caller, id);
    if (note.retractedAt !== null)
      throw new GatehouseError('state_conflict', `The note ${id} was retracted already. Record a new one instead.`);
    return note;
  }

  async function subjectOf(caller: Caller, kind: 'account' | 'contact', externalId: string) {
    const found = await directory.find(caller.tenant, kind, externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no ${kind} ${externalId}.`);
    return found;
  }

  const view = (note: StoredNote): NoteView => noteView(note, isStale(note, staleDays, clock.now()));

  return {
    async recordNote(caller, { observed_at, valid_from, valid_to, ...rest }) {
      refuseIntake();
      if (observed_at !== null) refuseAhead(observed_at, clock.now(), '/observed_at');
      const known = new Set(
        (
          await notes.byIds(
            caller.tenant,
            rest.links.map((link) => link.to),
          )
        ).map((note) => String(note.id)),
      );
      const faults = rest.links.flatMap(({ to }, index) =>
        known.has(to) ? [] : [{ pointer: `/links/${index}/to`, detail: `there is no note ${to}` }],
      );
      if (faults.length > 0)
        throw new GatehouseError('invalid_request', 'A link leads to a note that does not exist.', { faults });
      return commands.record(caller.tenant, caller, {
        ...rest,
        observedAt: observed_at,
        validFrom: valid_from,
        validTo: valid_to,
      });
    },
    async getNote(caller, id) {
      const note = await noteOf(caller, id);
      const [edges, history] = await Promise.all([
        notes.links(caller.tenant, [id]),
        note.slot === null ? [] : notes.validity(caller.tenant, note.slot),
      ]);
      return {
        ...view(note),
        links: edges.map(({ from, to, type, weight }) => ({
          direction: String(from) === id ? 'out' : 'in',
          type,
          weight,
          note: String(from) === id ? to : from,
        })),
        history: history.map((version) => ({
          note: version.note,
          valid_from: isoOf(version.validFrom),
          valid_to: isoOrNull(version.validTo),
          recorded_from: isoOf(version.recordedFrom),
          recorded_to: isoOrNull(version.recordedTo),
        })),
      };
    },
    async verifyNote(caller, id, reason) {
      refuseIntake();
      await commands.verify(caller.tenant, caller, await standing(caller, id), randomUUID(), reason);
      return view(await noteOf(caller, id));
    },
    async correctNote(caller, id, { valid_from, valid_to, ...rest }) {
      refuseIntake();
      // A correction that is sent again finds its note retracted by itself, and must still be the same.
      return commands.correct(caller.tenant, caller, await noteOf(caller, id), {
        ...rest,
        validFrom: valid_from,
        validTo: valid_to,
      });
    },
    async retractNote(caller, id, reason) {
      refuseIntake();
      await commands.retract(caller.tenant, caller, await standing(caller, id), randomUUID(), reason);
      return view(await noteOf(caller, id));
    },
    async listNotes(caller, account, { limit, cursor, as_of, all }) {
      const { scope } = await subjectOf(caller, 'account', account);
      const [at, id] = cursor === null ? [] : decodeCursor(cursor, 2);
      const rows = await notes.list(caller.tenant, {
        scope,
        asOf: as_of ?? undefined,
        all,
        after: at === undefined || id === undefined ? undefined : [Number(at), String(id)],
        limit: limit + 1,
      });
      return pageOf(rows, limit, view, (note) => [note.recordedAt, note.id]);
    },
    async accountTimeline(caller, account) {
      const { id, scope } = await subjectOf(caller, 'account', account);
      return timelineView(await timelines.timeline(caller.tenant, scope), id, null);
    },
    async contactTimeline(caller, contact) {
      const { id, account, scope } = await subjectOf(caller, 'contact', contact);
      const timeline = await timelines.timeline(caller.tenant, scope);
      return timelineView(String(scope) === String(id) ? timeline : timelineOfPerson(timeline, id), account, id);
    },
  };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at));

export function noteView(note: StoredNote, stale: boolean): NoteView {
  return {
    id: note.id,
    kind: note.kind,
    account: note.account,
    person: note.person,
    predicate: note.predicate,
    text: note.content?.text ?? null,
    value: note.content?.value ?? null,
    confidence: note.confidence,
    authority: note.authority,
    rule: note.rule,
    by: note.by,
    source: note.source,
    ordinal: note.ordinal,
    provenance: note.provenance,
    event: note.event,
    observed_at: isoOf(note.observedAt),
    valid_from: isoOf(note.validFrom),
    valid_to: isoOrNull(note.validTo),
    recorded_at: isoOf(note.recordedAt),
    superseded_at: isoOrNull(note.supersededAt),
    retracted_at: isoOrNull(note.retractedAt),
    last_verified_at: isoOf(note.lastVerifiedAt),
    is_stale: stale,
  };
}

function timelineView(timeline: Timeline, account: string | null, person: string | null): TimelineView {
  const touches = (known: Timeline['touches']) =>
    Object.fromEntries(Object.entries(known).map(([key, touch]) => [key, { ...touch, at: isoOf(touch.at) }]));
  return {
    account,
    person,
    first_at: isoOrNull(timeline.first_at),
    last_at: isoOrNull(timeline.last_at),
    counts: timeline.counts,
    entries: timeline.entries.map(({ to, ...entry }) => ({
      ...entry,
      at: isoOf(entry.at),
      to: to === undefined ? undefined : isoOf(to),
    })),
    open: timeline.open.map((thread) => ({ ...thread, at: isoOf(thread.at) })),
    touches: touches(timeline.touches),
    people: Object.fromEntries(
      Object.entries(timeline.people).map(([id, line]) => [
        id,
        {
          ...line,
          last_at: isoOf(line.last_at),
          touches: Object.fromEntries(Object.entries(line.touches).map(([key, at]) => [key, isoOf(at)])),
        },
      ]),
    ),
  };
}
