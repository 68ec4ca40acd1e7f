import { expect, test } from 'vitest';

import { EMAIL, factsWith, factsWithout } from '../gate.fixture.ts';
import { killSwitchCheck, PAUSED_AGAIN_MS } from './kill-switch.check.ts';

test('a released switch passes', () => {
  expect(killSwitchCheck(EMAIL, factsWith({}))).toMatchObject({ outcome: 'pass', code: null });
});

test('an engaged switch holds', () => {
  expect(killSwitchCheck(EMAIL, factsWith({ kill_switch: true }))).toMatchObject({
    outcome: 'hold',
    code: 'kill_switch_engaged',
    next_at: null,
  });
});

test('a switch that could not be read holds', () => {
  expect(killSwitchCheck(EMAIL, factsWithout('kill_switch'))).toMatchObject({
    outcome: 'hold',
    code: 'kill_switch_unknown',
  });
});

test('what is paused is put off and asked again; the switch itself is stronger', () => {
  const paused = [{ scope: 'play' as const, ago_ms: 5 }];
  expect(killSwitchCheck(EMAIL, factsWith({ paused }))).toMatchObject({
    outcome: 'schedule',
    code: 'paused',
    next_at: EMAIL.at + PAUSED_AGAIN_MS,
    inputs: { paused: 'play', paused_ago_ms: 5 },
  });
  expect(killSwitchCheck(EMAIL, factsWith({ paused, kill_switch: true }))).toMatchObject({ outcome: 'hold' });
});
