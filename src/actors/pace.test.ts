import { describe, expect, it } from 'vitest';

import type { Clock } from './clock.port.ts';
import { Pace } from './pace.ts';

/** Says how long each pause would last, and ends it only when its signal says so. */
function waitingClock() {
  const pauses: number[] = [];
  let isSkipped = false;
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) => {
      pauses.push(ms);
      isSkipped = false;
      signal.addEventListener('abort', () => (isSkipped = true));
      return Promise.resolve();
    },
  };
  return { clock, pauses, isSkipped: () => isSkipped };
}

describe('the pace of a loop', () => {
  it('slows down while nothing happens, up to the longest pause', async () => {
    const { clock, pauses } = waitingClock();
    const pace = new Pace(clock, 100, 500);
    for (let pause = 0; pause < 5; pause += 1) await pace.pause();
    expect(pauses).toEqual([100, 200, 400, 500, 500]);
  });

  it('ends a long pause when something happens, and is brief after it', async () => {
    const { clock, pauses, isSkipped } = waitingClock();
    const pace = new Pace(clock, 100, 500);
    await pace.pause();
    await pace.pause();
    pace.stir();
    expect(isSkipped()).toBe(true);
    await pace.pause();
    expect(pauses).toEqual([100, 200, 100]);
  });

  it('lets a brief pause take its time, whatever happens', async () => {
    const { clock, pauses, isSkipped } = waitingClock();
    const pace = new Pace(clock, 100, 500);
    await pace.pause();
    pace.stir();
    expect(isSkipped()).toBe(false);
    await pace.pause();
    expect(pauses).toEqual([100, 100]);
    pace.skip();
    expect(isSkipped()).toBe(true);
  });
});
