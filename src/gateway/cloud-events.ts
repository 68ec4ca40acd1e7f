/**
 * CloudEvents 1.0 over HTTP: one event or a batch in JSON (structured mode), or the envelope in `ce-…` headers with the data as the
 * body (binary mode). A batch is all or nothing, so every event is checked before any is handed on.
 *
 * Source: CloudEvents 1.0.2, its JSON event format and its HTTP protocol binding.
 */
import type { IncomingHttpHeaders } from 'node:http';

import { GatehouseError } from '../domain/errors.ts';
import type { Fault } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import { checkName, checkSubject, checkTime, checkTypeAndData } from './event-checks.ts';
import { FaultList, pointerOf } from './faults.ts';
import { trimJson } from './json-span.ts';
import { parseMediaType } from './media-type.ts';
import { parseBody } from './request-body.ts';
import type { ParsedBody, RawBody } from './request-body.ts';
import type { EventInput } from './services.port.ts';

export const STRUCTURED_TYPE = 'application/cloudevents+json';
export const BATCH_TYPE = 'application/cloudevents-batch+json';
export const EVENT_MEDIA_TYPES = ['application/json', STRUCTURED_TYPE, BATCH_TYPE] as const;
export const EVENTS_MAX = 1_000;

/** Where an event stood, so that a fault can point to it: alone, in a batch, or with its envelope in headers. */
export type ContentMode = 'single' | 'batch' | 'binary';

export interface ReceivedEvents {
  readonly mode: ContentMode;
  readonly events: readonly EventInput[];
}

interface Border {
  readonly catalogue: EventCatalogue;
  readonly now: Instant;
}

type Envelope = Readonly<Record<string, unknown>>;

const NO_DATA = '{}';

/** Attributes that have a meaning here. Every other one is an extension. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);

/** Throws a `GatehouseError` that names everything that is wrong. */
export function receiveEvents(body: RawBody, headers: IncomingHttpHeaders, border: Border): ReceivedEvents {
  const mediaType = parseMediaType(headers['content-type'])?.type ?? 'application/json';
  if (mediaType === 'application/json' && isBinary(headers)) return receiveBinary(body, headers, border);

  if (body.isEmpty) throw new GatehouseError('malformed_json', 'The body is empty; an event or a batch is expected.');
  const parsed = parseBody(body, 'data', EVENTS_MAX);
  const isBatch = Array.isArray(parsed.value);
  if (mediaType === STRUCTURED_TYPE && isBatch) {
    throw new GatehouseError(
      'invalid_request',
      `The body is an array; send a batch as ${BATCH_TYPE} or application/json.`,
    );
  }
  if (mediaType === BATCH_TYPE && !isBatch) {
    throw new GatehouseError(
      'invalid_request',
      `The body is no array; send one event as ${STRUCTURED_TYPE} or application/json.`,
    );
  }
  const faults = new FaultList();
  const mode = isBatch ? 'batch' : 'single';
  const events = isBatch
    ? readBatch(parsed, border, faults)
    : [readEvent(parsed.value, dataTextOf(parsed, 0), '', border, faults)];
  faults.throwIfAny();
  return { mode, events: events.filter((event) => event !== null) };
}

/** Faults of the services point into the array of events; the sender needs them to point into the body. */
export function repointFaults(faults: readonly Fault[], mode: ContentMode): readonly Fault[] {
  if (mode === 'batch') return faults;
  const prefix = mode === 'single' ? /^\/0(?=\/|$)/ : /^\/0(?:\/data)?(?=\/|$)/;
  return faults.map((fault) => ({ ...fault, pointer: fault.pointer.replace(prefix, '') }));
}

function readBatch(parsed: ParsedBody, border: Border, faults: FaultList): (EventInput | null)[] {
  const values = parsed.value as readonly unknown[];
  const events: (EventInput | null)[] = [];
  for (const [index, value] of values.entries()) {
    if (faults.isFull) break;
    events.push(readEvent(value, dataTextOf(parsed, index), `/${index}`, border, faults));
  }
  return events;
}

function dataTextOf({ scan }: ParsedBody, index: number): string | null {
  return scan.memberTexts[index] ?? null;
}

function readEvent(
  value: unknown,
  dataText: string | null,
  base: string,
  border: Border,
  faults: FaultList,
): EventInput | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add('invalid_request', base, 'must be a CloudEvent: a JSON object');
    return null;
  }
  const envelope = value as Envelope;
  checkEnvelope(envelope, base, faults);
  if (isSet(envelope['data_base64'])) {
    faults.add('invalid_request', `${base}/data_base64`, 'is not supported: send the data as a JSON object in `data`');
    return null;
  }
  const data = dataText === null ? {} : envelope['data'];
  return readAttributes(envelope, { value: data, text: dataText ?? NO_DATA }, pointersIn(base), border, faults);
}

function receiveBinary(body: RawBody, headers: IncomingHttpHeaders, border: Border): ReceivedEvents {
  const faults = new FaultList();
  const envelope = envelopeOf(headers, faults);
  const parsed = body.isEmpty ? null : parseBody(body, 'data', Number.POSITIVE_INFINITY);
  checkEnvelope(envelope, HEADER, faults);
  const data = parsed === null ? { value: {}, text: NO_DATA } : { value: parsed.value, text: trimJson(parsed.text) };
  const event = readAttributes(envelope, data, pointersIn(HEADER, ''), border, faults);
  faults.throwIfAny();
  return { mode: 'binary', events: event === null ? [] : [event] };
}

/** Marks a fault in a header: a JSON pointer cannot point there, so it names the header instead. */
const HEADER = 'ce-';

function isBinary(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined || headers['ce-type'] !== undefined;
}

function pointersIn(base: string, data = `${base}/data`): (attribute: string) => string {
  return (attribute) => {
    if (attribute === 'data') return data;
    return base === HEADER ? `${HEADER}${attribute}` : `${base}/${attribute}`;
  };
}

/** The attributes that are checked and then not needed: version, content type and extensions. */
function checkEnvelope(envelope: Envelope, base: string, faults: FaultList): void {
  const pointerTo = pointersIn(base);
  if (envelope['specversion'] !== '1.0') {
    faults.add('invalid_request', pointerTo('specversion'), "must be '1.0'");
  }
  const { datacontenttype, dataschema } = envelope as {
    readonly datacontenttype?: unknown;
    readonly dataschema?: unknown;
  };
  if (isSet(datacontenttype) && !isJsonType(datacontenttype)) {
    faults.add(
      'invalid_request',
      pointerTo('datacontenttype'),
      'must be application/json: the data of an event is a JSON object',
    );
  }
  if (isSet(dataschema) && typeof dataschema !== 'string') {
    faults.add('invalid_request', pointerTo('dataschema'), 'must be text');
  }
  for (const name of Object.keys(envelope)) {
    if (KNOWN_ATTRIBUTES.has(name) || typeof envelope[name] !== 'object' || envelope[name] === null) continue;
    faults.add(
      'invalid_request',
      pointerOf(base, [name]),
      'is an extension attribute and must be text, a number or a boolean',
    );
  }
}

function readAttributes(
  envelope: Envelope,
  data: { readonly value: unknown; readonly text: string },
  pointerTo: (attribute: string) => string,
  { catalogue, now }: Border,
  faults: FaultList,
): EventInput | null {
  const id = checkName(envelope['id'], pointerTo('id'), faults);
  const source = checkName(envelope['source'], pointerTo('source'), faults);
  const subject = checkSubject(envelope['subject'], pointerTo('subject'), faults);
  const time = isSet(envelope['time']) ? checkTime(envelope['time'], pointerTo('time'), now, faults) : null;
  const typed = checkTypeAndData(
    { type: envelope['type'], data: data.value },
    { type: pointerTo('type'), data: pointerTo('data') },
    catalogue,
    faults,
  );
  if (id === null || source === null || subject === null || typed === null) return null;
  return { id, source, subject, time, type: typed.type, data: typed.data, dataText: data.text };
}

/** The JSON format lets a sender write null for an attribute that it does not set. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isJsonType(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const type = parseMediaType(value)?.type ?? '';
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

/** Attributes of binary mode. Their values are percent-encoded UTF-8, possibly quoted. */
function envelopeOf(headers: IncomingHttpHeaders, faults: FaultList): Envelope {
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(HEADER) || value === undefined) continue;
    const text = decodeHeader(typeof value === 'string' ? value : value.join(', '));
    if (text === null) faults.add('invalid_request', name, 'must be percent-encoded UTF-8');
    else attributes.set(name.slice(HEADER.length), text);
  }
  return Object.fromEntries(attributes);
}

function decodeHeader(value: string): string | null {
  const unquoted = /^".*"$/s.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value;
  try {
    // Node hands bytes over as Latin-1.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(unquoted, 'latin1'));
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
