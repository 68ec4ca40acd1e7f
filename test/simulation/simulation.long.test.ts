/** A few hundred worlds, and a proof that a broken one would be noticed. Thousands more: `npm run simulate:long`. */
import { describe, expect, it } from 'vitest';

import { PLANTED_BUGS } from './bugs.ts';
import type { PlantedBug } from './bugs.ts';
import { runWorld, shorten } from './world.ts';

const STEPS = 200_000;
const SEEDS_PER_TEST = 50;
const TESTS = 4;
const TIMEOUT_MS = 60_000;
/** Most are found within 20 seeds. Guards that a merge joined meet at one moment in about one world of 40. */
const BUG_SEEDS = 150;

async function firstFailure(bug: PlantedBug | null, from: number, count: number) {
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await runWorld({ seed: String(seed), bug, steps: STEPS });
    if (result.violations.length > 0) return { seed, ...result };
  }
  return null;
}

describe('a simulated installation', () => {
  for (let part = 0; part < TESTS; part += 1) {
    const from = 1 + part * SEEDS_PER_TEST;
    it(`keeps its promises in worlds ${from} to ${from + SEEDS_PER_TEST - 1}`, { timeout: TIMEOUT_MS }, async () => {
      const failure = await firstFailure(null, from, SEEDS_PER_TEST);
      expect(failure === null ? null : { seed: failure.seed, violations: failure.violations }).toBeNull();
    });
  }

  it('gives the same run for the same seed', { timeout: TIMEOUT_MS }, async () => {
    const [first, second] = [
      await runWorld({ seed: 'same', bug: null, steps: STEPS }),
      await runWorld({ seed: 'same', bug: null, steps: STEPS }),
    ];
    expect(second).toEqual(first);
    expect(first.events).toBeGreaterThan(100);
    expect(first.acts).toBeGreaterThan(0);
  });
});

describe('a planted bug is noticed', () => {
  for (const bug of Object.keys(PLANTED_BUGS) as PlantedBug[]) {
    it(PLANTED_BUGS[bug], { timeout: TIMEOUT_MS }, async () => {
      expect(await firstFailure(bug, 1, BUG_SEEDS)).not.toBeNull();
    });
  }

  it('and its schedule can be shortened', { timeout: TIMEOUT_MS }, async () => {
    const options = { seed: '1', bug: 'permit-reuse', steps: STEPS } as const;
    const { scenario } = await runWorld(options);
    const shortest = await shorten(options, scenario, 60);
    expect(shortest.length).toBeLessThan(scenario.length / 4);
    expect((await runWorld({ ...options, scenario: shortest })).violations).not.toEqual([]);
  });
});
