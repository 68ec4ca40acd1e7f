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

test('a channel takes what it has room for, and again when it is done', () => {
  const email = channel('email', 2);
  const room = new ChannelRoom([email, channel('crm')]);
  expect([room.take(email), room.take(email), room.take(email)]).toEqual([true, true, false]);
  expect(room.full).toEqual([{ channel: 'email', mode: 'live' }]);
  room.free([email]);
  expect(room.full).toEqual([]);
  expect(room.take(email)).toBe(true);
});

test('a channel that names no limit has none', () => {
  const crm = channel('crm');
  const room = new ChannelRoom([crm]);
  expect(Array.from({ length: 1_000 }, () => room.take(crm)).every(Boolean)).toBe(true);
  expect(room.full).toEqual([]);
});
