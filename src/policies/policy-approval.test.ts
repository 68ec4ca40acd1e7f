import { expect, test } from 'vitest';

import type { PolicyProposal } from '../domain/policy-proposal.ts';
import { nextPolicyStep, openSections, policyActRefusal, policyExpectedAt, sectionsOf } from './policy-approval.ts';

const proposal = (changes: Partial<PolicyProposal> = {}): PolicyProposal => ({
  id: 'pol_1',
  policy: 'p2',
  base: 'p1',
  name: 'strict',
  owners: { touch_cap: ['RevOps'], budget: ['Finance', 'CFO'] },
  effective_from: null,
  by: 'ana',
  at: 0,
  state: 'open',
  approvals: [],
  ...changes,
});
const approve = (by: string, ...authorities: string[]) => ({ kind: 'approve' as const, by, authorities });

test('nobody approves what they proposed, or what they do not own', () => {
  expect(policyActRefusal(undefined, approve('bo', 'RevOps'), false)).toBe('There is no such proposal.');
  expect(policyActRefusal(proposal(), approve('ana', 'RevOps'), false)).toContain('somebody else');
  expect(policyActRefusal(proposal(), approve('bo', 'Legal'), false)).toContain('budget (Finance or CFO)');
  expect(policyActRefusal(proposal(), approve('bo', 'CFO'), false)).toBeNull();
  expect(policyActRefusal(proposal({ state: 'lapsed' }), approve('bo', 'CFO'), false)).toContain('lapsed already');
});

test('an approval covers what its authorities own; in single-operator mode everything', () => {
  expect(sectionsOf(proposal(), approve('bo', 'CFO'), false)).toEqual(['budget']);
  expect(sectionsOf(proposal(), approve('ana'), true)).toEqual(['touch_cap', 'budget']);
  expect(policyActRefusal(proposal(), approve('ana'), true)).toBeNull();
  const half = proposal({ approvals: [{ by: 'bo', sections: ['budget'], at: 1 }] });
  expect(openSections(half)).toEqual(['touch_cap']);
  expect(policyActRefusal(half, approve('bo', 'CFO'), false)).toContain('touch_cap (RevOps)');
});

test('also what waits for its time may be rejected, and what has ended not', () => {
  const reject = { kind: 'reject' as const, by: 'bo', authorities: [] };
  expect(policyActRefusal(proposal({ state: 'approved' }), reject, false)).toBeNull();
  expect(policyActRefusal(proposal({ state: 'applied' }), reject, false)).toContain('applied already');
});

test('what is due first comes into force, and lapses when something else was applied', () => {
  const later = proposal({ id: 'pol_2', state: 'approved', base: 'p2', policy: 'p3', effective_from: 20 });
  const first = proposal({ state: 'approved', effective_from: 10 });
  expect(nextPolicyStep([proposal()], 'p1', 99)).toEqual({ kind: 'nothing' });
  expect(nextPolicyStep([later, first], 'p1', 5)).toEqual({ kind: 'wait', until: 10 });
  expect(nextPolicyStep([later, first], 'p1', 10)).toEqual({ kind: 'apply', proposal: first });
  expect(nextPolicyStep([later, first], 'other', 10)).toEqual({ kind: 'lapse', proposal: first });
});

test('a later change is made for what will be in force then', () => {
  const first = proposal({ state: 'approved', effective_from: 10 });
  expect(policyExpectedAt([first], 'p1', null)).toBe('p1');
  expect(policyExpectedAt([first], 'p1', 9)).toBe('p1');
  expect(policyExpectedAt([first], 'p1', 10)).toBe('p2');
  expect(policyExpectedAt([first], 'other', 10)).toBe('other');
  expect(policyExpectedAt([proposal({ effective_from: 5 })], 'p1', 10)).toBe('p1');
});
