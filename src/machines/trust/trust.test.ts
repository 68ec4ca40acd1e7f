/** A trust cell: evidence adds up and fades, and the level moves by an event of its own only. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { TRUST_LEVELS } from '../../domain/action-types.ts';
import type { MachineEvent } from '../../domain/event-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { EVIDENCE_KINDS } from '../../domain/trust.ts';
import type { Evidence } from '../../domain/trust.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { decayedTrust, trustDefinition } from './trust.machine.ts';
import type { TrustContext } from './trust.machine.ts';

const given = givenFor(trustDefinition);
const AT = 100 * DAY_MS;

function evidence(change: Partial<Evidence> = {}): MachineEvent {
  const data: Evidence = {
    kind: 'approved_unedited',
    good: 1,
    bad: 0,
    at: AT,
    action: 'act_1',
    half_life_days: 30,
    ...change,
  };
  return eventOf('trust.evidence', data, data.at);
}
const leveled = (to: string) => eventOf('trust.leveled', { from: 'initial', to, reason: 'test' });
const look = { type: 'review_level', harm: false } as const;

test('it has a state for each level and one for having none yet, and takes three events', () => {
  expect(statesOf(trustDefinition)).toEqual(['initial', ...TRUST_LEVELS]);
  expect(eventTypesOf(trustDefinition)).toEqual(['trust.evidence', 'trust.evidence_withdrawn', 'trust.leveled']);
});

describe.each(['initial', ...TRUST_LEVELS])('at %s', (level) => {
  const way = level === 'initial' ? [] : [leveled(level)];

  test.each(TRUST_LEVELS)('it is moved to %s by an event that says so', (to) => {
    given(...way)
      .when(leveled(to))
      .then({ value: to });
    expect(given(...way, evidence(), leveled(to)).state).toMatchObject({
      value: to,
      context: { evidence: 1, good: 1 },
    });
  });
  test('a level that does not exist changes nothing', () => {
    given(...way)
      .when(leveled('initial'))
      .thenNothing();
    given(...way)
      .when(leveled('everything'))
      .thenNothing();
  });
  test.each(EVIDENCE_KINDS)('evidence of the kind %s leaves the level and asks to look at it', (kind) => {
    given(...way)
      .when(evidence({ kind, good: 2, bad: 1 }))
      .then({ value: level, effects: [look], context: { good: 2, bad: 1, at: AT, evidence: 1 } });
  });
});

describe('harm', () => {
  test('of the weight of a complaint is named as such', () => {
    given()
      .when(evidence({ kind: 'harm', good: 0, bad: 10 }))
      .then({ value: 'initial', effects: [{ type: 'review_level', harm: true }] });
  });
  test('that is lighter counts by its weight only', () => {
    given()
      .when(evidence({ kind: 'harm', good: 0, bad: 3 }))
      .then({ value: 'initial', effects: [look], context: { bad: 3 } });
  });
  test('is not what a heavy piece of another kind is', () => {
    given()
      .when(evidence({ kind: 'rejected', good: 0, bad: 10 }))
      .then({ value: 'initial', effects: [look] });
  });
});

describe('evidence fades', () => {
  test('to a half in each half-life', () => {
    given(evidence({ good: 8, bad: 4 }))
      .when(evidence({ good: 1, at: AT + 30 * DAY_MS }))
      .then({ value: 'initial', effects: [look], context: { good: 5, bad: 2, at: AT + 30 * DAY_MS, evidence: 2 } });
  });
  test('by the half-life that is in force when it is looked at again', () => {
    given(evidence({ good: 8 }))
      .when(evidence({ good: 0, at: AT + 30 * DAY_MS, half_life_days: 15 }))
      .then({ value: 'initial', effects: [look], context: { good: 2, half_life_days: 15 } });
  });
  test('but never grows: late news is taken as of the cell’s own time', () => {
    given(evidence({ good: 1 }))
      .when(evidence({ good: 1, at: AT - 30 * DAY_MS }))
      .then({ value: 'initial', effects: [look], context: { good: 2, at: AT } });
  });
  test('looking later never shows more than looking earlier', () => {
    const sums = fc.record({
      good: fc.double({ min: 0, max: 1e6, noNaN: true }),
      bad: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    const days = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(sums, days, days, fc.integer({ min: 1, max: 365 }), ({ good, bad }, first, second, halfLife) => {
        const context: TrustContext = { good, bad, at: AT, half_life_days: halfLife, evidence: 1 };
        const [earlier, later] = [Math.min(first, second), Math.max(first, second)];
        const before = decayedTrust(context, AT + earlier * DAY_MS);
        const after = decayedTrust(context, AT + later * DAY_MS);
        expect(after.good).toBeLessThanOrEqual(before.good);
        expect(after.bad).toBeLessThanOrEqual(before.bad);
        expect(before.good).toBeLessThanOrEqual(good);
      }),
    );
  });
});

describe('evidence that is taken back', () => {
  const withdrawn = (change: Partial<Evidence> = {}) => {
    const { data, at } = evidence(change);
    return eventOf('trust.evidence_withdrawn', data as Evidence, at);
  };
  const sumsAfter = (...events: MachineEvent[]) =>
    decayedTrust(given(...events).state.context as unknown as TrustContext, AT + 90 * DAY_MS);

  test('leaves what there was without it, however much time has passed', () => {
    const late = { at: AT + 60 * DAY_MS, occurred_at: AT, good: 3 };
    const without = sumsAfter(evidence());
    const { good, bad } = sumsAfter(evidence({ occurred_at: AT, good: 3 }), evidence(), withdrawn(late));
    expect(good).toBeCloseTo(without.good, 9);
    expect(bad).toBe(0);
    given(evidence())
      .when(withdrawn())
      .then({ value: 'initial', effects: [look], context: { evidence: 0 } });
  });
  test('may be heard of before the evidence itself, and never reads as less than nothing', () => {
    expect(sumsAfter(withdrawn({ occurred_at: AT }))).toEqual({ good: 0, bad: 0 });
    expect(sumsAfter(withdrawn({ occurred_at: AT }), evidence({ occurred_at: AT })).good).toBeCloseTo(0, 9);
  });
  test('late evidence counts for what is left of it', () => {
    const sums = sumsAfter(evidence({ at: AT + 30 * DAY_MS, occurred_at: AT, good: 4 }));
    expect(sums.good).toBeCloseTo(sumsAfter(evidence({ good: 4 })).good, 9);
  });
});
