/** Permits that a worker ended before it died are found again, and only they. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { asId } from '../src/domain/ids.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { PostgresExecutionStore } from '../src/memory/runtime/postgres-execution-store.ts';
import { keyOfBytes, newKeyBytes } from '../src/memory/vault/cipher.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const TENANT = asId<TenantId>('default');

describeDatabases('permits that ended and were not told', (database) => {
  let system: TestApp;
  let store: PostgresExecutionStore;

  beforeAll(async () => {
    system = await testApp(database);
    store = new PostgresExecutionStore(
      system.sql,
      new SubjectVault(onlyKey(keyOfBytes(newKeyBytes()))),
      new PolicyCache(),
    );
    await system.rows(`INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail) VALUES
      ('default', 'refused', 'act_1', 0, 'f', 'sandbox', 1000, 2000, 5000, 'failed', 1, '{}'),
      ('default', 'expired', 'act_2', 0, 'f', 'sandbox', 1000, 2000, 6000, 'expired', 1, '{}'),
      ('default', 'told', 'act_3', 0, 'f', 'sandbox', 1000, 2000, NULL, 'failed', 1, '{}'),
      ('default', 'granted', 'act_4', 0, 'f', 'sandbox', 1000, 2000, 1000, 'granted', 1, '{}')`);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const untold = async (at: number | null, limit = 10) =>
    (await store.untold([TENANT], at, limit)).map(({ permit, ended }) => [permit.id, ended]);

  it('are given when the worker that ended them has had its time', async () => {
    expect(await untold(4_999)).toEqual([]);
    expect(await untold(5_000)).toEqual([['refused', 'failed']]);
    expect(await untold(6_000)).toEqual([
      ['refused', 'failed'],
      ['expired', 'expired'],
    ]);
    expect(await untold(6_000, 1)).toEqual([['refused', 'failed']]);
  });

  it('are given at once when no worker lives', async () => {
    expect(await untold(null)).toEqual([
      ['refused', 'failed'],
      ['expired', 'expired'],
    ]);
  });
});
