/** The guard of an account or a contact as it stands, and its lock, read with those that a merge ties to it. */
import { guardStateSchema } from '../../domain/guard.ts';
import type { GuardKey, GuardState, OwnershipLock } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { asOne } from '../../domain/stricter-guard.ts';
import { WITH_LINKED_GUARDS } from '../runtime/load-batch.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

export class OwnershipReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null when nobody holds it at `at`. */
  async lock(tenant: TenantId, key: GuardKey, at: number): Promise<OwnershipLock | null> {
    const lock = (await this.guard(tenant, key, at))?.lock;
    return lock === undefined || lock.until <= at ? null : lock;
  }

  /** Null when nothing is known of it. */
  async guard(tenant: TenantId, key: GuardKey, at: number): Promise<GuardState | null> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ tenant: TenantId; key: GuardKey; version: number; state: string }>(
        `${WITH_LINKED_GUARDS} SELECT g.tenant, g.key, g.version, g.state FROM linked w
         JOIN guards g ON g.tenant = w.tenant AND g.key = w.key ORDER BY g.key <> $3, g.key`,
        [[tenant], [key], key],
      ),
    );
    const [own, ...others] = rows.map((row) => ({ ...row, state: guardStateSchema.parse(JSON.parse(row.state)) }));
    return own === undefined ? null : asOne([own, ...others], at);
  }

  /**
   * Accounts for which an action waits, by the caller's own id, those after `after`. Whoever waits is scheduled or in review, so only their accounts
   * are looked at.
   */
  async accountsInDemand(
    tenant: TenantId,
    after: string,
    limit: number,
  ): Promise<readonly { readonly key: GuardKey; readonly externalId: string }[]> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ id: string; external_id: string }>(
        `SELECT a.id, a.external_id FROM (
           SELECT s.account FROM scheduled_actions s WHERE s.tenant = $1 AND s.account IS NOT NULL
           UNION
           SELECT r.account FROM reviews r WHERE r.tenant = $1 AND r.state = 'open' AND r.account IS NOT NULL
         ) w
         JOIN guards g ON g.tenant = $1 AND g.key = 'account:' || w.account AND g.state LIKE '%"queue":%'
         JOIN accounts a ON a.tenant = $1 AND a.id = w.account
         WHERE a.external_id COLLATE "C" > $2 ORDER BY a.external_id COLLATE "C" LIMIT $3`,
        [tenant, after, limit],
      ),
    );
    return rows.map(({ id, external_id: externalId }) => ({ key: `account:${id}`, externalId }));
  }
}
