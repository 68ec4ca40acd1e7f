/**
 * Shows how far an import is. A terminal has one line that is written over; anything else, such as a log, gets a whole line now and
 * then, so that it stays readable. Progress goes to standard error: standard output belongs to the result.
 */
import type { ImportProgress } from './run-import.ts';

export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsed: () => number;
}

export interface ProgressBar {
  readonly show: (progress: ImportProgress) => void;
  /** Ends the line on a terminal; always call it, also after a failure. */
  readonly end: () => void;
}

const TTY_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001B[K';
const GREEN = '\u001B[32m';
const PLAIN = '\u001B[39m';

export function createProgress({ output, env, elapsed }: ProgressOptions): ProgressBar {
  const onTerminal = output.isTTY === true && env['TERM'] !== 'dumb';
  const colour = onTerminal && (env['NO_COLOR'] ?? '') === '';
  const every = onTerminal ? TTY_EVERY_MS : LINE_EVERY_MS;
  let shownAt = Number.NEGATIVE_INFINITY;
  let open = false;
  return {
    show: (progress) => {
      const isLast = progress.applied >= progress.total;
      const now = elapsed();
      if (!isLast && now - shownAt < every) return;
      shownAt = now;
      if (!onTerminal) {
        output.write(`${progressText(progress)}\n`);
        return;
      }
      output.write(`${CLEAR_LINE}${barLine(progress, output.columns ?? 80, colour)}`);
      open = true;
    },
    end: () => {
      if (open) output.write('\n');
      open = false;
    },
  };
}

/** `1,500 of 8,842 rows (16 %), 420 rows/s, 18 s left`. */
export function progressText({ applied, total, rate, eta }: ImportProgress): string {
  const parts = [`${grouped(applied)} of ${grouped(total)} rows (${Math.floor(shareOf(applied, total) * 100)} %)`];
  if (rate !== null) parts.push(`${grouped(Math.round(rate))} rows/s`);
  if (eta !== null && applied < total) parts.push(`${durationText(eta)} left`);
  return parts.join(', ');
}

/** Falls back to the text alone, cut to the width, where a bar does not fit: a wrapped line could not be written over. */
function barLine(progress: ImportProgress, columns: number, colour: boolean): string {
  const text = progressText(progress);
  if (text.length + BAR_WIDTH + 4 > columns) return text.slice(0, Math.max(0, columns - 1));
  const filled = Math.floor(shareOf(progress.applied, progress.total) * BAR_WIDTH);
  const done = '#'.repeat(filled);
  return `[${colour ? `${GREEN}${done}${PLAIN}` : done}${'.'.repeat(BAR_WIDTH - filled)}] ${text}`;
}

export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function shareOf(applied: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, applied / total);
}

/** Groups of three by commas, the same in every locale. */
export function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}
