import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { VERDICT_KINDS } from '../domain/gate.ts';
import type { VerdictKind } from '../domain/gate.ts';
import { anyFacts, anyPolicy } from './gate-arbitraries.fixture.ts';
import { NOW, requestOf } from './gate.fixture.ts';
import { evaluateGate } from './gate.ts';
import { readinessOf, ReadinessTally } from './readiness.ts';
import type { Readiness } from './readiness.ts';

const SUBJECT = { person: 'per_1', account: 'acc_1', domain: 'dom_1' };

/** What the whole gate may say of somebody; a proposal may be held or denied for reasons of its own. */
const VERDICTS: Readonly<Record<Readiness['kind'], readonly VerdictKind[]>> = {
  ready: VERDICT_KINDS,
  held: ['hold', 'deny'],
  refused: ['deny'],
};

test('whoever passes the gate is ready, and whoever is held or refused does not pass it', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyFacts, anyPolicy, (facts, policy) => {
      const readiness = readinessOf('sales', SUBJECT, facts, policy, NOW);
      const request = requestOf('outreach_push', { action: 'readiness', fingerprint: 'readiness' });
      const verdict = evaluateGate(request, facts, policy);
      seen.add(readiness.kind).add(verdict.kind);
      expect(VERDICTS[readiness.kind]).toContain(verdict.kind);
      const codes = verdict.checks.map(({ code }) => code);
      const gaps = readiness.kind === 'held' ? readiness.gaps : [];
      expect(codes).toEqual(expect.arrayContaining(gaps.map(({ reason }) => reason)));
    }),
    { numRuns: 2_000 },
  );
  expect([...seen].toSorted()).toEqual(['deny', 'held', 'hold', 'pass', 'ready', 'refused', 'schedule']);
});

const anyReadiness: fc.Arbitrary<Readiness> = fc.oneof(
  fc.constantFrom<Readiness>({ kind: 'ready' }, { kind: 'refused', reasons: ['suppressed'] }),
  fc
    .uniqueArray(fc.constantFrom('consent_unknown', 'time_zone_unknown', 'relation_unknown'), { minLength: 1 })
    .map((reasons): Readiness => ({ kind: 'held', gaps: reasons.map((reason) => ({ reason, fact: null })) })),
);

test('every contact counts once, and a gap no more than those held', () => {
  fc.assert(
    fc.property(fc.array(anyReadiness), (all) => {
      const tally = new ReadinessTally();
      for (const [index, readiness] of all.entries()) tally.add(`c-${index}`, readiness);
      const { contacts, ready, held, refused, gaps } = tally.counts();
      expect(contacts).toBe(all.length);
      expect(ready + held + refused).toBe(contacts);
      expect(gaps.length > 0).toBe(held > 0);
      expect(gaps.reduce((sum, { alone }) => sum + alone, 0)).toBeLessThanOrEqual(held);
      for (const gap of gaps) {
        expect(gap.alone).toBeLessThanOrEqual(gap.contacts);
        expect(gap.contacts).toBeLessThanOrEqual(held);
        expect(gap.share).toBe(gap.contacts / contacts);
      }
      expect(gaps.map((gap) => gap.contacts)).toEqual(gaps.map((gap) => gap.contacts).toSorted((a, b) => b - a));
    }),
  );
});
