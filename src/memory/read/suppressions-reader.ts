/** The suppressions in force, as people read them. */
import type { TenantId } from '../../domain/ids.ts';
import type { Page, PageQuery } from '../../gateway/caller.port.ts';
import type { SuppressionScope, SuppressionView } from '../../gateway/suppression.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';
import { decodeCursor, pageOf } from './cursor.ts';

interface SuppressionRecord extends SuppressionView {
  readonly added_version: number;
}

export class SuppressionsReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Oldest first. */
  async list(tenant: TenantId, { cursor, limit }: PageQuery): Promise<Page<SuppressionView>> {
    const [version = null, key = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<SuppressionRecord>(
        `SELECT s.key, s.scope, s.reason, s.source, s.added_version FROM suppressions s
         WHERE s.tenant = $1 AND s.removed_version IS NULL AND ($2::bigint IS NULL OR (s.added_version, s.key) > ($2::bigint, $3::text))
         ORDER BY s.added_version, s.key LIMIT $4`,
        [tenant, version, key, limit + 1],
      ),
    );
    return pageOf(
      rows,
      limit,
      ({ key: name, scope, reason, source }) => ({ key: name, scope, reason, source }),
      (row) => [row.added_version, row.key],
    );
  }

  /** Where those in force under a key came from, and at which versions of the registry. */
  async sources(
    tenant: TenantId,
    key: string,
  ): Promise<readonly { readonly scope: SuppressionScope; readonly source: string; readonly version: number }[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<{ scope: SuppressionScope; source: string; version: number }>(
        'SELECT s.scope, s.source, s.added_version AS version FROM suppressions s WHERE s.tenant = $1 AND s.key = $2 AND s.removed_version IS NULL',
        [tenant, key],
      ),
    );
  }
}
