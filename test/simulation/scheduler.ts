/**
 * Decides what happens next in a simulated world: one queue of things to come, in virtual time, and one stream of chance. Every await of the
 * runtime ends in this queue, so a seed determines the whole run.
 */
import type { Random } from '../../src/stats/random.ts';

/** Somebody whose steps can be cut off or put off: a process. */
export interface Owner {
  alive: boolean;
  /** Until when the process is stopped, in virtual ms. */
  frozenUntil: number;
}

interface Task {
  due: number;
  readonly order: number;
  readonly owner: Owner | null;
  readonly run: () => void;
}

export class Scheduler {
  readonly #random: Random;
  readonly #queue: Task[] = [];
  #order = 0;
  now: number;

  constructor(random: Random, startAt: number) {
    this.#random = random;
    this.now = startAt;
  }

  at(due: number, owner: Owner | null, run: () => void): void {
    const task = { due: Math.max(due, this.now), order: (this.#order += 1), owner, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      if (other !== undefined && (other.due < task.due || (other.due === task.due && other.order < task.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, task);
  }

  /** An await: mostly short, now and then long enough for others to overtake. Never ends for a process that has died. */
  pause(owner: Owner): Promise<void> {
    const draw = this.#random();
    const ms = draw < 0.9 ? draw * 4 : draw < 0.99 ? this.#random() * 60 : this.#random() * 1_500;
    return new Promise((resolve) => this.at(this.now + ms, owner, resolve));
  }

  sleep(owner: Owner, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.at(this.now + ms, owner, resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Runs until virtual time has come to `until`, or `isOver` says so. Returns how many steps it took. */
  async run(until: number, stepsMax: number, isOver: () => boolean): Promise<number> {
    for (let steps = 0; steps < stepsMax; steps += 1) {
      if (isOver()) return steps;
      const task = this.#queue[0];
      if (task === undefined || task.due > until) {
        this.now = Math.max(this.now, until);
        return steps;
      }
      this.#queue.shift();
      this.now = Math.max(this.now, task.due);
      const { owner } = task;
      if (owner !== null && !owner.alive) continue;
      if (owner !== null && owner.frozenUntil > this.now) {
        this.at(owner.frozenUntil, owner, task.run);
        continue;
      }
      task.run();
      // Everything that follows without waiting happens before the next step.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
    return stepsMax;
  }
}
