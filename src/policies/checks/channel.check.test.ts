import { expect, test } from 'vitest';

import { EMAIL, factsWith, factsWithout } from '../gate.fixture.ts';
import { channelCheck } from './channel.check.ts';

test('a ready channel passes', () => {
  expect(channelCheck(EMAIL, factsWith({})).outcome).toBe('pass');
});

test('no channel holds, except in shadow where nothing is sent', () => {
  expect(channelCheck(EMAIL, factsWith({ channel_ready: false }))).toMatchObject({
    outcome: 'hold',
    code: 'channel_unavailable',
  });
  expect(channelCheck(EMAIL, factsWith({ channel_ready: false, mode: 'shadow' })).outcome).toBe('pass');
});

test.each(['mode', 'channel_ready'] as const)('an unknown %s holds', (name) => {
  expect(channelCheck(EMAIL, factsWithout(name))).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
    inputs: { missing: name },
  });
});
