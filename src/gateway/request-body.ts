/**
 * Takes a body off the wire as bytes and turns it into JSON, or says clearly why not. Everything that a body can do wrong before it
 * has a meaning is decided here: its type, its size, its encoding, its depth, its grammar.
 *
 * A body that is too large is not answered by closing the connection: the client would lose the answer to the reset that follows.
 * The rest of it is read and thrown away instead.
 */
import type { IncomingMessage } from 'node:http';

import type { FastifyRequest } from 'fastify';

import { GatehouseError } from '../domain/errors.ts';
import { FaultList, pointerOf } from './faults.ts';
import { scanJson } from './json-span.ts';
import type { JsonScan } from './json-span.ts';
import { isUtf8, parseMediaType } from './media-type.ts';

export const BODY_BYTES_MAX = 1_048_576;
export const IMPORT_BYTES_MAX = 16 * 1_048_576;
export const JSON_DEPTH_MAX = 64;

/** The bytes of a body; null when there were more than allowed. */
export class RawBody {
  readonly bytes: Buffer | null;
  readonly limit: number;
  constructor(bytes: Buffer | null, limit: number) {
    this.bytes = bytes;
    this.limit = limit;
  }

  get isEmpty(): boolean {
    return this.bytes?.length === 0;
  }
}

/** JSON that was read, with what was seen in its text. */
export interface ParsedBody {
  readonly text: string;
  readonly value: unknown;
  readonly scan: JsonScan;
}

/** Refuses what must not even be read: a wrong type, a compression, a size that is announced and too large. */
export function checkBodyHeaders(request: FastifyRequest, accepted: readonly string[], limit: number): void {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return;

  const mediaType = parseMediaType(headers['content-type']);
  if (mediaType === null || !accepted.includes(mediaType.type) || !isUtf8(mediaType)) {
    const got =
      mediaType === null ? 'There is no `Content-Type`.' : 'The `Content-Type` is not one of them, or not in UTF-8.';
    throw new GatehouseError('unsupported_media_type', `This path takes ${accepted.join(', ')}. ${got}`);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new GatehouseError(
      'unsupported_media_type',
      'A body with a `Content-Encoding` is not supported: send it uncompressed.',
    );
  }
  if (Number(length) > limit) throw tooLarge(limit);
}

/** Reads a body to its end, but keeps no more than `limit` bytes of it. */
export function readBody(stream: IncomingMessage, limit: number): Promise<RawBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      stop();
      // The stream keeps flowing with nobody listening, so the rest is thrown away and the client can read the answer.
      stream.resume();
      stream.on('error', () => undefined);
      resolve(new RawBody(null, limit));
    };
    const onEnd = (): void => {
      stop();
      resolve(new RawBody(Buffer.concat(chunks, size), limit));
    };
    const onError = (error: Error): void => {
      stop();
      reject(new GatehouseError('invalid_request', 'The body ended before it was complete.', { cause: error }));
    };
    const onClose = (): void => onError(new Error('closed before the end'));
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses a body; `member` is the member whose exact text will be wanted, and `countMax` the most elements that it may have. */
export function parseBody(body: RawBody, member: string, countMax: number): ParsedBody {
  if (body.bytes === null) throw tooLarge(body.limit);
  let text: string;
  try {
    text = utf8.decode(body.bytes);
  } catch (cause) {
    throw new GatehouseError('malformed_json', 'The body is not valid UTF-8.', { cause });
  }
  const scan = scanJson(text, member, JSON_DEPTH_MAX);
  if (scan.tooDeep) {
    throw new GatehouseError('too_deep', `The body nests more than ${JSON_DEPTH_MAX} levels of objects and arrays.`);
  }
  if (scan.count > countMax) {
    throw new GatehouseError('too_many_events', `The batch has ${scan.count} elements; ${countMax} are allowed.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatehouseError('malformed_json', describeSyntaxError(cause), { cause });
  }
  if (scan.wideNumber) refuseInfinite(value);
  return { text, value, scan };
}

function tooLarge(limit: number): GatehouseError {
  return new GatehouseError('too_large', `The body is larger than ${limit} bytes, the most that this path takes.`);
}

/** Says where reading stopped, but does not repeat the body, as the engine's own message would. */
function describeSyntaxError(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const place = /at position \d+ \((line \d+ column \d+)\)/.exec(message)?.[1];
  if (place !== undefined) return `The body is not valid JSON: reading stopped at ${place}.`;
  if (message.includes('end of JSON input')) return 'The body is not valid JSON: it ends too early.';
  return 'The body is not valid JSON.';
}

/** `JSON.parse` reads 1e999 as infinity, which no JSON can say again. */
function refuseInfinite(value: unknown): void {
  const faults = new FaultList();
  const visit = (item: unknown, pointer: string): void => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      faults.add('invalid_request', pointer, 'is a number too large to be kept');
    } else if (typeof item === 'object' && item !== null) {
      for (const [key, member] of Object.entries(item)) visit(member, pointerOf(pointer, [key]));
    }
  };
  visit(value, '');
  faults.throwIfAny();
}
