import { describe, expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import type { SenderLevel } from '../../domain/sender-health.ts';
import { CRM, EMAIL, FACTS, factsWith, NOW, OPEN_POLICY, policyWith, requestOf } from '../gate.fixture.ts';
import { senderHealthCheck, stoppedSender } from './sender-health.check.ts';

const at = (level: SenderLevel) => factsWith({ sender: { level, sent: 1_000, bounced: 30, complained: 3 } });

test('a sender that nothing limits passes, and so does one that was warned', () => {
  expect(senderHealthCheck(EMAIL, FACTS, OPEN_POLICY).outcome).toBe('pass');
  expect(senderHealthCheck(EMAIL, at('ok'), OPEN_POLICY).outcome).toBe('pass');
  expect(senderHealthCheck(EMAIL, at('warned'), OPEN_POLICY)).toMatchObject({
    outcome: 'pass',
    comparison: 'of 1000 messages 30 bounced and 3 were marked as spam',
    inputs: { level: 'warned', bounce_share: 0.03, complaint_share: 0.003 },
  });
});

test('a stopped sender is held until a person clears it', () => {
  expect(senderHealthCheck(EMAIL, at('stopped'), OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'sender_stopped',
    next_at: null,
  });
  expect(stoppedSender(EMAIL, at('stopped'))?.code).toBe('sender_stopped');
  expect(stoppedSender(EMAIL, at('throttled'))).toBeNull();
});

test('answers and notices go on, and what reaches nobody is not asked', () => {
  for (const request of [requestOf('email_reply'), requestOf('service_notice'), CRM]) {
    expect(senderHealthCheck(request, at('stopped'), OPEN_POLICY).outcome).toBe('pass');
    expect(stoppedSender(request, at('stopped'))).toBeNull();
  }
});

describe('a throttled sender', () => {
  const fingerprints = Array.from({ length: 2_000 }, (_, index) => `fp_${index}`);
  const resultOf = (fingerprint: string, ahead = 0, share = 0.25) =>
    senderHealthCheck(
      { ...EMAIL, fingerprint, at: NOW + ahead },
      at('throttled'),
      policyWith({ sender_health: { throttle_share: share } }),
    );

  test('sends about the share that the policy says, of any day', () => {
    for (const day of [0, 1, 2]) {
      const passed = fingerprints.filter((fingerprint) => resultOf(fingerprint, day * DAY_MS).outcome === 'pass');
      // Four standard deviations of 2,000 draws are 0.039.
      expect(Math.abs(passed.length / fingerprints.length - 0.25)).toBeLessThan(0.04);
    }
  });

  test('puts the others off to a day on which they pass, and drops none', () => {
    for (const fingerprint of fingerprints.slice(0, 300)) {
      const { outcome, next_at: nextAt } = resultOf(fingerprint, 0, 0.05);
      if (outcome === 'pass') continue;
      const ahead = (nextAt ?? Number.NaN) - NOW;
      expect([outcome, resultOf(fingerprint, ahead, 0.05).outcome]).toEqual(['schedule', 'pass']);
      expect(resultOf(fingerprint, ahead - 1, 0.05).outcome).toBe('schedule');
    }
  });

  test('the draw does not change within a day', () => {
    const dawn = Math.floor(NOW / DAY_MS) * DAY_MS - NOW;
    for (const fingerprint of fingerprints.slice(0, 50))
      expect(resultOf(fingerprint, dawn + DAY_MS - 1).outcome).toBe(resultOf(fingerprint, dawn).outcome);
  });
});
