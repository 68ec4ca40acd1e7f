import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { hash32, pickByWeights, seededRandom, uniformOf } from './random.ts';

describe('seededRandom', () => {
  test('gives the same draws for the same seed, for ever', () => {
    const random = seededRandom('gatehouse');
    expect([random(), random(), random()]).toEqual([0.9227732330438307, 0.6565289626183348, 0.7090728808523739]);
  });

  test('gives other draws for another seed', () => {
    expect(seededRandom('a')()).not.toBe(seededRandom('b')());
  });

  test('is uniform: twenty bins of 100,000 draws differ no more than chance allows', () => {
    const random = seededRandom('uniform');
    const bins = Array.from({ length: 20 }, () => 0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const bin = Math.floor(random() * 20);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0);
    // The 99.9 % quantile of χ² with 19 degrees of freedom.
    expect(chiSquare).toBeLessThan(43.82);
  });

  test('stays in [0, 1) for any seed', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const random = seededRandom(seed);
        for (let draw = 0; draw < 20; draw += 1) {
          const value = random();
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('hash32', () => {
  test('is a 32-bit number that depends on the salt', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const hash = hash32(text);
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
        expect(hash32(text, 1)).not.toBe(hash);
      }),
    );
  });

  test('spreads texts that differ in their last digit', () => {
    const low = Array.from({ length: 10_000 }, (_, index) => uniformOf(`act_${index}`)).filter((value) => value < 0.05);
    expect(low.length).toBeGreaterThan(430);
    expect(low.length).toBeLessThan(570);
  });
});

describe('pickByWeights', () => {
  test.each([
    [0, 0],
    [0.249, 0],
    [0.25, 2],
    [0.999, 2],
  ])('a draw of %f among 1, 0 and 3 picks index %i', (draw, index) => {
    expect(pickByWeights([1, 0, 3], draw)).toBe(index);
  });

  test('never picks a weight of 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 10 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (weights, draw) => {
          fc.pre(weights.some((weight) => weight > 0));
          expect(weights[pickByWeights(weights, draw)]).toBeGreaterThan(0);
        },
      ),
    );
  });

  test('refuses weights that cannot be', () => {
    expect(() => pickByWeights([], 0.5)).toThrow('no weight is above 0');
    expect(() => pickByWeights([0, 0], 0.5)).toThrow('no weight is above 0');
    expect(() => pickByWeights([1, -1], 0.5)).toThrow('a weight of -1');
    expect(() => pickByWeights([Number.NaN], 0.5)).toThrow('a weight of NaN');
  });
});
