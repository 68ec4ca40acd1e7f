/**
 * Shows how far something long has come: on a terminal one line that renews itself, otherwise a line now and then, so that a log of it
 * stays short.
 */
import type { Terminal } from './terminal.ts';
import { clockOf, figure } from './words.ts';

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR_MAX = 30;

export class Progress {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #total: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  /** What was done before this run, which says nothing about its speed. */
  readonly #before: number;
  #shownAt: number;

  constructor(terminal: Terminal, title: string, options: { total: number; before?: number; now: () => number }) {
    this.#terminal = terminal;
    this.#title = title;
    this.#total = options.total;
    this.#before = options.before ?? 0;
    this.#now = options.now;
    this.#startedAt = options.now();
    // On a terminal the first line comes at once; in a log only when it takes long.
    this.#shownAt = terminal.isLive ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  update(done: number): void {
    const now = this.#now();
    if (now - this.#shownAt < (this.#terminal.isLive ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now;
    if (this.#terminal.isLive) this.#terminal.status(this.#line(done, now, true));
    else this.#terminal.note(this.#line(done, now, false));
  }

  /** Takes the line away and says how fast it was. */
  finish(done: number): void {
    this.#terminal.status(null);
    const seconds = (this.#now() - this.#startedAt) / 1_000;
    const speed = this.#speed(done, this.#now());
    const rate = speed === null ? '' : `, ${figure(Math.round(speed))}/s`;
    this.#terminal.note(`${this.#title}: ${figure(done)} of ${figure(this.#total)} in ${clockOf(seconds)}${rate}`);
  }

  /** Takes the line away and says nothing. */
  stop(): void {
    this.#terminal.status(null);
  }

  #line(done: number, now: number, bar: boolean): string {
    const share = this.#total === 0 ? 1 : Math.min(1, done / this.#total);
    const speed = this.#speed(done, now);
    const left = speed === null || speed === 0 ? null : (this.#total - done) / speed;
    return [
      this.#title,
      ...(bar ? [barOf(share, Math.min(BAR_MAX, this.#terminal.width - 60))] : []),
      `${figure(done)}/${figure(this.#total)}`,
      `${Math.floor(share * 100)} %`,
      ...(speed === null ? [] : [`${figure(Math.round(speed))}/s`]),
      ...(left === null ? [] : [`${clockOf(left)} left`]),
    ].join('  ');
  }

  /** Per second; null before it can be told. */
  #speed(done: number, now: number): number | null {
    const seconds = (now - this.#startedAt) / 1_000;
    return seconds < 0.05 ? null : (done - this.#before) / seconds;
  }
}

function barOf(share: number, width: number): string {
  const length = Math.max(5, width);
  const full = Math.round(share * length);
  return `[${'█'.repeat(full)}${'░'.repeat(length - full)}]`;
}
