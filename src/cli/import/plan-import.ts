/**
 * Reads all files of an import and works out what they would bring in: the records in order, what is wrong with the rest, and what the
 * map leaves out. Nothing is written. Everything else about an import starts from this plan.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

import { GatehouseError } from '../../domain/errors.ts';
import type { Fault } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ImportRecord } from '../../gateway/services.port.ts';
import { RowMapper } from './apply-map.ts';
import { contentDigest } from './digest.ts';
import { fileMapFor, mappedColumns, neededColumns, policyOf } from './map-schema.ts';
import type { FileMap, ImportMap } from './map-schema.ts';
import { mergeByTime } from './merge-by-time.ts';
import type { PlacedRecord } from './merge-by-time.ts';
import { readRows } from './read-rows.ts';

export interface RowFault {
  readonly file: string;
  readonly line: number;
  readonly detail: string;
}

export interface PlannedFile {
  readonly name: string;
  /** Which entry of the map it follows, from 0. */
  readonly entry: number;
  readonly sha256: string;
  readonly rows: number;
  readonly records: number;
  /** Columns that the map neither reads nor ignores. */
  readonly unmapped_columns: readonly string[];
}

export interface ImportPlan {
  readonly map: ImportMap;
  readonly policy: Policy | null;
  /** Over files and map. */
  readonly content: string;
  readonly files: readonly PlannedFile[];
  readonly records: readonly ImportRecord[];
  /** In the order of files and lines. */
  readonly faults: readonly RowFault[];
}

export interface PlanRequest {
  readonly map: ImportMap;
  readonly mapPath: string;
  readonly paths: readonly string[];
  readonly now: Instant;
  /** Told about the rows that were read so far. */
  readonly progress: (rows: number) => void;
}

const PROGRESS_ROWS = 1_000;

interface Source {
  readonly path: string;
  readonly name: string;
  readonly entry: number;
  readonly file: FileMap;
}

/** Throws `usage` when a file cannot be read, follows no entry of the map, or lacks a column. */
export async function planImport(request: PlanRequest): Promise<ImportPlan> {
  const { map, mapPath } = request;
  const sources = sourcesOf(request);
  const placed: PlacedRecord[] = [];
  const faults: RowFault[] = [];
  const files: PlannedFile[] = [];
  const firstUse = new Map<string, string>();
  let rowsBefore = 0;
  for (const [place, source] of sources.entries()) {
    const found = await readSource(source, request, rowsBefore);
    rowsBefore += found.rows;
    let records = 0;
    for (const { line, mapped } of found.mapped) {
      if (mapped.kind === 'fault') {
        faults.push({ file: source.name, line, detail: mapped.detail });
        continue;
      }
      const { id, kind } = mapped.record;
      const used = firstUse.get(id);
      if (used !== undefined) {
        faults.push({ file: source.name, line, detail: `the id of this ${kind} was used before, in ${used}` });
        continue;
      }
      firstUse.set(id, `${source.name} line ${line}`);
      placed.push({ record: mapped.record, file: place, line });
      records += 1;
    }
    const { name, entry } = source;
    files.push({ name, entry, sha256: found.sha256, rows: found.rows, records, unmapped_columns: found.unmapped });
  }
  return {
    map,
    policy: policyOf(map, mapPath),
    content: contentDigest(map, files),
    files,
    records: mergeByTime(placed),
    faults,
  };
}

/** The files in the order of the map, then of their names, so that the order on the command line does not matter. */
function sourcesOf({ map, paths }: PlanRequest): readonly Source[] {
  const faults: Fault[] = [];
  const sources: Source[] = [];
  for (const path of paths) {
    const name = basename(path);
    const found = fileMapFor(map, name);
    if (found === null) {
      const patterns = map.files.map((file) => file.match).join(', ');
      faults.push({ pointer: path, detail: `matches no file of the map, which has ${patterns}` });
    } else {
      sources.push({ path, name, entry: found.index, file: found.file });
    }
  }
  if (faults.length > 0) throw new GatehouseError('usage', 'The map does not say how to read every file.', { faults });
  return sources.toSorted((left, right) => left.entry - right.entry || compare(left.name, right.name));
}

type MappedRow = { readonly line: number; readonly mapped: ReturnType<RowMapper['map']> };

interface SourceReading {
  readonly mapped: readonly MappedRow[];
  readonly rows: number;
  readonly sha256: string;
  readonly unmapped: readonly string[];
}

async function readSource(source: Source, request: PlanRequest, rowsBefore: number): Promise<SourceReading> {
  const mapper = new RowMapper(source.file, request.map.time_zone, request.now);
  const hash = createHash('sha256');
  const mapped: MappedRow[] = [];
  const columns = new Set<string>();
  let fromHeader = false;
  for await (const item of readRows(source.path, (bytes) => hash.update(bytes))) {
    if (item.kind === 'columns') {
      fromHeader = true;
      for (const column of item.columns) columns.add(column);
      refuseMissing(source, mappedColumns(source.file), columns);
      continue;
    }
    if (item.kind === 'fault') {
      mapped.push({ line: item.line, mapped: { kind: 'fault', detail: item.detail } });
    } else {
      if (!fromHeader) for (const column of item.row.cells.keys()) columns.add(column);
      mapped.push({ line: item.row.line, mapped: mapper.map(item.row) });
    }
    if (mapped.length % PROGRESS_ROWS === 0) request.progress(rowsBefore + mapped.length);
  }
  // Rows of JSON may leave members out, but what no row has is misspelled in the map.
  if (!fromHeader && columns.size > 0) refuseMissing(source, neededColumns(source.file), columns);
  const used = mappedColumns(source.file);
  const unmapped = [...columns].filter((column) => !used.has(column) && !source.file.ignore.includes(column));
  return { mapped, rows: mapped.length, sha256: hash.digest('hex'), unmapped };
}

function refuseMissing(source: Source, needed: ReadonlySet<string>, columns: ReadonlySet<string>): void {
  const missing = [...needed].filter((column) => !columns.has(column));
  if (missing.length === 0) return;
  const has = [...columns].join(', ');
  throw new GatehouseError('usage', `${source.path} lacks columns that the map reads.`, {
    faults: missing.map((column) => ({ pointer: source.path, detail: `has no column ${column}; it has ${has}` })),
  });
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
