/**
 * Puts the records of all files into the one order in which they happened. Records of the same moment keep the order of the files in
 * the map, then of the files themselves, then of the lines: the same files always give the same sequence.
 */
import type { ImportRecord } from '../../gateway/services.port.ts';
import type { MappedRecord } from './apply-map.ts';

export interface PlacedRecord {
  readonly record: MappedRecord;
  /** Place of the file in the order of reading. */
  readonly file: number;
  readonly line: number;
}

export function mergeByTime(placed: readonly PlacedRecord[]): readonly ImportRecord[] {
  return placed
    .toSorted((left, right) => left.record.time - right.record.time || left.file - right.file || left.line - right.line)
    .map(({ record }, index) => ({ index, ...record }));
}

/** How many records travel together, and how many bytes of them: the services take more, but then progress shows nothing. */
const CHUNK_RECORDS = 500;
/** What the services take at most. */
const CHUNK_RECORDS_MAX = 10_000;
const CHUNK_BYTES_MAX = 8 * 1024 * 1024;
/** The names of a record's members and its numbers. */
const RECORD_BYTES = 256;
/** A character takes up to three bytes in UTF-8 for each of its UTF-16 units. */
const UNIT_BYTES_MAX = 3;

/**
 * Cuts the sequence where the time changes, so that what happened at one moment stays together. The cuts depend on the records only:
 * an import that goes on in the middle meets the same ones, which a simulation needs to end in the same state.
 */
export function chunksOf(records: readonly ImportRecord[]): readonly (readonly ImportRecord[])[] {
  const chunks: ImportRecord[][] = [];
  let chunk: ImportRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const units = record.dataText.length + record.id.length + record.subject.length;
    const size = units * UNIT_BYTES_MAX + RECORD_BYTES;
    const newMoment = record.time !== chunk.at(-1)?.time;
    const full = chunk.length >= CHUNK_RECORDS_MAX || bytes + size > CHUNK_BYTES_MAX;
    if (chunk.length > 0 && (full || (newMoment && chunk.length >= CHUNK_RECORDS))) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
