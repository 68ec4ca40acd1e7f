/**
 * Arrays as binary parameters. The text form of an array has to be quoted and escaped here and parsed again in the server; the binary
 * form is copied on both sides. The element type stands in the statement's own cast, `$1::text[]`.
 *
 * Source: PostgreSQL, array_recv (ndim, flags, element type, then length and lower bound per dimension, then length and bytes per element).
 */
import { Buffer } from 'node:buffer';

type Element = string | number | boolean | null | Date;

interface ElementType {
  readonly oid: number;
  /** Bytes of one element; null for text, whose elements differ. */
  readonly width: number | null;
}

const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  bool: { oid: 16, width: 1 },
  bigint: { oid: 20, width: 8 },
  smallint: { oid: 21, width: 2 },
  int: { oid: 23, width: 4 },
  text: { oid: 25, width: null },
  float8: { oid: 701, width: 8 },
};
const HEADER_BYTES = 20;
const UTF8_BYTES_MAX = 3;
const TWO_POW_32 = 2 ** 32;

/** The element types of a statement's array parameters, by position from 0; undefined where a parameter has no such cast. */
export function arrayTypesOf(text: string): readonly (string | undefined)[] {
  const types: (string | undefined)[] = [];
  for (const [, position, type] of text.matchAll(/\$(\d+)::([a-z0-9]+)\[\]/g)) {
    if (type !== undefined && type in ELEMENT_TYPES) types[Number(position) - 1] = type;
  }
  return types;
}

/** Bytes of the array when its text is plain ASCII, as nearly all of it is. */
function likelyBytes(values: readonly Element[], width: number | null): number {
  let bytes = HEADER_BYTES + values.length * (4 + (width ?? 0));
  if (width === null)
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? null;
      bytes += value === null ? 0 : String(value).length;
    }
  return bytes;
}

/** The buffer itself when `bytes` more fit at `offset`, and a larger one that begins with the same bytes otherwise. */
function withRoom(buffer: Buffer, offset: number, bytes: number): Buffer {
  if (offset + bytes <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(Math.max(offset + bytes, 2 * buffer.length));
  buffer.copy(larger, 0, 0, offset);
  return larger;
}

/** Bytes of one text; counted only where the most that it can need is more than there is `left`. */
function textBytes(text: string, left: number): number {
  const most = text.length * UTF8_BYTES_MAX;
  return most <= left ? most : Buffer.byteLength(text, 'utf8');
}

function writeElement(buffer: Buffer, offset: number, type: string, value: string | number | boolean | Date): number {
  switch (type) {
    case 'bool':
      return buffer.writeUInt8(value === true ? 1 : 0, offset);
    case 'smallint':
      return buffer.writeInt16BE(Number(value), offset);
    case 'int':
      return buffer.writeInt32BE(Number(value), offset);
    case 'float8':
      return buffer.writeDoubleBE(Number(value), offset);
    case 'bigint': {
      const integer = Number(value);
      if (!Number.isSafeInteger(integer)) throw new TypeError(`not an integer that the database can take: ${integer}`);
      buffer.writeInt32BE(Math.floor(integer / TWO_POW_32), offset);
      return buffer.writeUInt32BE(integer >>> 0, offset + 4);
    }
    default:
      return offset + buffer.write(String(value), offset, 'utf8');
  }
}

/** The binary form of a one-dimensional array of `type`, one of the names that `arrayTypesOf` gives. */
export function binaryArray(type: string, values: readonly Element[]): Buffer {
  const spec = ELEMENT_TYPES[type];
  if (spec === undefined) throw new TypeError(`no binary form for arrays of ${type}`);
  let buffer: Buffer = Buffer.allocUnsafe(likelyBytes(values, spec.width));
  let hasNull = 0;
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(spec.oid, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = values.length === 0 ? 12 : HEADER_BYTES;
  // Arrays of many kinds come here, and an iterator over those is made anew for each of their elements.
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? null;
    if (value === null) {
      hasNull = 1;
      buffer = withRoom(buffer, offset, 4);
      offset = buffer.writeInt32BE(-1, offset);
      continue;
    }
    buffer = withRoom(buffer, offset, 4 + (spec.width ?? textBytes(String(value), buffer.length - offset - 4)));
    const end = writeElement(buffer, offset + 4, type, value);
    buffer.writeInt32BE(end - offset - 4, offset);
    offset = end;
  }
  buffer.writeInt32BE(hasNull, 4);
  return buffer.subarray(0, offset);
}
