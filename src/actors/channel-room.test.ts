/** How much a channel is given at a time. */
import { expect, test } from 'vitest';

import { ChannelRoom } from './channel-room.ts';
import type { ActionChannel } from './channel.port.ts';

const channel = (name: 'email' | 'crm', capacity?: number): ActionChannel => ({
  name,
  ...(capacity === undefined ? {} : { capacity }),
  carries: (wanted, mode) => wanted === name && mode === 'live',
  send: () => Promise.resolve([]),
  lookup: () => Promise.resolve([]),
});

const EMAIL = { channel: 'email', mode: 'live' };

test('a channel takes what it has room for, and again when it is done', () => {
  const email = channel('email', 2);
  const room = new ChannelRoom([email, channel('crm')]);
  const hand = room.hand(0);
  expect([hand.take(email), hand.take(email), hand.take(email)]).toEqual([true, true, false]);
  expect(room.hand(0).full).toEqual([EMAIL]);
  hand.free();
  expect(room.hand(0).full).toEqual([]);
  expect(room.hand(0).take(email)).toBe(true);
});

test('a channel that names no limit has none', () => {
  const crm = channel('crm');
  const room = new ChannelRoom([crm]);
  expect(Array.from({ length: 1_000 }, () => room.hand(0).take(crm)).every(Boolean)).toBe(true);
  expect(room.hand(0).full).toEqual([]);
});

test('a slow channel does not occupy every claim', () => {
  const email = channel('email', 20);
  const room = new ChannelRoom([email]);
  const [first, second, third] = [room.hand(0), room.hand(0), room.hand(0)];
  expect([first.take(email), second.take(email), third.take(email)]).toEqual([true, true, false]);
  expect(first.take(email)).toBe(true);
  expect(room.hand(0).full).toEqual([EMAIL]);
  second.free();
  expect(third.take(email)).toBe(true);
});

test('a channel that does not answer is full, until it is asked again with one request', () => {
  const email = channel('email', 20);
  const room = new ChannelRoom([email]);
  const silence = Array.from({ length: 3 }, () => ({ status: 'rejected', reason: new Error('no answer') }) as const);
  expect(room.learn(email, silence, 0)).toBe(1_000);
  expect(room.hand(0).full).toEqual([EMAIL]);
  const hand = room.hand(1_000);
  expect([hand.take(email), hand.take(email)]).toEqual([true, false]);
  expect(room.hand(1_000).full).toEqual([EMAIL]);
  hand.free();
  expect(room.learn(email, [{ status: 'fulfilled', value: { receipt: 'r' } }], 1_100)).toBeNull();
  expect(room.hand(1_100).full).toEqual([]);
});
