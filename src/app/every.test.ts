import { expect, test } from 'vitest';

import type { RuntimeObserver } from '../actors/observer.port.ts';
import { every } from './every.ts';

const silent = { failed: () => {} } as unknown as RuntimeObserver;

test('a stop asks what is under way to end, and waits for it', async () => {
  const steps: string[] = [];
  const stop = every(
    60_000,
    'counting',
    silent,
    async (stopping) => {
      steps.push('begun');
      await new Promise<void>((resolve) => stopping.addEventListener('abort', () => setImmediate(resolve)));
      steps.push('ended');
    },
    'at once',
  );
  await stop();
  steps.push('stopped');
  expect(steps).toEqual(['begun', 'ended', 'stopped']);
});

test('a failure is told and ends nothing', async () => {
  const failures: string[] = [];
  const observer = { failed: (what: string) => failures.push(what) } as unknown as RuntimeObserver;
  const stop = every(60_000, 'counting', observer, () => Promise.reject(new Error('no')), 'at once');
  await stop();
  expect(failures).toEqual(['counting']);
});
