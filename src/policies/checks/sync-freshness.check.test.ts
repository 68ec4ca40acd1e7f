import { expect, test } from 'vitest';

import { HOUR_MS } from '../../domain/instant.ts';
import { EMAIL, factsWith, NOW, requestOf } from '../gate.fixture.ts';
import { syncFreshnessCheck } from './sync-freshness.check.ts';

const policy = { syncs: { crm: HOUR_MS, mailbox: HOUR_MS } };
const known = (crm: number, mailbox?: number) =>
  factsWith({ syncs: { crm, ...(mailbox === undefined ? {} : { mailbox }) } });

test('a source that is older than its limit, or never reported, holds what sells', () => {
  expect(syncFreshnessCheck(EMAIL, known(NOW - HOUR_MS, NOW), policy).outcome).toBe('pass');
  expect(syncFreshnessCheck(EMAIL, known(NOW - HOUR_MS - 1, NOW), policy)).toMatchObject({
    outcome: 'hold',
    code: 'sync_stale',
    inputs: { source: 'crm', reported_ago_ms: HOUR_MS + 1 },
    next_at: null,
  });
  expect(syncFreshnessCheck(EMAIL, known(0), policy)).toMatchObject({ inputs: { source: 'mailbox' } });
});

test('answers do not wait, and a policy without limits asks for nothing', () => {
  expect(syncFreshnessCheck(requestOf('email_reply'), {}, policy).outcome).toBe('pass');
  expect(syncFreshnessCheck(EMAIL, {}, {}).outcome).toBe('pass');
});
