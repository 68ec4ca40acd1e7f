import { expect, test } from 'vitest';

import { DiskGuard, LEAST_FREE_BYTES } from './disk-guard.ts';

test('intake stops while there is too little room, and goes on when there is room again', () => {
  let now = 0;
  let free = LEAST_FREE_BYTES;
  const guard = new DiskGuard('data', { now: () => now, sleep: () => Promise.resolve() }, () => free);
  guard.refuseWhenFull();
  free -= 1;
  now += 1_000;
  expect(() => guard.refuseWhenFull()).toThrow(/Nothing of this request was stored/);
  free += 1;
  now += 1_000;
  guard.refuseWhenFull();
});
