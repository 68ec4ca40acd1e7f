/**
 * Chance that can be repeated. The core may not throw dice, so whoever needs a draw brings a seed, and the same seed gives the same
 * draws on every machine and in every replay. Nothing here is fit for secrets.
 */
import { assert } from '../domain/errors.ts';

const TWO_TO_32 = 2 ** 32;
const TWO_TO_53 = 2 ** 53;

/** Spreads each bit of the input over all bits of the output. Source: Appleby, MurmurHash3, 32-bit finaliser. */
function avalanche(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A 32-bit hash of a text, 0 to 2³² − 1, evenly spread even for texts that differ in one character. `salt` gives independent
 * hashes of one text.
 *
 * Source: Fowler, Noll and Vo, FNV-1a over UTF-16 code units, finished as MurmurHash3 is.
 */
export function hash32(text: string, salt = 0): number {
  let hash = (0x811c9dc5 ^ salt) | 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return avalanche(hash ^ text.length);
}

/** A number in [0, 1) that depends on nothing but the text, in steps of 2⁻³². */
export function uniformOf(text: string): number {
  return hash32(text) / TWO_TO_32;
}

/** Gives the next number in [0, 1), in steps of 2⁻⁵³. */
export type Random = () => number;

/** Rounds thrown away at the start, after which seeds that resemble each other no longer show it. */
const WARM_UP = 12;

/**
 * A stream of draws that is wholly determined by its seed; any text is a seed.
 *
 * Source: Doty-Humphrey, PractRand, generator sfc32.
 */
export function seededRandom(seed: string): Random {
  let a = hash32(seed, 1);
  let b = hash32(seed, 2);
  let c = hash32(seed, 3);
  let counter = 1;

  const next32 = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP; round += 1) next32();
  return () => {
    const high = next32() >>> 5;
    const low = next32() >>> 6;
    return (high * 2 ** 26 + low) / TWO_TO_53;
  };
}

/**
 * The index that a draw from [0, 1) falls on when each index has a share in proportion to its weight; an index of weight 0 is
 * never drawn. Throws when no weight is above 0 or one is negative or not finite.
 */
export function pickByWeights(weights: readonly number[], draw: number): number {
  let total = 0;
  let last = -1;
  for (const [index, weight] of weights.entries()) {
    assert(weight >= 0 && weight < Number.POSITIVE_INFINITY, `a weight of ${weight}`);
    total += weight;
    if (weight > 0) last = index;
  }
  assert(last >= 0, 'no weight is above 0');
  let left = draw * total;
  for (const [index, weight] of weights.entries()) {
    if (weight > 0 && left < weight) return index;
    left -= weight;
  }
  // Rounding may leave a crumb beyond the end.
  return last;
}
