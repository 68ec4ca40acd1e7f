/**
 * Reads the rows of a CSV or JSONL file, one after the other, each with the line on which it begins. A row that is broken is told and
 * left out, and reading goes on with the next line: one stray quote must not swallow the rest of a file.
 */
import { basename } from 'node:path';

import { CsvError, parse } from 'csv-parse/sync';

import { GatehouseError } from '../../domain/errors.ts';
import { readLines } from './read-lines.ts';
import type { Line } from './read-lines.ts';

/** CSV has text only; JSONL also has the other values. */
export type Cell = string | number | boolean | null;

export interface Row {
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

export type Reading =
  /** Comes once and first, from the header of a CSV file. */
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'fault'; readonly line: number; readonly detail: string };

const FORMATS: Readonly<Record<string, 'csv' | 'tsv' | 'jsonl'>> = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/** Records that are parsed together: starting the parser costs as much as several rows. */
const BLOCK_RECORDS = 500;
/** A quoted cell over more lines than this is a quote that was never closed. */
const RECORD_LINES_MAX = 1_000;
const QUOTE = 0x22;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws `usage` when the file cannot be read or has no header. `seen` is given every byte. */
export function readRows(path: string, seen: (bytes: Buffer) => void): AsyncGenerator<Reading> {
  const extension = /\.([a-z]+)$/i.exec(basename(path))?.[1]?.toLowerCase() ?? '';
  const lines = readLines(path, seen);
  switch (FORMATS[extension]) {
    case 'csv':
      return readCsv(path, lines, ',');
    case 'tsv':
      return readCsv(path, lines, '\t');
    case 'jsonl':
      return readJsonLines(lines);
    default:
      throw new GatehouseError('usage', `${path}: the name must end in .csv, .tsv, .jsonl or .ndjson.`);
  }
}

async function* readCsv(path: string, lines: AsyncIterable<Line>, delimiter: string): AsyncGenerator<Reading> {
  let columns: readonly string[] | null = null;
  let block: TextRecord[] = [];
  for await (const item of textRecords(lines, delimiter)) {
    if ('detail' in item) {
      if (columns === null) throw new GatehouseError('usage', `${path}, line ${item.line}: ${item.detail}.`);
      yield* rowsOf(block, columns, delimiter);
      block = [];
      yield { kind: 'fault', ...item };
    } else if (columns === null) {
      columns = headerOf(parseRecord(item.text, delimiter), path);
      yield { kind: 'columns', columns };
    } else {
      block.push(item);
      if (block.length < BLOCK_RECORDS) continue;
      yield* rowsOf(block, columns, delimiter);
      block = [];
    }
  }
  if (columns === null) throw new GatehouseError('usage', `${path} is empty: the first line must name the columns.`);
  yield* rowsOf(block, columns, delimiter);
}

interface TextRecord {
  readonly line: number;
  readonly text: string;
}

interface Broken {
  readonly line: number;
  readonly detail: string;
}

/**
 * Joins lines to records: a record ends where its quotes are even. What does not parse as one record is broken at its first line, and
 * the lines after that one are read anew.
 */
async function* textRecords(lines: AsyncIterable<Line>, delimiter: string): AsyncGenerator<TextRecord | Broken> {
  const source = lines[Symbol.asyncIterator]();
  const again: Line[] = [];
  const next = async (): Promise<Line | null> => {
    const line = again.shift();
    if (line !== undefined) return line;
    const result = await source.next();
    return result.done === true ? null : result.value;
  };

  for (let line = await next(); line !== null; line = await next()) {
    const parts = [line];
    let open = quotesAreOdd(line.bytes);
    while (open && parts.length < RECORD_LINES_MAX) {
      const more = await next();
      if (more === null) break;
      parts.push(more);
      if (quotesAreOdd(more.bytes)) open = false;
    }
    const record = recordOf(parts, delimiter, open);
    if (record === null) continue;
    yield record;
    if ('detail' in record) again.unshift(...parts.slice(1));
  }
}

/** Null for a line without anything. */
function recordOf(parts: readonly Line[], delimiter: string, open: boolean): TextRecord | Broken | null {
  const [first] = parts;
  if (first === undefined) return null;
  const line = first.number;
  if (open) return { line, detail: 'a quote is opened and never closed' };
  const text = decoded(parts);
  if (text === null) return { line, detail: 'is not UTF-8' };
  if (text.trim() === '') return null;
  // A record of one line is parsed in its block; one of several lines may have been joined wrongly.
  if (parts.length > 1 && parseRecord(text, delimiter) === null) return { line, detail: 'its quotes are misplaced' };
  return { line, text };
}

function* rowsOf(block: readonly TextRecord[], columns: readonly string[], delimiter: string): Generator<Reading> {
  const parsed = parseAll(block, delimiter);
  for (const [index, { line, text }] of block.entries()) {
    const values = parsed === null ? parseRecord(text, delimiter) : parsed[index];
    if (values === undefined || values === null) {
      yield { kind: 'fault', line, detail: 'its quotes are misplaced' };
    } else if (values.length !== columns.length) {
      yield { kind: 'fault', line, detail: `has ${values.length} cells, and the header has ${columns.length} columns` };
    } else {
      yield { kind: 'row', row: { line, cells: new Map(columns.map((name, at) => [name, values[at] ?? ''])) } };
    }
  }
}

/** Null when one of them is broken, so that they have to be looked at one by one. */
function parseAll(block: readonly TextRecord[], delimiter: string): readonly (readonly string[])[] | null {
  const text = block.map((record) => (/[\r\n]$/.test(record.text) ? record.text : `${record.text}\n`)).join('');
  const records = parseText(text, delimiter);
  return records?.length === block.length ? records : null;
}

function parseRecord(text: string, delimiter: string): readonly string[] | null {
  const records = parseText(text, delimiter);
  return records?.length === 1 ? (records[0] ?? null) : null;
}

function parseText(text: string, delimiter: string): readonly (readonly string[])[] | null {
  try {
    return parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function headerOf(names: readonly string[] | null, path: string): readonly string[] {
  if (names === null) throw new GatehouseError('usage', `${path}, line 1: the quotes of the header are misplaced.`);
  const columns = names.map((name, index) => (name.trim() === '' ? `column ${index + 1}` : name.trim()));
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new GatehouseError('usage', `${path}, line 1: the column ${JSON.stringify(repeated)} is named twice.`);
  }
  return columns;
}

async function* readJsonLines(lines: AsyncIterable<Line>): AsyncGenerator<Reading> {
  for await (const line of lines) {
    const text = decoded([line]);
    if (text === null) {
      yield { kind: 'fault', line: line.number, detail: 'is not UTF-8' };
      continue;
    }
    if (text.trim() === '') continue;
    const value = jsonOf(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield { kind: 'fault', line: line.number, detail: 'is not a JSON object' };
      continue;
    }
    const cells = new Map<string, Cell>();
    addCells(value, '', cells);
    yield { kind: 'row', row: { line: line.number, cells } };
  }
}

/** Members of inner objects become columns such as `address.city`; a list becomes its JSON text. */
function addCells(value: object, prefix: string, cells: Map<string, Cell>): void {
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
      addCells(member, `${prefix}${name}.`, cells);
    } else {
      cells.set(`${prefix}${name}`, Array.isArray(member) ? JSON.stringify(member) : (member as Cell));
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(parts: readonly Line[]): string | null {
  try {
    return parts.map(({ bytes }) => decoder.decode(bytes)).join('');
  } catch {
    return null;
  }
}

function quotesAreOdd(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}
