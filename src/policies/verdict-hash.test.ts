import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import type { Verdict } from '../domain/gate.ts';
import { CRM, EMAIL, FACTS, factsWith, NOW, OPEN_POLICY } from './gate.fixture.ts';
import { evaluateGate } from './gate.ts';
import { verdictHash } from './verdict-hash.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const hash = (verdict: Verdict, at = NOW, policy = 'policy_1') => verdictHash(verdict, at, policy, digest);
const pass = evaluateGate(EMAIL, FACTS, OPEN_POLICY);

test('is a SHA-256 that does not depend on who it is about', () => {
  const other = evaluateGate(
    { ...EMAIL, action: 'act_2', person: 'per_2', account: 'acc_2', domain: 'dom_2', sender: 'snd_2' },
    FACTS,
    OPEN_POLICY,
  );
  expect(hash(pass)).toMatch(/^[0-9a-f]{64}$/);
  expect(hash(other)).toBe(hash(pass));
});

test('depends on the policy, the outcome, the inputs and the queue', () => {
  const held = { ...pass, kind: 'hold', queue: 'review' } as const;
  const inputs = { ...pass, checks: pass.checks.map((check) => ({ ...check, inputs: { ...check.inputs, more: 1 } })) };
  const all = [
    hash(pass),
    hash(pass, NOW, 'policy_2'),
    hash(evaluateGate(EMAIL, factsWith({ kill_switch: true }), OPEN_POLICY)),
    hash(evaluateGate(CRM, FACTS, OPEN_POLICY)),
    hash(inputs),
    hash(held),
    hash({ ...held, queue: 'blocked' }),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test('takes times relative to the request', () => {
  const schedule = (at: number): Verdict => ({
    kind: 'schedule',
    at: at + 50,
    checks: pass.checks.map((check) => ({ ...check, next_at: at + 20 })),
  });
  expect(hash(schedule(NOW), NOW)).toBe(hash(schedule(NOW + 999), NOW + 999));
  expect(hash(schedule(NOW), NOW)).not.toBe(hash(schedule(NOW), NOW + 1));
});

test('leaves out the words', () => {
  const reworded = { ...pass, checks: pass.checks.map((check) => ({ ...check, comparison: 'put better' })) };
  expect(hash(reworded)).toBe(hash(pass));
});

test('refuses an input that JSON cannot carry', () => {
  const checks = pass.checks.map((check) => ({ ...check, inputs: { odd: Number.NaN } }));
  expect(() => hash({ ...pass, checks })).toThrow(TypeError);
});
