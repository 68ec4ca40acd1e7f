import { describe, expect, test } from 'vitest';

import type { ActionType, TrustLevel } from '../../domain/action-types.ts';
import type { GateRequest } from '../../domain/gate.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { approvalBy, EMAIL, factsWith, factsWithout, NOW, requestOf } from '../gate.fixture.ts';
import { auditDraw } from '../sample.ts';
import { trustCheck } from './trust.check.ts';

/** A time at which the draw for a request is not below a share. */
function undrawn(request: GateRequest, share = 0.2): GateRequest {
  let { at } = request;
  while (auditDraw(request.fingerprint, at) < share) at += 1;
  return { ...request, at };
}
function drawnBelow(request: GateRequest, share: number): GateRequest {
  let { at } = request;
  while (auditDraw(request.fingerprint, at) >= share) at += 1;
  return { ...request, at };
}

const cell = (level: TrustLevel, good = 0, bad = 0) => factsWith({ trust: { cell: 'cell_1', good, bad, level } });
const granting = (level: TrustLevel, changes: Partial<Policy> = {}): Policy => ({
  ...DEFAULT_POLICY,
  grants: [{ action_type: 'outreach_push', level, max_risk: 'high' }],
  ...changes,
});
const noAudit: Policy['trust'] = { ...DEFAULT_POLICY.trust, audit_share: 0 };
const MAIL = undrawn(EMAIL);

describe('what was learned', () => {
  test.each([
    ['blocked', 'deny', 'trust_blocked'],
    ['suggest', 'hold', 'trust_suggest'],
    ['approve_each', 'hold', 'trust_needs_approval'],
  ] as const)('%s gives %s', (level, outcome, code) => {
    expect(trustCheck(MAIL, cell(level, 100), DEFAULT_POLICY)).toMatchObject({ outcome, code, inputs: { level } });
  });

  test.each(['sample_review', 'auto'] as const)('%s passes on enough trust and evidence', (level) => {
    expect(trustCheck(MAIL, cell(level, 60, 1), DEFAULT_POLICY)).toMatchObject({
      outcome: 'pass',
      inputs: { level, granted: false, theta: 0.85, n: 61, min_evidence: 20 },
    });
  });

  test.each([
    ['too little evidence', 19, 0],
    ['too little trust', 60, 10],
    ['no evidence', 0, 0],
  ])('%s holds', (_, good, bad) => {
    expect(trustCheck(MAIL, cell('auto', good, bad), DEFAULT_POLICY)).toMatchObject({
      outcome: 'hold',
      code: 'trust_insufficient',
    });
  });

  test('the prior that the cells of the tenant lend each other takes the place of the policy’s, unless it says no', () => {
    const pooled = { prior_good: 2, prior_bad: 10 };
    const facts = factsWith({ trust: { cell: 'cell_1', good: 60, bad: 1, level: 'auto', pooled } });
    expect(trustCheck(MAIL, facts, DEFAULT_POLICY)).toMatchObject({ code: 'trust_insufficient', inputs: pooled });
    const own = { ...DEFAULT_POLICY, trust: { ...noAudit, pooled: false } };
    const { outcome, inputs } = trustCheck(MAIL, facts, own);
    expect(outcome).toBe('pass');
    expect(inputs).not.toHaveProperty('prior_good');
  });

  test('the inputs are cut to six digits', () => {
    const { inputs } = trustCheck(MAIL, cell('approve_each', 1 / 3, 2 / 3), DEFAULT_POLICY);
    expect(inputs).toMatchObject({ n: 1 });
    expect(String(inputs['quantile'])).toMatch(/^0\.\d{1,6}$/);
  });

  test('evidence that is no number holds', () => {
    expect(trustCheck(MAIL, cell('auto', Number.NaN), DEFAULT_POLICY).code).toBe('trust_insufficient');
  });

  test('a cell that could not be read holds', () => {
    expect(trustCheck(MAIL, factsWithout('trust'), DEFAULT_POLICY)).toMatchObject({
      outcome: 'hold',
      code: 'trust_unknown',
    });
  });

  test('a ceiling keeps it down', () => {
    const policy = { ...DEFAULT_POLICY, ceilings: { outreach_push: 'approve_each' as const } };
    expect(trustCheck(MAIL, cell('auto', 60, 1), policy).code).toBe('trust_needs_approval');
  });
});

describe('a level that the catalogue gives', () => {
  const request = undrawn(requestOf('suppress_channel'));

  test('needs no evidence until there is some against it', () => {
    expect(trustCheck(request, cell('sample_review'), DEFAULT_POLICY).outcome).toBe('pass');
    expect(trustCheck(request, cell('sample_review', 0, 4.9), DEFAULT_POLICY).outcome).toBe('pass');
    expect(trustCheck(request, cell('sample_review', 0, 5), DEFAULT_POLICY).code).toBe('trust_insufficient');
    expect(trustCheck(request, cell('sample_review', 30, 0), DEFAULT_POLICY).outcome).toBe('pass');
  });

  test('does not give the level above', () => {
    expect(trustCheck(request, cell('auto'), DEFAULT_POLICY).code).toBe('trust_insufficient');
  });
});

describe('an approval', () => {
  test('of exactly this passes, whatever was learned', () => {
    for (const facts of [cell('approve_each'), cell('blocked'), factsWithout('trust')]) {
      expect(trustCheck({ ...MAIL, approval: approvalBy('ana') }, facts, DEFAULT_POLICY)).toMatchObject({
        outcome: 'pass',
        inputs: { approved: true },
      });
    }
  });

  test('of another draft does not count', () => {
    const request = { ...MAIL, approval: approvalBy('ana', 'fp_old') };
    expect(trustCheck(request, cell('approve_each'), DEFAULT_POLICY).code).toBe('trust_needs_approval');
  });

  test('by the proposer needs other eyes, even where nobody would have looked', () => {
    const request = { ...MAIL, proposer: 'ana', approval: approvalBy('ana') };
    expect(trustCheck(request, cell('approve_each'), DEFAULT_POLICY).code).toBe('four_eyes');
    expect(trustCheck(request, cell('approve_each'), granting('auto')).code).toBe('four_eyes');
  });

  test.each([
    ['grant', granting('blocked')],
    ['ceiling', { ...DEFAULT_POLICY, ceilings: { outreach_push: 'blocked' as const } }],
  ])('does not lift what the policy blocks by %s', (_, policy) => {
    const request = { ...MAIL, approval: approvalBy('ana') };
    for (const facts of [cell('auto', 60, 1), factsWithout('trust')]) {
      expect(trustCheck(request, facts, policy)).toMatchObject({ outcome: 'deny', code: 'trust_blocked' });
    }
  });
});

describe('a grant', () => {
  test('gives its level outright, without evidence or a cell', () => {
    for (const facts of [cell('blocked', 0, 50), factsWithout('trust')]) {
      expect(trustCheck(MAIL, facts, granting('auto'))).toMatchObject({ outcome: 'pass', inputs: { granted: true } });
      expect(trustCheck(MAIL, facts, granting('approve_each')).code).toBe('trust_needs_approval');
      expect(trustCheck(MAIL, facts, granting('suggest')).code).toBe('trust_suggest');
    }
  });

  test('of another action or for less risk is none', () => {
    const grants: Policy['grants'] = [
      { action_type: 'linkedin_push', level: 'auto', max_risk: 'high' },
      { action_type: 'outreach_push', level: 'auto', max_risk: 'medium' },
    ];
    expect(trustCheck(MAIL, cell('approve_each'), { ...DEFAULT_POLICY, grants }).outcome).toBe('hold');
  });

  test('is the lowest of several', () => {
    const policy = granting('auto');
    const grants = [
      ...policy.grants,
      { action_type: 'outreach_push' as ActionType, level: 'suggest' as const, max_risk: 'high' as const },
    ];
    expect(trustCheck(MAIL, cell('auto', 60, 1), { ...policy, grants }).code).toBe('trust_suggest');
  });
});

describe('the sampled audit', () => {
  const drawn = drawnBelow(EMAIL, 0.05);
  const between = (() => {
    let request = EMAIL;
    for (;;) {
      const draw = auditDraw(request.fingerprint, request.at);
      if (draw >= 0.05 && draw < 0.2) return request;
      request = { ...request, at: request.at + 1 };
    }
  })();
  const auto = cell('auto', 60, 1);
  const sampleReview = cell('sample_review', 60, 1);

  test('holds what is drawn below the share', () => {
    expect(trustCheck(drawn, auto, DEFAULT_POLICY)).toMatchObject({
      outcome: 'hold',
      code: 'trust_sampled',
      inputs: { audit_share: 0.05 },
    });
  });

  test('draws at least a fifth at sample review', () => {
    expect(trustCheck(between, auto, DEFAULT_POLICY).outcome).toBe('pass');
    expect(trustCheck(between, sampleReview, DEFAULT_POLICY)).toMatchObject({
      code: 'trust_sampled',
      inputs: { audit_share: 0.2 },
    });
    expect(trustCheck(between, sampleReview, { ...DEFAULT_POLICY, trust: noAudit }).code).toBe('trust_sampled');
  });

  test('leaves out a granted auto, and a granted sample review when the share is 0', () => {
    expect(trustCheck(drawn, auto, granting('auto')).outcome).toBe('pass');
    expect(trustCheck(drawn, auto, granting('sample_review')).code).toBe('trust_sampled');
    expect(trustCheck(drawn, auto, granting('sample_review', { trust: noAudit })).outcome).toBe('pass');
  });

  test('leaves out what a person has approved', () => {
    expect(trustCheck({ ...drawn, approval: approvalBy('ana') }, auto, DEFAULT_POLICY).outcome).toBe('pass');
  });

  test('draws about as many as it should', () => {
    const held = Array.from({ length: 20_000 }, (_, index) => ({
      ...EMAIL,
      fingerprint: `fp_${index}`,
      at: NOW + index,
    }))
      .map((request) => trustCheck(request, auto, DEFAULT_POLICY))
      .filter((result) => result.code === 'trust_sampled');
    expect(held.length).toBeGreaterThan(880);
    expect(held.length).toBeLessThan(1_120);
  });
});
