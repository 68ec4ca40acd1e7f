import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../domain/policy.ts';
import { TRIAGE_REASONS } from '../domain/reason-codes.ts';
import { SIGNAL_TYPE_NAMES } from '../domain/signal-types.ts';
import { triage } from './triage.ts';
import type { TriageInput } from './triage.ts';

const anyInput: fc.Arbitrary<TriageInput> = fc.record({
  trigger: fc.constantFrom('signal', 'retriage'),
  signalType: fc.option(fc.constantFrom(...SIGNAL_TYPE_NAMES)),
  history: fc.boolean(),
  closed: fc.boolean(),
  openActions: fc.nat(3),
  intent: fc.double({ min: 0, max: 100 }),
  laterCount: fc.nat(10),
  relationsChanged: fc.boolean(),
  at: fc.integer({ min: 0, max: 4e12 }),
  policy: fc
    .record({
      act_from: fc.integer({ min: 0, max: 100 }),
      ignore_below: fc.integer({ min: 0, max: 100 }),
      later_max: fc.nat(10),
    })
    .map((changes) => ({ ...DEFAULT_POLICY.triage, ...changes })),
});

test('every input has an answer with a reason, and a time exactly when there is something to look at later', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { verdict, reason, againAt } = triage(input);
      expect(Object.keys(TRIAGE_REASONS)).toContain(reason);
      expect(againAt).toBe(verdict === 'later' ? input.at + input.policy.later_ms : null);
    }),
  );
});

test('history and closed subjects are never acted on or looked at again', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      expect(triage({ ...input, history: true }).verdict).toBe('none');
      expect(triage({ ...input, closed: true }).verdict).toBe('none');
    }),
  );
});

test('without open actions, looking again ends', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const exhausted = { ...input, openActions: 0, laterCount: input.policy.later_max };
      expect(triage(exhausted).verdict).not.toBe('later');
    }),
  );
});

test('more interest never makes it do less', () => {
  const order = ['none', 'later', 'act'];
  fc.assert(
    fc.property(anyInput, fc.double({ min: 0, max: 100, noNaN: true }), (input, more) => {
      const less = { ...input, intent: Number.isNaN(input.intent) ? 0 : input.intent };
      const after = triage({ ...less, intent: Math.min(100, less.intent + more) });
      expect(order.indexOf(after.verdict)).toBeGreaterThanOrEqual(order.indexOf(triage(less).verdict));
    }),
  );
});
