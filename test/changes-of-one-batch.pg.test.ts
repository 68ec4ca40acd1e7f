/** A batch that changes one row several times leaves it as the changes would one after the other. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { CommitPlan } from '../src/actors/runtime-store.port.ts';
import { asId } from '../src/domain/ids.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { writePermits } from '../src/memory/runtime/write/write-decisions.ts';
import { writeProjections } from '../src/memory/runtime/write/write-projections.ts';
import { Writes } from '../src/memory/runtime/write/writes.ts';
import { testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const TENANT = asId<TenantId>('default');
const EMPTY = {
  outcomes: [],
  leads: [],
  suppressions: [],
  permits: [],
  permitUpdates: [],
  executionUpdates: [],
};

describeDatabases('a batch', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const write = (given: Partial<CommitPlan>) =>
    system.sql.transaction({ role: 'gatehouse_runtime', tenants: [TENANT] }, async (session) => {
      const writes = new Writes(session);
      const plan = { ...EMPTY, ...given } as unknown as CommitPlan;
      writePermits(writes, plan);
      writeProjections(writes, plan);
      await writes.done();
    });

  it('in which a suppression is lifted and comes back keeps what came back', async () => {
    const change = (version: number, added: boolean) => ({
      tenant: TENANT,
      key: 'email:k',
      scope: 'email',
      reason: 'unsubscribe',
      source: 'outcome',
      version,
      added,
    });
    await write({ suppressions: [change(1, true)] });
    await write({ suppressions: [change(2, false), change(3, true)] });
    const rows = () => system.rows('SELECT added_version, removed_version FROM suppressions ORDER BY added_version');
    expect(await rows()).toEqual([
      { added_version: 1, removed_version: 2 },
      { added_version: 3, removed_version: null },
    ]);
    await write({ suppressions: [change(4, false), change(5, true), change(6, false)] });
    expect(await rows()).toEqual([
      { added_version: 1, removed_version: 2 },
      { added_version: 3, removed_version: 4 },
      { added_version: 5, removed_version: 6 },
    ]);
  });

  it('in which an attempt becomes uncertain and its receipt comes has it as sent', async () => {
    await system.rows(`INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail)
      VALUES ('default', 'late', 'act_1', 0, 'f', 'sandbox', 1000, 2000, 1000, 'granted', 1, '{}')`);
    await system.rows(`INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
      VALUES ('default', 'late', 1, 1500, 'f', 'w', now(), 'open')`);
    const permit = { tenant: TENANT, id: 'late' };
    const attempt = { tenant: TENANT, permit: 'late' };
    await write({
      permitUpdates: [
        { ...permit, state: 'uncertain' },
        { ...permit, state: 'used' },
      ],
      executionUpdates: [
        { ...attempt, state: 'uncertain', receipt: null },
        { ...attempt, state: 'sent', receipt: 'r' },
      ],
    });
    expect(
      await system.rows(
        `SELECT p.state, p.uncertain_since, e.state AS attempt, e.receipt FROM permits p JOIN executions e ON e.permit = p.id WHERE p.id = 'late'`,
      ),
    ).toEqual([{ state: 'used', uncertain_since: null, attempt: 'sent', receipt: 'r' }]);
  });
});
