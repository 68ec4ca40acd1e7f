/** How figures, times and tables are written for people. Programs use `--json`. */
import { shownLine } from './terminal.ts';

const FIGURES = new Intl.NumberFormat('en-US');

export function figure(value: number): string {
  return FIGURES.format(value);
}

/** `1 row`, `2 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${figure(value)} ${value === 1 ? one : many}`;
}

/** `2026-11-21 10:00:00.123Z`, from ISO 8601. */
export function timeOf(iso: string): string {
  return iso.replace('T', ' ');
}

/** How long something takes: `0:07`, `12:30`, `1:02:03`. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Time that passed: `+12 ms`, `+3.4 s`, `+5 min`, `+2 h`, `+3 days`. */
export function elapsed(ms: number): string {
  if (ms < 1_000) return `+${ms} ms`;
  if (ms < 120_000) return `+${(ms / 1_000).toFixed(1)} s`;
  if (ms < 7_200_000) return `+${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `+${Math.round(ms / 3_600_000)} h`;
  return `+${Math.round(ms / 86_400_000)} days`;
}

/** Columns under each other, two spaces apart. Cells are from outside and are made safe. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const safe = rows.map((row) => row.map(shownLine));
  const widths: number[] = [];
  for (const row of safe) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return safe
    .map((row) => `${indent}${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
