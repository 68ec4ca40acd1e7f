/** A database that an earlier version filled is brought up to date without losing what it holds. */
import { expect, it } from 'vitest';

import { migrate, readMigrations } from '../src/memory/sql/migrate.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';

describePostgres('migrations on Postgres', (serverUrl) => {
  it('brings rows of the first version along', async () => {
    const database = await createDatabase(serverUrl);
    const sql = createPostgres(database.url, { maxConnections: 2 });
    try {
      const all = readMigrations();
      await migrate(sql, all.slice(0, 1));
      await sql.asOwner(async (session) => {
        await session.script(`INSERT INTO tenants (id, name, kind) VALUES ('t', 'T', 'customer');
          INSERT INTO actor_state (tenant, kind, id, partition, machine_version, value, context, seq) VALUES ('t', 'tenant', 't', 0, 1, 'running', '{}', 1);
          INSERT INTO ledger (partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, correlation, body, prev_hash, hash)
            SELECT 3, n, 't', 'signal.received', 1, 'lead', 'l', n, 'l', 1, 'cor_1', '{"data":{}}', 'p', 'h' FROM generate_series(1, 3) AS n;
          INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail) VALUES
            ('t', 'twice', 'a', 3, 'f', 'sandbox', 1, 9, 1, 'used', 1, '{}'), ('t', 'open', 'a', 3, 'f', 'sandbox', 1, 9, 5, 'granted', 1, '{}'),
            ('t', 'live', 'a', 3, 'f', 'sandbox', 1, 9, 1, 'claimed', 1, '{}');
          UPDATE permits SET state = 'claimed' WHERE id = 'twice';
          INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state) VALUES
            ('t', 'twice', 1, 2, 'f', 'w', now(), 'absent'), ('t', 'twice', 2, 3, 'f', 'w', now(), 'sent'), ('t', 'live', 1, 2, 'f', 'w', now(), 'open');
          UPDATE permits SET state = 'used' WHERE id = 'twice';`);
      });
      expect(await migrate(sql, all)).toEqual({ from: 1, to: all.length });
      await sql.asOwner(async (session) => {
        const events = await session.query(
          `SELECT seq FROM ledger_events WHERE tenant = 't' AND scope = 'l' ORDER BY turn_seq, seq`,
        );
        expect(events).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
        expect(await session.query(`SELECT permit, attempt, state FROM executions ORDER BY permit`)).toEqual([
          { permit: 'live', attempt: 1, state: 'open' },
          { permit: 'twice', attempt: 2, state: 'sent' },
        ]);
        expect(await session.query(`SELECT id, due_at FROM permits ORDER BY id`)).toEqual([
          { id: 'live', due_at: 1 },
          { id: 'open', due_at: 5 },
          { id: 'twice', due_at: null },
        ]);
      });
      expect(await migrate(sql, all)).toEqual({ from: all.length, to: all.length });
    } finally {
      await sql.close();
      await database.drop();
    }
  });
});
