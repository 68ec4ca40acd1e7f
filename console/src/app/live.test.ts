import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { AGAIN_MS, followChanges, live } from './live.ts';

/** A browser's stream that the test opens, and has refused. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static readonly all: FakeSource[] = [];
  readyState = 0;

  constructor() {
    super();
    FakeSource.all.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  refuse(): void {
    this.close();
    this.dispatchEvent(new Event('error'));
  }
}

let answers: readonly number[];
let stop: () => void;
let client: QueryClient;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all.length = 0;
  answers = [];
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('fetch', async () => {
    const [status = 200, ...rest] = answers;
    answers = rest;
    return new Response('{}', { status });
  });
  client = new QueryClient();
  stop = followChanges(client);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a stream that is refused while the server starts is asked for again, and what was shown is read again', async () => {
  const read = vi.spyOn(client, 'invalidateQueries');
  FakeSource.all[0]?.dispatchEvent(new Event('reset'));
  answers = [503, 200];
  FakeSource.all[0]?.refuse();
  expect(live.getSnapshot().context.state).toBe('lost');
  await vi.advanceTimersByTimeAsync(AGAIN_MS);
  expect(FakeSource.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(AGAIN_MS);
  expect(FakeSource.all).toHaveLength(2);
  FakeSource.all[1]?.dispatchEvent(new Event('reset'));
  expect(live.getSnapshot().context.state).toBe('live');
  expect(read).toHaveBeenCalledWith();
});

test('a connection that the browser takes up by itself is left to it', async () => {
  FakeSource.all[0]?.dispatchEvent(new Event('error'));
  await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
  expect(FakeSource.all).toHaveLength(1);
});

test('whoever is not signed in any more is told so, and does not ask on', async () => {
  const read = vi.spyOn(client, 'invalidateQueries');
  answers = [401];
  FakeSource.all[0]?.refuse();
  await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
  expect(FakeSource.all).toHaveLength(1);
  expect(read).toHaveBeenCalledWith({ queryKey: ['session'] });
});
