/**
 * Rows of an import. They are checked like events, by the same catalogues, and like events they are all or nothing: a request with
 * one wrong row applies none.
 */
import { GatehouseError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import { OUTCOME_CATALOGUE, SIGNAL_CATALOGUE } from './event-catalogue.ts';
import { checkName, checkNotAhead, checkSubject, checkTypeAndData } from './event-checks.ts';
import { FaultList, pointerOf } from './faults.ts';
import { parseBody } from './request-body.ts';
import type { RawBody } from './request-body.ts';
import type { ImportRecord } from './services.port.ts';

export const RECORDS_MAX = 10_000;

const MEMBERS: ReadonlySet<string> = new Set(['index', 'kind', 'id', 'type', 'subject', 'time', 'data', 'window_ms']);
/** What a JavaScript date can say, in milliseconds. */
const TIME_MAX_MS = 8.64e15;

/** Throws a `GatehouseError` that names everything that is wrong. */
export function receiveRecords(body: RawBody, now: Instant): readonly ImportRecord[] {
  if (body.isEmpty) throw new GatehouseError('malformed_json', 'The body is empty; an array of rows is expected.');
  const { value, scan } = parseBody(body, 'data', RECORDS_MAX);
  if (!Array.isArray(value)) throw new GatehouseError('invalid_request', 'The body must be an array of rows.');
  const faults = new FaultList();
  const records: ImportRecord[] = [];
  for (const [index, row] of (value as readonly unknown[]).entries()) {
    if (faults.isFull) break;
    const record = readRecord(row, scan.memberTexts[index] ?? null, `/${index}`, now, faults);
    if (record !== null) records.push(record);
  }
  faults.throwIfAny();
  return records;
}

function readRecord(
  value: unknown,
  dataText: string | null,
  base: string,
  now: Instant,
  faults: FaultList,
): ImportRecord | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add('invalid_request', base, 'must be a row: a JSON object');
    return null;
  }
  const row = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(row)) {
    if (!MEMBERS.has(name))
      faults.add('invalid_request', pointerOf(base, [name]), 'is not a member that is known here');
  }
  const index = checkCount(row['index'], `${base}/index`, faults);
  const id = checkName(row['id'], `${base}/id`, faults);
  const subject = checkSubject(row['subject'], `${base}/subject`, faults);
  const time = checkMillis(row['time'], `${base}/time`, now, faults);
  const kind = row['kind'];
  const windowMs = row['window_ms'] ?? null;
  const window = windowMs === null ? null : checkCount(windowMs, `${base}/window_ms`, faults);
  const catalogue = catalogueOf(kind);
  if (catalogue === null) {
    faults.add('invalid_request', `${base}/kind`, 'must be signal or outcome');
    return null;
  }
  const typed = checkTypeAndData(
    { type: row['type'], data: row['data'] },
    { type: `${base}/type`, data: `${base}/data` },
    catalogue,
    faults,
  );
  if (index === null || id === null || subject === null || time === null || typed === null || dataText === null)
    return null;
  return {
    index,
    kind: kind === 'signal' ? 'signal' : 'outcome',
    id,
    type: typed.type,
    subject,
    time,
    data: typed.data,
    dataText,
    window_ms: window,
  };
}

function catalogueOf(kind: unknown): EventCatalogue | null {
  if (kind === 'signal') return SIGNAL_CATALOGUE;
  return kind === 'outcome' ? OUTCOME_CATALOGUE : null;
}

function checkCount(value: unknown, pointer: string, faults: FaultList): number | null {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  faults.add('invalid_request', pointer, 'must be a whole number from 0');
  return null;
}

function checkMillis(value: unknown, pointer: string, now: Instant, faults: FaultList): Instant | null {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > TIME_MAX_MS) {
    faults.add('invalid_request', pointer, 'must be milliseconds since 1970, as a whole number');
    return null;
  }
  return checkNotAhead(value, pointer, now, faults);
}
