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
}
