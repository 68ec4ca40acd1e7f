import { expect, test } from 'vitest';

import type { Delivery } from '../../actors/runtime-store.port.ts';
import type { Message } from '../../domain/message.ts';
import { sortDeliveries } from './sort-deliveries.ts';

const delivery = (id: string, committed: boolean, contentDigest = 'd'): Delivery => ({
  message: { tenant: 't', source: 's', id, contentDigest } as unknown as Message,
  committed,
});
const row = (ord: number, state: string, digest = 'd') => ({
  ord,
  digest,
  state,
  event: 'p1-1',
  correlation: 'cor_1',
  held: false,
});

test('what is new or waits in the inbox is processed, and what was processed is a duplicate', () => {
  const { fresh, results } = sortDeliveries(
    [delivery('new', false), delivery('waiting', true), delivery('done', true), delivery('done', false)],
    [row(2, 'pending'), row(3, 'processed'), row(4, 'processed')],
  );
  expect(fresh).toEqual([0, 1]);
  expect(results.slice(2).map((result) => result.status)).toEqual(['duplicate', 'duplicate']);
});

test('the same identity with other content is a conflict', () => {
  expect(sortDeliveries([delivery('a', false, 'other')], [row(1, 'processed')])).toEqual({
    fresh: [],
    results: [{ status: 'conflict' }],
  });
});

test('a message that a broker brings from a database that was replaced by its backup is left out', () => {
  const { fresh, results } = sortDeliveries([delivery('lost', true)], []);
  expect(fresh).toEqual([]);
  expect(results).toEqual([{ status: 'duplicate', event: null, correlation: null }]);
});
