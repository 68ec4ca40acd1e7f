/**
 * Everything about an import that is known before it begins: its records in order, what is wrong with the rest, a summary for people,
 * and its digest. The preview, the dry run and the import itself all start from this one answer, so they cannot disagree.
 */
import type { Instant } from '../../domain/instant.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ImportMode, ImportRecord } from '../../gateway/services.port.ts';
import { importDigest } from './digest.ts';
import type { ImportMap } from './map-schema.ts';
import { planImport } from './plan-import.ts';
import type { PlannedFile, RowFault } from './plan-import.ts';

export interface PrepareRequest {
  /** Paths of the files; their order does not matter. */
  readonly files: readonly string[];
  readonly map: ImportMap;
  /** Where the map was read from, for messages. */
  readonly mapPath: string;
  readonly mode: ImportMode;
  readonly now: Instant;
  /** How many records the summary shows; 5 if it is left out. */
  readonly preview?: number | undefined;
  /** Told about the rows that were read so far. */
  readonly progress?: (rows: number) => void;
}

export interface PreviewRecord {
  readonly kind: ImportRecord['kind'];
  readonly type: string;
  readonly id: string;
  readonly subject: string;
  readonly time: string;
  readonly data: JsonObject;
}

export interface ImportSummary {
  readonly rows: number;
  readonly records: number;
  /** By kind and type: `signal web.form_submitted`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first and the last moment; null when there is no record. */
  readonly from: string | null;
  readonly to: string | null;
  readonly files: readonly PlannedFile[];
  readonly preview: readonly PreviewRecord[];
}

export interface PreparedImport {
  readonly name: string;
  readonly policy: Policy | null;
  readonly records: readonly ImportRecord[];
  /** In the order of files and lines. */
  readonly faults: readonly RowFault[];
  readonly summary: ImportSummary;
  /** Over files, map and mode: the same import started again goes on where it stopped. */
  readonly digest: string;
  /** Over files and map only: what a dry run hands to the live import that follows it. */
  readonly content: string;
}

const PREVIEW_RECORDS = 5;

/** Throws `usage` when a file cannot be read, follows no entry of the map, or lacks a column. */
export async function prepareImport(request: PrepareRequest): Promise<PreparedImport> {
  const { map, mapPath, files, mode, now, preview = PREVIEW_RECORDS, progress = () => {} } = request;
  const plan = await planImport({ map, mapPath, paths: files, now, progress });
  return {
    name: map.name,
    policy: plan.policy,
    records: plan.records,
    faults: plan.faults,
    summary: summaryOf(plan.records, plan.files, preview),
    digest: importDigest(plan.content, mode),
    content: plan.content,
  };
}

function summaryOf(records: readonly ImportRecord[], files: readonly PlannedFile[], preview: number): ImportSummary {
  const counts: Record<string, number> = {};
  for (const { kind, type } of records) counts[`${kind} ${type}`] = (counts[`${kind} ${type}`] ?? 0) + 1;
  const [first, last] = [records.at(0), records.at(-1)];
  return {
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    records: records.length,
    counts,
    from: first === undefined ? null : isoOf(first.time),
    to: last === undefined ? null : isoOf(last.time),
    files,
    preview: records.slice(0, preview).map(({ kind, type, id, subject, time, data }) => ({
      kind,
      type,
      id,
      subject,
      time: isoOf(time),
      data,
    })),
  };
}
