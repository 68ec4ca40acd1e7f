/**
 * Splits a file into lines without losing where each began. A line keeps its end, because inside a quoted cell the end belongs to the
 * value. Bytes, not text: what is not UTF-8 has to be reported by line, and only whole lines can be decoded.
 */
import { createReadStream } from 'node:fs';

import { GatehouseError } from '../../domain/errors.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** With the line's end, which the last line of a file may lack. */
  readonly bytes: Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** Longer lines than this are no rows: the file is something else. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Lines of a file in order. `seen` is given every byte, for a digest. Throws `usage` when the file cannot be read, is UTF-16, or has a
 * line over 16 MiB.
 */
export async function* readLines(path: string, seen: (bytes: Buffer) => void): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let first = true;
  for await (const chunk of chunksOf(path)) {
    seen(chunk);
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (first) {
      if (rest.length < UTF8_MARK.length) continue;
      rest = withoutMark(rest, path);
      first = false;
    }
    let start = 0;
    for (let end = lineEnd(rest, start); end !== -1; end = lineEnd(rest, start)) {
      number += 1;
      yield { number, bytes: rest.subarray(start, end) };
      start = end;
    }
    rest = rest.subarray(start);
    if (rest.length > LINE_BYTES_MAX) {
      throw new GatehouseError('usage', `${path}, line ${number + 1}: the line has more than 16 MiB.`);
    }
  }
  if (first) rest = withoutMark(rest, path);
  if (rest.length > 0) yield { number: number + 1, bytes: rest };
}

/** The position after the next line end, or -1 when there is none yet. */
function lineEnd(bytes: Buffer, start: number): number {
  const lf = bytes.indexOf(LF, start);
  const cr = bytes.subarray(start, lf === -1 ? bytes.length : lf).indexOf(CR);
  if (cr === -1) return lf === -1 ? -1 : lf + 1;
  const after = start + cr + 1;
  // Whether a line feed follows is not known before the next bytes are here.
  if (after === bytes.length) return -1;
  return bytes[after] === LF ? after + 1 : after;
}

function withoutMark(bytes: Buffer, path: string): Buffer {
  if (UTF16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
    throw new GatehouseError('usage', `${path} is encoded as UTF-16. Save it as UTF-8.`);
  }
  return bytes.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? bytes.subarray(UTF8_MARK.length) : bytes;
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'it may not be read' };
    const known = Object.entries(why).find(([code]) => code === error.code)?.[1];
    throw new GatehouseError('usage', `${path} cannot be read: ${known ?? error.message}.`, { cause: error });
  }
}
