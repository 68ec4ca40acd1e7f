import { expect, test } from 'vitest';

import { approvalBy, EMAIL, FACTS, OPEN_POLICY } from '../gate.fixture.ts';
import { confidenceCheck } from './confidence.check.ts';

test('at the floor it passes, below it holds', () => {
  expect(confidenceCheck({ ...EMAIL, confidence: 0.3 }, FACTS, OPEN_POLICY).outcome).toBe('pass');
  expect(confidenceCheck({ ...EMAIL, confidence: 0.29 }, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'confidence_low',
    comparison: '0.29 < 0.3',
  });
});

test('a person needs none', () => {
  expect(confidenceCheck({ ...EMAIL, confidence: null }, FACTS, OPEN_POLICY).outcome).toBe('pass');
});

test('an approval by another person cures it', () => {
  const low = { ...EMAIL, confidence: 0.1 };
  expect(confidenceCheck({ ...low, approval: approvalBy('ana') }, FACTS, OPEN_POLICY).outcome).toBe('pass');
  expect(confidenceCheck({ ...low, approval: approvalBy(EMAIL.proposer) }, FACTS, OPEN_POLICY).outcome).toBe('hold');
});

test('a confidence that is no number holds', () => {
  expect(confidenceCheck({ ...EMAIL, confidence: Number.NaN }, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    inputs: { confidence: null },
  });
});
