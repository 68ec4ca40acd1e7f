import { expect, test } from 'vitest';

import { HOUR_MS } from '../../domain/instant.ts';
import { policyCaseSchema } from '../../domain/policy-case.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { runCases } from './policy-cases.ts';

const run = (...cases: unknown[]) =>
  runCases(
    DEFAULT_POLICY,
    cases.map((item) => policyCaseSchema.parse(item)),
  );

test('what nothing stands against passes, and one changed fact is seen', () => {
  const results = run(
    { name: 'clear', request: { action_type: 'outreach_push' }, expect: 'pass' },
    {
      request: { action_type: 'outreach_push' },
      facts: { contact: { opted_out_at: 0 } },
      expect: { verdict: 'deny', reasons: ['opted_out'] },
    },
    { request: { action_type: 'outreach_push' }, facts: { trust: null }, expect: 'hold' },
    { request: { action_type: 'outreach_push', at: Date.UTC(2026, 10, 18, 10) + 12 * HOUR_MS }, expect: 'schedule' },
  );
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
});

test('a case that is decided otherwise says both', () => {
  expect(
    run({ request: { action_type: 'outreach_push' }, facts: { kill_switch: true }, expect: 'pass' }),
  ).toMatchObject([
    { name: 'case 1', ok: false, expected: { verdict: 'pass' }, found: { reasons: ['kill_switch_engaged'] } },
  ]);
  expect(
    run({ request: { action_type: 'crm_update' }, expect: { verdict: 'pass', reasons: ['opted_out'] } })[0]?.ok,
  ).toBe(false);
});

test('facts that the gate does not know are refused', () => {
  expect(() => run({ request: { action_type: 'crm_update' }, facts: { colour: 'red' }, expect: 'pass' })).toThrow(
    'colour',
  );
});
