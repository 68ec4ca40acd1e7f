/** Policies by hash. A hash never changes its content, so what was read once is never read again. */
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { Policy } from '../../domain/policy.ts';
import { policySchema } from '../../domain/policy.ts';
import { columns } from '../sql/columns.ts';
import type { SqlSession } from '../sql/sql.port.ts';

export interface PolicyRef {
  readonly tenant: TenantId;
  readonly hash: string;
}

export class PolicyCache {
  readonly #policies = new Map<string, Policy>();

  /** All policies known so far, with the wanted ones among them. A policy that was never stored is left out. */
  async load(session: SqlSession, wanted: readonly PolicyRef[]): Promise<ReadonlyMap<string, Policy>> {
    const missing = wanted.filter((item) => !this.#policies.has(tenantKey(item.tenant, item.hash)));
    if (missing.length > 0) {
      const rows = await session.query<PolicyRef & { body: string }>(
        `SELECT p.tenant, p.hash, p.body FROM unnest($1::text[], $2::text[]) AS w (tenant, hash)
         JOIN policies p ON p.tenant = w.tenant AND p.hash = w.hash`,
        columns(missing, [(item) => item.tenant, (item) => item.hash]),
      );
      for (const row of rows)
        this.#policies.set(tenantKey(row.tenant, row.hash), policySchema.parse(JSON.parse(row.body)));
    }
    return this.#policies;
  }
}
