/** Measures the gate, finer than the clock of the runtime and on the real clock only: nothing follows from it but figures. */
import type { GateTime } from './observer.port.ts';

export class GateStopwatch {
  readonly times: GateTime[] = [];
  #reading = 0;
  #last = performance.now();

  loaded(): void {
    this.#reading = this.#lap();
  }

  planned(verdicts: number): void {
    const time = { reading: this.#reading, deciding: this.#lap() };
    for (let verdict = 0; verdict < verdicts; verdict += 1) this.times.push(time);
  }

  #lap(): number {
    const before = this.#last;
    this.#last = performance.now();
    return this.#last - before;
  }
}
