/** Notes and timelines of a running server, over its REST interface. */
import { isoOf } from '../domain/instant.ts';
import type { NoteDetail, NoteServices, NoteView, TimelineView } from '../gateway/note-services.port.ts';
import type { Page } from '../gateway/services.port.ts';
import { queryOf, withoutNulls } from './query.ts';

export function httpNoteServices(
  call: <Result>(method: string, path: string, body?: unknown) => Promise<Result>,
): NoteServices {
  const part = encodeURIComponent;
  return {
    recordNote: (_caller, input) => call('POST', '/v1/notes', withTimes(input)),
    getNote: (_caller, id) => call<NoteDetail>('GET', `/v1/notes/${part(id)}`),
    verifyNote: (_caller, id, reason) =>
      call<NoteView>('POST', `/v1/notes/${part(id)}/verifications`, withoutNulls({ reason })),
    correctNote: (_caller, id, input) => call('POST', `/v1/notes/${part(id)}/corrections`, withTimes(input)),
    retractNote: (_caller, id, reason) => call<NoteView>('POST', `/v1/notes/${part(id)}/retractions`, { reason }),
    listNotes: (_caller, account, { limit, cursor, as_of: asOf, all }) =>
      call<Page<NoteView>>(
        'GET',
        `/v1/accounts/${part(account)}/notes${queryOf({
          limit: String(limit),
          cursor,
          as_of: asOf === null ? null : isoOf(asOf),
          all: all ? 'true' : null,
        })}`,
      ),
    accountTimeline: (_caller, account) => call<TimelineView>('GET', `/v1/accounts/${part(account)}/timeline`),
    contactTimeline: (_caller, contact) => call<TimelineView>('GET', `/v1/contacts/${part(contact)}/timeline`),
  };
}

interface Timed {
  readonly observed_at?: number | null;
  readonly valid_from: number | null;
  readonly valid_to: number | null;
}

function withTimes(input: Timed): object {
  const { observed_at: observed = null, valid_from: from, valid_to: to, ...rest } = input;
  const iso = (at: number | null): string | null => (at === null ? null : isoOf(at));
  return withoutNulls({ ...rest, observed_at: iso(observed), valid_from: iso(from), valid_to: iso(to) });
}
