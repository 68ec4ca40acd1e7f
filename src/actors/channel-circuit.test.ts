import { expect, test } from 'vitest';

import { ChannelUnavailableError, RetryableError, TerminalError } from '../domain/errors.ts';
import { ChannelCircuit } from './channel-circuit.ts';

const failed = (reason: unknown): PromiseSettledResult<unknown> => ({ status: 'rejected', reason });
const GONE = failed(new ChannelUnavailableError('nobody there'));
const SILENT = failed(new Error('it hung up'));
const TAKEN: PromiseSettledResult<unknown> = { status: 'fulfilled', value: {} };

test('a channel that failed three times in a row is left alone, longer each time, and then asked with one request', () => {
  const circuit = new ChannelCircuit();
  expect([circuit.learn([GONE], 0), circuit.learn([SILENT], 0)]).toEqual([null, null]);
  expect(circuit.isWorthAsking(0, 19)).toBe(true);
  expect(circuit.learn([GONE], 0)).toBe(1_000);
  expect(circuit.isWorthAsking(999, 0)).toBe(false);
  expect([circuit.isWorthAsking(1_000, 0), circuit.isWorthAsking(1_000, 1)]).toEqual([true, false]);
  let now = 1_000;
  const pauses = Array.from({ length: 8 }, () => {
    const pause = circuit.learn([GONE], now) ?? 0;
    now += pause;
    return pause;
  });
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('one answer makes it an ordinary channel again', () => {
  for (const answer of [TAKEN, failed(new TerminalError('no such mailbox')), failed(new RetryableError('try later'))]) {
    const circuit = new ChannelCircuit();
    circuit.learn([GONE, GONE, GONE], 0);
    expect(circuit.isWorthAsking(0, 0)).toBe(false);
    expect(circuit.learn([answer], 2_000)).toBeNull();
    expect(circuit.isWorthAsking(2_000, 19)).toBe(true);
    // It begins with the shortest pause again.
    expect(circuit.learn([GONE, GONE, GONE], 2_000)).toBe(1_000);
  }
});

test('an answer among failures counts', () => {
  const circuit = new ChannelCircuit();
  expect(circuit.learn([GONE, GONE, GONE, TAKEN], 0)).toBeNull();
  expect(circuit.isWorthAsking(0, 19)).toBe(true);
});

test('calls that were under way when the pause began do not make it longer', () => {
  const circuit = new ChannelCircuit();
  expect(circuit.learn([GONE, GONE, GONE], 0)).toBe(1_000);
  expect(circuit.learn([GONE, GONE], 500)).toBeNull();
  expect(circuit.isWorthAsking(1_000, 0)).toBe(true);
});
