import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import { DEFAULT_SENDER_HEALTH, SENDER_LEVELS, senderHealthTermsOf } from '../domain/sender-health.ts';
import type { SenderHealth } from '../domain/sender-health.ts';
import { countedSince, countSender, senderLevelOf, sendersIn } from './sender-counts.ts';

const NAME = { channel: 'email', sender: 'ana' } as const;
const OTHER = { channel: 'linkedin', sender: 'ana' } as const;
const TERMS = DEFAULT_SENDER_HEALTH;
const NOW = Date.UTC(2026, 10, 18, 10, 30);

describe('the level', () => {
  test.each([
    [1_000, 0, 0, 'ok'],
    [1_000, 19, 0, 'ok'],
    [1_000, 20, 0, 'throttled'],
    [1_000, 49, 0, 'throttled'],
    [1_000, 50, 0, 'stopped'],
    [10_000, 0, 9, 'ok'],
    [10_000, 0, 10, 'warned'],
    [10_000, 0, 29, 'warned'],
    [10_000, 0, 30, 'stopped'],
    [10_000, 200, 10, 'throttled'],
    [499, 499, 499, 'ok'],
    [500, 0, 1, 'warned'],
    [500, 0, 2, 'stopped'],
    [0, 0, 0, 'ok'],
  ])('of %i messages with %i bounces and %i complaints is %s', (sent, bounced, complained, level) => {
    expect(senderLevelOf({ sent, bounced, complained }, TERMS)).toBe(level);
  });

  test('only rises with another bounce or complaint', () => {
    const count = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), count, count, count, count, (sent, b, c, moreB, moreC) => {
        const before = senderLevelOf({ sent, bounced: b, complained: c }, TERMS);
        const after = senderLevelOf({ sent, bounced: b + moreB, complained: c + moreC }, TERMS);
        expect(SENDER_LEVELS.indexOf(after)).toBeGreaterThanOrEqual(SENDER_LEVELS.indexOf(before));
      }),
    );
  });

  test('follows the terms of the policy, each by itself', () => {
    const terms = senderHealthTermsOf({ sender_health: { least_sends: 10, bounces: { throttle: 0.5, stop: 0.6 } } });
    expect(terms.complaints).toEqual(TERMS.complaints);
    expect(senderLevelOf({ sent: 10, bounced: 5, complained: 0 }, terms)).toBe('throttled');
  });
});

describe('counting', () => {
  const hour = Math.floor(NOW / HOUR_MS) * HOUR_MS;
  const hours = [
    { ...NAME, hour: hour - DAY_MS, sent: 4 },
    { ...NAME, hour: hour - HOUR_MS, sent: 3 },
    { ...OTHER, hour: hour - HOUR_MS, sent: 100 },
  ];
  const harms = [
    { ...NAME, type: 'bounce', sentAt: hour - DAY_MS + 1 },
    { ...NAME, type: 'bounce', sentAt: hour - 1 },
    { ...NAME, type: 'complaint', sentAt: hour - 1 },
    { ...OTHER, type: 'complaint', sentAt: hour - 1 },
    // From before anything was counted.
    { ...NAME, type: 'bounce', sentAt: hour - 2 * DAY_MS },
  ] as const;

  test('is of one sender on one channel, by the hour in which its messages were sent', () => {
    expect(countSender(NAME, hours, harms, hour - 3 * DAY_MS)).toEqual({ sent: 7, bounced: 2, complained: 1 });
    expect(countSender(NAME, hours, harms, hour - HOUR_MS)).toEqual({ sent: 3, bounced: 1, complained: 1 });
    expect(countSender(NAME, hours, harms, hour)).toEqual({ sent: 0, bounced: 0, complained: 0 });
  });

  test('begins with the window, or anew with the hour after a person cleared it', () => {
    const cleared: SenderHealth = {
      ...NAME,
      sent: 0,
      bounced: 0,
      complained: 0,
      level: 'ok',
      at: NOW,
      cleared_at: NOW,
    };
    expect(countedSince(undefined, TERMS, NOW)).toBe(hour + HOUR_MS - TERMS.window_ms);
    expect(countedSince(cleared, TERMS, NOW)).toBe(hour + HOUR_MS);
    expect(countedSince(cleared, TERMS, NOW + 30 * DAY_MS)).toBe(hour + HOUR_MS + 30 * DAY_MS - TERMS.window_ms);
  });

  test('names each sender once, in order', () => {
    const known: SenderHealth = { ...OTHER, sent: 1, bounced: 0, complained: 0, level: 'ok', at: 0, cleared_at: null };
    expect(sendersIn(hours, [known])).toEqual([NAME, OTHER]);
  });
});
