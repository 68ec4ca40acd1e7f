/** Partitions and derived ids: both are written into the ledger, so neither may ever come out differently. */
import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  actionIdOf,
  asId,
  correlationIdOf,
  decisionIdOf,
  eventIdOf,
  outcomeIdOf,
  PARTITION_COUNT,
  partitionOf,
  permitIdOf,
} from './ids.ts';
import type { ActionId, MessageIdentity, ScopeId, TenantId } from './ids.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const scope = (text: string) => asId<ScopeId>(text);

/** 32-bit FNV-1a over UTF-16 code units, in whole numbers of any size. */
function fnv1a(text: string): number {
  let hash = 2_166_136_261n;
  for (let index = 0; index < text.length; index += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(index))) * 16_777_619n) % 2n ** 32n;
  }
  return Number(hash);
}

test('there are 64 partitions', () => {
  expect(PARTITION_COUNT).toBe(64);
});

test.each([
  ['', 5],
  ['a', 44],
  ['default', 30],
  ['demo', 54],
  ['acc_0123456789abcdef01234567', 51],
  ['Zürich', 61],
])('the partition of %j is %i, now and always', (text, partition) => {
  expect(partitionOf(scope(text))).toBe(partition);
});

test('a partition is a whole number below 64, and the one that FNV-1a gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const partition = partitionOf(scope(text));
      expect(Number.isInteger(partition) && partition >= 0 && partition < 64).toBe(true);
      expect(partition).toBe(fnv1a(text) % 64);
    }),
  );
});

test('ids spread over the partitions', () => {
  const used = new Set(Array.from({ length: 2_000 }, (_, index) => partitionOf(scope(`acc_${sha256(String(index))}`))));
  expect(used.size).toBe(64);
});

const identity: MessageIdentity = { tenant: asId<TenantId>('default'), source: '/crm', id: '1' };

test('derived ids are a prefix and 24 hex digits, one kind apart from another', () => {
  const ids = [correlationIdOf, decisionIdOf, actionIdOf, outcomeIdOf].map((idOf) => String(idOf(identity, sha256)));
  for (const id of ids) expect(id).toMatch(/^(cor|dec|act|out)_[0-9a-f]{24}$/);
  expect(new Set(ids.map((id) => id.slice(4))).size).toBe(ids.length);
});

test('the same message gives the same ids, another message others', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':', '1'), maxLength: 4 });
  const anyIdentity = fc.record({ tenant: text, source: text, id: text }) as unknown as fc.Arbitrary<MessageIdentity>;
  fc.assert(
    fc.property(anyIdentity, anyIdentity, (left, right) => {
      const same = left.tenant === right.tenant && left.source === right.source && left.id === right.id;
      expect(decisionIdOf(left, sha256) === decisionIdOf(right, sha256)).toBe(same);
    }),
  );
});

test('an event is named by its place, a permit by its action and number', () => {
  expect(eventIdOf(63, 12)).toBe('p63-12');
  expect(permitIdOf(asId<ActionId>('act_0123'), 2)).toBe('per_0123.2');
});
