/**
 * Checks of single values that an event carries, by hand because they run for every event of every batch. Each returns the value, or
 * null after it has said what is wrong.
 */
import type { Instant } from '../domain/instant.ts';
import { DAY_MS } from '../domain/instant.ts';
import type { JsonObject } from '../domain/json.ts';
import { isCleanText } from '../domain/text.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import { unknownTypeDetail } from './event-catalogue.ts';
import type { FaultList } from './faults.ts';
import { parseRfc3339 } from './rfc3339.ts';

/** How far the clock of a sender may be ahead. */
export const TIME_AHEAD_MAX_MS = DAY_MS;
export const NAME_LENGTH_MAX = 256;

const SUBJECT_KINDS: ReadonlySet<string> = new Set(['account', 'contact', 'lead']);

/** An identifier or a source: 1 to 256 characters of clean text. */
export function checkName(value: unknown, pointer: string, faults: FaultList): string | null {
  if (typeof value !== 'string') {
    faults.add('invalid_request', pointer, value === undefined || value === null ? 'is required' : 'must be text');
    return null;
  }
  if (value.length === 0 || value.length > NAME_LENGTH_MAX) {
    faults.add('invalid_request', pointer, `must have 1 to ${NAME_LENGTH_MAX} characters`);
    return null;
  }
  if (!isCleanText(value)) {
    faults.add('invalid_request', pointer, 'must be well-formed text without control characters or surrounding spaces');
    return null;
  }
  return value;
}

/** `account/…`, `contact/…` or `lead/…`, where the rest is an identifier of the sender. */
export function checkSubject(value: unknown, pointer: string, faults: FaultList): string | null {
  if (typeof value === 'string') {
    const slash = value.indexOf('/');
    const id = value.slice(slash + 1);
    const isSubject = slash > 0 && SUBJECT_KINDS.has(value.slice(0, slash)) && id.length > 0;
    if (isSubject && id.length <= NAME_LENGTH_MAX && isCleanText(id)) return value;
  }
  faults.add(
    'invalid_request',
    pointer,
    `must be \`account/<id>\`, \`contact/<id>\` or \`lead/<id>\` with an id of 1 to ${NAME_LENGTH_MAX} clean characters`,
  );
  return null;
}

export function checkTime(value: unknown, pointer: string, now: Instant, faults: FaultList): Instant | null {
  const at = typeof value === 'string' ? parseRfc3339(value) : null;
  if (at === null) {
    faults.add('invalid_request', pointer, 'must be an RFC 3339 timestamp such as 2026-11-21T10:00:00Z');
    return null;
  }
  return checkNotAhead(at, pointer, now, faults);
}

export function checkNotAhead(at: Instant, pointer: string, now: Instant, faults: FaultList): Instant | null {
  if (at <= now + TIME_AHEAD_MAX_MS) return at;
  faults.add('time_in_future', pointer, 'is more than 24 hours ahead of the clock here');
  return null;
}

/**
 * The data of an event of this type. What comes back holds the same members, except a `__proto__` of its own, which would turn into
 * a prototype when somebody copies the object.
 */
export function checkTypeAndData(
  event: { readonly type: unknown; readonly data: unknown },
  pointers: { readonly type: string; readonly data: string },
  catalogue: EventCatalogue,
  faults: FaultList,
): { readonly type: string; readonly data: JsonObject } | null {
  const { type, data } = event;
  if (typeof type !== 'string') {
    faults.add('invalid_request', pointers.type, type === undefined || type === null ? 'is required' : 'must be text');
    return null;
  }
  const schema = catalogue.types.get(type);
  if (schema === undefined) {
    faults.add('unknown_type', pointers.type, unknownTypeDetail(catalogue));
    return null;
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    faults.add('invalid_request', pointers.data, 'must be a JSON object');
    return null;
  }
  const checked = schema.safeParse(data);
  if (!checked.success) {
    faults.addIssues(checked.error, pointers.data);
    return null;
  }
  return { type, data: checked.data as JsonObject };
}
