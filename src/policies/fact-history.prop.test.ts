/** The history of single-valued facts is that of the right order, whatever the order in which they come. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { NOTE_AUTHORITIES } from '../domain/note.ts';
import { compareClaims, historyOf } from './fact-history.ts';
import type { Claim } from './fact-history.ts';

const claims = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 4 }),
      validFrom: fc.integer({ min: 0, max: 20 }),
      length: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
      observedAt: fc.integer({ min: 0, max: 5 }),
      authority: fc.constantFrom(...NOTE_AUTHORITIES),
      confidence: fc.constantFrom(0.2, 0.5, 1),
    }),
    { selector: (claim) => claim.id, maxLength: 30 },
  )
  .map((list) =>
    list.map(({ length, ...claim }): Claim => ({
      ...claim,
      validTo: length === null ? null : claim.validFrom + length,
    })),
  );

/** Who is believed at a moment, asked of all claims at once: the greatest of those that had begun, unless it had ended by its own words. */
function believedAt(list: readonly Claim[], moment: number): string | null {
  let best: Claim | null = null;
  for (const claim of list)
    if (claim.validFrom <= moment && (best === null || compareClaims(claim, best) > 0)) best = claim;
  return best === null || (best.validTo !== null && best.validTo <= moment) ? null : best.id;
}

it('does not depend on the order of arrival', () => {
  fc.assert(
    fc.property(
      claims.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        expect(historyOf(shuffled)).toEqual(historyOf(list));
      },
    ),
  );
});

it('says of every moment what all claims together say', () => {
  fc.assert(
    fc.property(claims, (list) => {
      const history = historyOf(list);
      for (let moment = 0; moment <= 45; moment += 1) {
        const holding = history.filter(({ from, to }) => from <= moment && (to === null || moment < to));
        expect(holding.map(({ id }) => id)).toEqual([believedAt(list, moment)].filter((id) => id !== null));
      }
    }),
  );
});

it('believes the later observation, then the stronger source, then the higher confidence, then the greater id', () => {
  const claim: Claim = { id: 'a', validFrom: 10, validTo: null, observedAt: 10, authority: 'record', confidence: 0.5 };
  const believed = (other: Partial<Claim>) => historyOf([claim, { ...claim, id: '0', ...other }])[0]?.id;
  expect(believed({})).toBe('a');
  expect(believed({ id: 'b' })).toBe('b');
  expect(believed({ confidence: 0.6 })).toBe('0');
  expect(believed({ authority: 'person', confidence: 0.1 })).toBe('0');
  expect(believed({ authority: 'rule', confidence: 1 })).toBe('a');
  expect(believed({ observedAt: 11, authority: 'agent' })).toBe('0');
});
