/** The hash of a ledger row covers everything that the row says, and the row before it. */
import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { asId } from './ids.ts';
import type { CorrelationId, EventId, Hash, ImportId, ScopeId, TenantId } from './ids.ts';
import { canonicalJson } from './json.ts';
import { GENESIS_HASH, ledgerHash, ledgerHeaderText } from './ledger-event.ts';
import type { LedgerHeader } from './ledger-event.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

const header: LedgerHeader = {
  partition: 3,
  seq: 1,
  tenant: asId<TenantId>('default'),
  type: 'signal.triaged',
  schemaVersion: 1,
  actor: { kind: 'lead', id: 'con_1' },
  actorSeq: 1,
  scope: asId<ScopeId>('acc_1'),
  at: 1_000,
  causation: asId<EventId>('p3-0'),
  correlation: asId<CorrelationId>('cor_1'),
  batch: asId<ImportId>('imp_1'),
};
const hashOf = (
  changed: Partial<LedgerHeader> = {},
  body = '{}',
  sealed: string | null = 'c2VhbGVk',
  prev = GENESIS_HASH,
) => ledgerHash({ ...header, ...changed }, body, sealed, prev, sha256);

/** Another value for each member. A member that is added to the header is missing here until it has one. */
const CHANGES = {
  partition: 4,
  seq: 2,
  tenant: asId<TenantId>('other'),
  type: 'signal.received',
  schemaVersion: 2,
  actor: { kind: 'account', id: 'con_1' },
  actorSeq: 2,
  scope: asId<ScopeId>('acc_2'),
  at: 1_001,
  causation: null,
  correlation: asId<CorrelationId>('cor_2'),
  batch: null,
} as const satisfies Required<LedgerHeader>;

test.each(Object.keys(CHANGES) as (keyof LedgerHeader)[])('another %s gives another hash', (name) => {
  expect(hashOf({ [name]: CHANGES[name] })).not.toBe(hashOf());
});

test('no two of these changes give the same hash', () => {
  const hashes = Object.entries(CHANGES).map(([name, value]) => hashOf({ [name]: value }));
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('another actor of the same kind, body, sealed part or row before gives another hash', () => {
  const hashes = [
    hashOf(),
    hashOf({ actor: { kind: 'lead', id: 'con_2' } }),
    hashOf({}, '{"a":1}'),
    hashOf({}, '{}', 'b3RoZXI='),
    hashOf({}, '{}', null),
    hashOf({}, '{}', 'c2VhbGVk', asId<Hash>('1'.repeat(64))),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('the text that is hashed never changes its form', () => {
  expect(ledgerHeaderText(header, 'b', null, GENESIS_HASH)).toBe(
    `{"actor":"lead:con_1","actor_seq":1,"at":1000,"batch":"imp_1","body":"b","causation":"p3-0","correlation":"cor_1","partition":3,"prev":"${GENESIS_HASH}","schema":1,"scope":"acc_1","sealed":null,"seq":1,"tenant":"default","type":"signal.triaged","v":1}`,
  );
});

test('the hash holds digests only, so it can be checked after the sealed part is gone', () => {
  const digest = sha256('c2VhbGVk');
  expect(sha256(ledgerHeaderText(header, sha256('{}'), digest, GENESIS_HASH))).toBe(hashOf());
});

test.each(Object.keys(CHANGES) as (keyof LedgerHeader)[])('the text is canonical with another %s', (name) => {
  const changed = { ...header, [name]: CHANGES[name], correlation: asId<CorrelationId>('cor "\\ \u2028 ü') };
  const text = ledgerHeaderText(changed, 'b'.repeat(64), name === 'seq' ? null : 's'.repeat(64), GENESIS_HASH);
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});
