/** Reads a log of touches, one person a row. A row that cannot be used is left out and named by its line. */
import { readFileSync } from 'node:fs';

import { parse } from 'csv-parse/sync';

import { GatehouseError } from '../../domain/errors.ts';
import type { TouchCount } from '../../evals/caps/touch-log.port.ts';

export interface ReadLog {
  readonly counts: readonly TouchCount[];
  readonly badLines: readonly { readonly line: number; readonly why: string }[];
}

const YES: ReadonlySet<string> = new Set(['1', 'yes', 'true', 'y']);
const NO: ReadonlySet<string> = new Set(['0', 'no', 'false', 'n']);
const TOUCHES_MAX = 10_000;

/** Names of columns; numbers, from 1, stand for places in a file without a header. Throws `usage` when it is no map. */
export function touchMapOf(text: string | undefined): { readonly touches: string; readonly success: string } {
  const pairs = new Map((text ?? '').split(',').map((pair) => pair.split('=', 2) as [string, string | undefined]));
  const [touches, success] = [pairs.get('touches'), pairs.get('success')];
  if (pairs.size === 2 && touches !== undefined && touches !== '' && success !== undefined && success !== '')
    return { touches, success };
  throw new GatehouseError(
    'usage',
    'Say which columns to read with --map touches=COLUMN,success=COLUMN: names, or numbers from 1 without a header.',
  );
}

/** Throws `usage` when the file cannot be read, or has no such column. */
export function readTouchLog(path: string, map: ReturnType<typeof touchMapOf>): ReadLog {
  const rows = rowsOf(path);
  const isNumbered = /^\d+$/.test(map.touches) && /^\d+$/.test(map.success);
  const placeOf = (name: string) => (isNumbered ? Number(name) - 1 : (rows[0]?.cells ?? []).indexOf(name));
  const [touchesAt, successAt] = [placeOf(map.touches), placeOf(map.success)];
  for (const [name, place] of [
    [map.touches, touchesAt],
    [map.success, successAt],
  ] as const)
    if (place < 0 || place >= (rows[0]?.cells.length ?? 0))
      throw new GatehouseError('usage', `${path} has no column ${name}.`);
  const counts = new Map<number, { people: number; successes: number }>();
  const badLines: ReadLog['badLines'][number][] = [];
  for (const { line, cells } of isNumbered ? rows : rows.slice(1)) {
    const touches = Number(cells[touchesAt]);
    const success = cells[successAt]?.trim().toLowerCase() ?? '';
    if (!Number.isInteger(touches) || touches < 1 || touches > TOUCHES_MAX)
      badLines.push({ line, why: `${JSON.stringify(cells[touchesAt] ?? '')} is no number of touches` });
    else if (!YES.has(success) && !NO.has(success))
      badLines.push({ line, why: `${JSON.stringify(success)} is neither yes nor no` });
    else {
      const count = counts.get(touches) ?? { people: 0, successes: 0 };
      counts.set(touches, { people: count.people + 1, successes: count.successes + (YES.has(success) ? 1 : 0) });
    }
  }
  return { counts: [...counts].map(([touches, count]) => ({ touches, ...count })), badLines };
}

function rowsOf(path: string): readonly { readonly line: number; readonly cells: readonly string[] }[] {
  try {
    const records = parse(readFileSync(path), {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatehouseError('usage', `${path} cannot be read as CSV: ${why}`, { cause: error });
  }
}
