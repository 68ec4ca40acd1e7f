import { expect, test } from 'vitest';

import { GATE_REASONS } from '../domain/reason-codes.ts';
import type { GateReason } from '../domain/reason-codes.ts';
import { CURED_BY_APPROVAL, holdQueueOf } from './hold-queue.ts';

test.each(Object.keys(GATE_REASONS) as GateReason[])('%s alone and with another', (code) => {
  const alone = code === 'trust_sampled' ? 'sampled' : CURED_BY_APPROVAL.has(code) ? 'review' : 'blocked';
  expect(holdQueueOf([code])).toBe(alone);
  expect(holdQueueOf([code, 'kill_switch_engaged'])).toBe('blocked');
});

test('no reason, or one without a code, is nothing that an approval could cure', () => {
  expect(holdQueueOf([])).toBe('blocked');
  expect(holdQueueOf([null, 'trust_suggest'])).toBe('blocked');
});
