/** One decision that the cooldown held. Notes every call. */
import type { CheckResult } from '../domain/gate.ts';
import type { WhatIfServices } from './what-if.port.ts';

const CHECK: CheckResult = {
  check: 'cooldown',
  outcome: 'schedule',
  code: 'cooldown_contact',
  comparison: 'one day of three',
  inputs: {},
  next_at: 1_763_719_200_000,
};
const PASSED: CheckResult = { ...CHECK, outcome: 'pass', code: null, comparison: 'no cooldown', next_at: null };

export function fakeWhatIf(note: (name: string, ...args: readonly unknown[]) => void): WhatIfServices {
  return {
    async compare(_caller, one, other) {
      note('compare', one, other);
      return {
        one,
        other,
        differences: [{ what: 'verdict', one: 'schedule', other: 'pass' }],
        gate: [{ check: 'cooldown', one: CHECK, other: PASSED }],
      };
    },
    async counterfactual(_caller, decision, change) {
      note('counterfactual', decision, change);
      return {
        decision,
        simulation: true,
        change: 'without the cooldown',
        gate_version: 4,
        policy: 'aa',
        then: { verdict: 'schedule', next_at: '2026-11-21T10:00:00.000Z', checks: [CHECK] },
        now: { verdict: 'pass', next_at: null, checks: [PASSED] },
        differing: ['cooldown'],
      };
    },
  };
}
