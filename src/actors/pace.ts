/** How long a loop pauses between two looks: briefly while something happens, ever longer while nothing does. What happens then ends the pause. */
import type { Clock } from './clock.port.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #shortMs: number;
  readonly #longMs: number;
  #pauseMs: number;
  #isStirred = true;
  #pause = new AbortController();

  constructor(clock: Clock, shortMs: number, longMs: number) {
    this.#clock = clock;
    this.#shortMs = shortMs;
    this.#longMs = longMs;
    this.#pauseMs = shortMs;
  }

  async pause(): Promise<void> {
    this.#pauseMs = this.#isStirred ? this.#shortMs : Math.min(2 * this.#pauseMs, this.#longMs);
    this.#isStirred = false;
    this.#pause = new AbortController();
    await this.#clock.sleep(this.#pauseMs, this.#pause.signal);
  }

  /** Something happened: there may be something to find. A brief pause takes its time, so that more comes together. */
  stir(): void {
    this.#isStirred = true;
    if (this.#pauseMs > this.#shortMs) this.skip();
  }

  /** Ends the pause. */
  skip(): void {
    this.#pause.abort();
  }
}
