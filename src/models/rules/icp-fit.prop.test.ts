import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { FIT_DIMENSIONS, fitSchema } from '../../domain/candidate.ts';
import type { FitDimension } from '../../domain/candidate.ts';
import type { AccountEventFacts } from '../../domain/event-types.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { anyFacts } from './decision-input.fixture.ts';
import { icpFit } from './icp-fit.ts';

const { icp } = DEFAULT_POLICY;

const FACT_OF: Record<FitDimension, keyof AccountEventFacts> = {
  firmographic: 'employees',
  vertical: 'vertical',
  revenue: 'annual_revenue_minor',
  tech: 'tech_fit',
  growth: 'growth_percent',
  intent: 'intent_score',
};

test('every fit has the shape of the schema, and points within the weights that add up to the score', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const fit = fitSchema.parse(icpFit(facts, icp));
      let sum = 0;
      for (const dimension of FIT_DIMENSIONS) {
        const points = fit.points[dimension] ?? null;
        expect(points === null).toBe(fit.gaps.includes(dimension));
        if (points === null) continue;
        expect(points).toBeGreaterThanOrEqual(0);
        expect(points).toBeLessThanOrEqual(icp.weights[dimension]);
        sum += points;
      }
      expect(fit.score).toBeCloseTo(sum, 6);
      expect(fit.score).toBeLessThanOrEqual(100 * fit.coverage + 1e-9);
    }),
  );
});

test('learning one more fact never costs points, and takes exactly its gap away', () => {
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...FIT_DIMENSIONS), (facts, dimension) => {
      const { [FACT_OF[dimension]]: _, ...without } = facts;
      const before = icpFit(without, icp);
      const after = icpFit(facts, icp);
      expect(before.gaps).toContain(dimension);
      expect(after.score).toBeGreaterThanOrEqual(before.score);
      expect({ ...after.points, [dimension]: null }).toEqual(before.points);
    }),
  );
});

test('country, relations and ABM do not score', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const more: AccountEventFacts = { ...facts, country: 'BR', relations: { customer: true }, abm_active: true };
      expect(icpFit(more, icp)).toEqual(icpFit(facts, icp));
    }),
  );
});
