/** Finds and deletes rows that were kept long enough, by the clock of the database, in small transactions. */
import type { TenantId } from '../../domain/ids.ts';
import type { RetentionClass } from '../../domain/retention.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

/** Rows of one transaction: short enough that nobody waits for it. */
const BATCH = 5_000;

interface Expired {
  readonly table: string;
  readonly key: readonly string[];
  /** Of the table as `t`; `$1` is the tenant and `$2` the number of days. */
  readonly where: string;
}

/** What is deleted row by row. Plays are deleted by an event each. */
export type RowClass = Exclude<RetentionClass, 'retired_plays'>;

const EXPIRED: Readonly<Record<RowClass, Expired>> = {
  processed_messages: {
    table: 'inbox',
    key: ['source', 'id'],
    where: `t.state IN ('processed', 'skipped') AND t.received_on < clock_timestamp() - make_interval(days => $2::int)`,
  },
  // An attempt whose action was not told of it yet is still needed, and so is one at a person under a legal hold.
  ended_attempts: {
    table: 'executions',
    key: ['permit'],
    where: `t.state IN ('sent', 'absent', 'refused') AND t.lease_until_on < clock_timestamp() - make_interval(days => $2::int)
      AND EXISTS (SELECT FROM permits p WHERE p.tenant = t.tenant AND p.id = t.permit AND p.due_at IS NULL AND p.state IN ('used', 'failed', 'revoked', 'expired')
        AND NOT EXISTS (SELECT FROM actor_state s WHERE s.tenant = p.tenant AND s.kind = 'lead' AND s.id = p.detail::json ->> 'person'
          AND s.context::json -> 'hold' IS NOT NULL))`,
  },
};

export class ExpiredRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async count(tenant: TenantId, name: RowClass, days: number): Promise<number> {
    const { table, where } = EXPIRED[name];
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${table} t WHERE t.tenant = $1 AND ${where}`, [
        tenant,
        days,
      ]),
    );
    return row?.rows ?? 0;
  }

  /** Returns how many rows were deleted. */
  async delete(tenant: TenantId, name: RowClass, days: number): Promise<number> {
    const { table, key, where } = EXPIRED[name];
    const keys = key.map((column) => `t.${column}`).join(', ');
    const same = key.map((column) => `g.${column} = w.${column}`).join(' AND ');
    for (let deleted = 0; ;) {
      const [row] = await this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, (session) =>
        session.query<{ rows: number }>(
          `WITH gone AS (DELETE FROM ${table} g USING (SELECT ${keys} FROM ${table} t WHERE t.tenant = $1 AND ${where} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) w
             WHERE g.tenant = $1 AND ${same} RETURNING 1) SELECT count(*) AS rows FROM gone`,
          [tenant, days],
        ),
      );
      const rows = row?.rows ?? 0;
      deleted += rows;
      if (rows < BATCH) return deleted;
    }
  }
}
